#include "pivot/serve/settings/cdr_settings.hpp"

#include "http/url.hpp"

namespace pivot::tools {

namespace {

// Returns what is wrong with it; empty if nothing is.
std::string objection_to_url(json::Value value)
{
    if (!value.is_string()) return "is not a string: write a URL, or \"\" for none";
    const auto checked = http::check_url(value.text());
    return checked ? std::string() : checked.error();
}

}  // namespace

void read_cdr(json::ObjectReader& root, CdrSettings& settings, json::Breaches& breaches)
{
    auto reader = root.object("cdr");
    if (const auto url = reader.find("url")) {
        std::string wrong = objection_to_url(*url);
        if (!wrong.empty()) reader.fail("url", std::move(wrong));
        settings.url = url->text();
    }
    reader.members("accounts", [&](std::string_view id, json::Value value, const std::string& at) {
        std::string wrong = objection_to_url(value);
        if (!wrong.empty()) return breaches.add(at, std::move(wrong));
        settings.accounts.insert_or_assign(std::string(id), std::string(value.text()));
    });
    reader.finish("a setting");
}

}  // namespace pivot::tools
