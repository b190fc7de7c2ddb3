#include "pivot/serve/settings/admin_settings.hpp"

#include "base/text.hpp"
#include "pivot/admin_socket.hpp"
#include "pivot/serve/settings/tls_settings.hpp"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace pivot::tools {

namespace {

// A socket that can be made; empty if it cannot.
std::vector<net::ListenAddress> address_in(const std::filesystem::path& folder,
                                           std::string_view name)
{
    if (::access(folder.c_str(), W_OK | X_OK) != 0) return {};
    auto address = net::ListenAddress::parse((folder / name).string());
    if (!address) return {};
    return {std::move(*address)};
}

// An address that other machines reach needs a token, and TLS to protect it on its way.
void check_access(json::ObjectReader& reader, const AdminSettings& settings)
{
    if (!settings.token.empty() && settings.token.size() < token_bytes_min) {
        reader.fail("token", fmt::format("has {} characters, and needs at least {}",
                                         settings.token.size(), token_bytes_min));
    }
    for (const net::ListenAddress& address : settings.listen) {
        if (address.is_local()) continue;
        if (!settings.token.empty() && settings.tls.is_there()) continue;
        reader.fail("listen",
                    fmt::format("other machines can reach {}, so it needs admin.token or "
                                "admin.token_file, and admin.tls_certificate and admin.tls_key",
                                address.to_text()));
    }
}

}  // namespace

std::vector<net::ListenAddress> read_addresses(json::ObjectReader& reader, std::string_view name)
{
    std::vector<net::ListenAddress> addresses;
    const auto add = [&](std::string_view text) {
        auto address = net::ListenAddress::parse(text);
        if (!address) return reader.fail(name, address.error());
        addresses.push_back(std::move(*address));
    };
    const auto found = reader.find(name);
    if (!found) return addresses;
    std::vector<std::string> texts;
    if (found->is_string()) {
        texts.emplace_back(found->text());
    } else {
        reader.texts(name, texts);
    }
    for (const std::string& text : texts) add(text);
    return addresses;
}

void read_admin(json::ObjectReader& root, AdminSettings& settings)
{
    auto reader = root.object("admin");
    settings.is_default = !reader.find("listen");
    settings.listen = read_addresses(reader, "listen");
    reader.text("token", settings.token);
    read_tls(reader, settings.tls);
    reader.finish("a setting");
    check_access(reader, settings);
    if (settings.is_default) {
        const std::string users = users_admin_socket();
        settings.listen = default_admin_addresses(std::getenv("RUNTIME_DIRECTORY"), users);
        settings.may_be_absent = !settings.listen.empty() && settings.listen[0].path() == users;
    }
}

// systemd separates several folders by colons.
std::vector<net::ListenAddress> default_admin_addresses(const char* folder,
                                                        const std::string& users_socket)
{
    std::string_view folders = folder == nullptr ? runtime_folder : folder;
    auto addresses = address_in(take_until(folders, ':'), admin_socket_name);
    if (folder != nullptr || !addresses.empty()) return addresses;
    const std::filesystem::path users(users_socket);
    return address_in(users.parent_path(), users.filename().string());
}

}  // namespace pivot::tools
