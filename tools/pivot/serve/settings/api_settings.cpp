#include "pivot/serve/settings/api_settings.hpp"

#include "pivot/serve/settings/admin_settings.hpp"
#include "pivot/serve/settings/tls_settings.hpp"

#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

// Returns what is wrong with the token; empty if nothing is.
std::string add_token(std::string_view account, json::Value value, ApiSettings& settings)
{
    const std::string_view token = value.is_string() ? value.text() : std::string_view();
    if (token.size() < token_bytes_min) {
        return fmt::format("is not a token of at least {} characters", token_bytes_min);
    }
    const auto [place, is_new] = settings.accounts.emplace(token, account);
    if (is_new) return {};
    return fmt::format("is also the token of account {}", place->second);
}

}  // namespace

void read_api(json::ObjectReader& root, ApiSettings& settings, json::Breaches& breaches)
{
    auto reader = root.object("api");
    settings.listen = read_addresses(reader, "listen");
    read_tls(reader, settings.tls);
    reader.members("tokens",
                   [&](std::string_view account, json::Value value, const std::string& at) {
                       std::string wrong = add_token(account, value, settings);
                       if (!wrong.empty()) breaches.add(at, std::move(wrong));
                   });
    reader.finish("a setting");
}

}  // namespace pivot::tools
