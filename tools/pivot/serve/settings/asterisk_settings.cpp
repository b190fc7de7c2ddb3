#include "pivot/serve/settings/asterisk_settings.hpp"

#include "base/text.hpp"
#include "http/url.hpp"
#include "net/address.hpp"
#include "pivot/serve/settings/admin_settings.hpp"
#include "pivot/serve/settings/cache_folder.hpp"
#include "pivot/serve/settings/tls_settings.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

void let_engine_keep_files(EngineConfig& engine)
{
    engine.session.fetches_media = true;
    engine.session.renders_speech = true;
    engine.session.keeps_recordings = true;
    engine.media.path = cache_folder();
    engine.media.conversion_command = {"sox", "-q", "{file}", "-r", "{rate}", "-c",
                                       "1",   "-b", "16",     "-t", "wav",    "{output}"};
}

// Reads `http://ann:secret@h:8088`, whose user and password replace the other settings.
void take_credentials(AsteriskSettings& settings)
{
    std::string_view authority = http::front(settings.url);
    authority.remove_prefix(authority.find("://") + 3);
    const std::size_t at = authority.rfind('@');
    if (at == authority.npos) return;
    std::string_view credentials = authority.substr(0, at);
    settings.user = http::unescape(take_until(credentials, ':'));
    if (!credentials.empty()) settings.password = http::unescape(credentials);
}

void check_url(json::ObjectReader& reader, AsteriskSettings& settings)
{
    if (settings.url.empty()) {
        if (settings.listen.empty()) reader.require("url");
        return;
    }
    const auto url = http::Url::parse(settings.url);
    if (!url) return reader.fail("url", url.error());
    take_credentials(settings);
    settings.url = url->to_text();
    while (settings.url.ends_with('/')) settings.url.pop_back();
    if (!settings.password.empty()) return;
    reader.fail("password", fmt::format("is missing: write that of the user {} in ari.conf",
                                        printable(settings.user)));
}

// It is an argument in the dialplan and in requests, and part of the name of a context.
void check_application(json::ObjectReader& reader, const std::string& name)
{
    constexpr std::size_t characters_max = 73;
    const bool is_word = std::ranges::all_of(name, [](char c) {
        return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
    });
    if (name.empty()) {
        reader.fail("application", "is empty");
    } else if (!is_word) {
        reader.fail("application",
                    fmt::format("is \"{}\": use letters, digits, -, _ and .", printable(name)));
    } else if (name.size() > characters_max) {
        reader.fail("application", fmt::format("has {} characters: Asterisk takes {} at most",
                                               name.size(), characters_max));
    }
}

// An address that other machines reach needs a password.
void check_listeners(json::ObjectReader& reader, const AsteriskSettings& settings)
{
    for (const net::ListenAddress& address : settings.listen) {
        if (address.ip() == nullptr) {
            reader.fail("listen",
                        "Asterisk cannot connect to a Unix socket: name an address and a "
                        "port, such as 127.0.0.1:8094");
        } else if (!address.is_local() && settings.listen_password.empty()) {
            reader.fail("listen",
                        fmt::format("other machines can reach {}, so it needs "
                                    "asterisk.listen_password or asterisk.listen_password_file",
                                    address.to_text()));
        }
    }
}

// Where Asterisk fetches sounds needs no password: nobody can guess their URLs.
void read_media(json::ObjectReader& reader, AsteriskSettings& settings)
{
    reader.text("media_path", settings.media_path);
    settings.media_listen = read_addresses(reader, "media_listen");
    reader.text("media_url", settings.media_url, http::check_base_url);
    if (settings.media_listen.empty()) {
        if (!settings.media_url.empty()) reader.fail("media_url", "needs media_listen as well");
        return;
    }
    for (const net::ListenAddress& address : settings.media_listen) {
        if (address.ip() != nullptr) continue;
        return reader.fail("media_listen", "is a Unix socket: name an address");
    }
    const net::SocketAddress* const ip = settings.media_listen.front().ip();
    if (!settings.media_path.empty()) {
        reader.fail("media_path", "is for an Asterisk that does not fetch from media_listen");
    }
    if (!settings.media_url.empty()) return;
    const std::string address = ip->to_text();
    const bool is_anywhere = address.starts_with("0.0.0.0:") || address.starts_with("[::]:");
    if (is_anywhere || ip->port() == 0 || settings.tls.is_there()) {
        return reader.fail("media_url",
                           "is missing: the URL by which Asterisk reaches media_listen");
    }
    settings.media_url = "http://" + address;
}

void read_template(json::ObjectReader& reader, std::string_view key, std::string_view place,
                   std::string& field)
{
    reader.text(key, field);
    if (field.empty()) return;
    const std::string example = fmt::format("such as PJSIP/{}@trunk", place);
    const std::size_t at = field.find(place);
    const std::size_t slash = field.find('/');
    if (at == field.npos) {
        reader.fail(key, fmt::format("has no {} in it, {}", place, example));
    } else if (field.find(place, at + place.size()) != field.npos) {
        reader.fail(key, fmt::format("has {} in it more than once", place));
    } else if (slash == 0 || slash > at) {
        reader.fail(key, fmt::format("does not begin with a technology and a slash, {}", example));
    }
}

void read_templates(json::ObjectReader& reader, switches::asterisk::DialTemplates& templates)
{
    auto dial = reader.object("dial");
    read_template(dial, "number", "{number}", templates.number);
    read_template(dial, "user", "{user}", templates.user);
    read_template(dial, "sip_uri", "{uri}", templates.sip_uri);
    dial.finish("a setting");
}

// An account has the common templates of the kinds that it does not name.
void read_dial(json::ObjectReader& reader, switches::asterisk::DialSettings& dial,
               json::Breaches& breaches)
{
    read_templates(reader, dial.common);
    reader.members("accounts", [&](std::string_view id, json::Value value, const std::string& at) {
        if (!value.is_object()) return breaches.add_mismatch(at, "a table", value);
        json::ObjectReader account(value, at, breaches);
        read_templates(account, dial.accounts.emplace(id, dial.common).first->second);
        account.finish("a setting");
    });
}

// Names of the dialplan, which become arguments of a function there.
void read_moves(json::ObjectReader& reader, AsteriskSettings& settings)
{
    const auto is_name = [](std::string_view text) {
        return text.find_first_of(" ,()") == text.npos;
    };
    reader.text("transfer_context", settings.transfer_context);
    if (!is_name(settings.transfer_context)) {
        reader.fail("transfer_context", "is not the name of a context");
    }
    reader.text("park", settings.park);
    const std::size_t at = settings.park.find('@');
    const bool is_place = at != 0 && at != settings.park.npos && at + 1 < settings.park.size();
    if (!settings.park.empty() && (!is_place || !is_name(settings.park))) {
        reader.fail("park", "is not EXTENSION@CONTEXT, such as 700@parkedcalls");
    }
}

std::string folder(std::string path)
{
    while (path.ends_with('/')) path.pop_back();
    return path;
}

}  // namespace

switches::asterisk::SwitchSettings switch_settings(const AsteriskSettings& settings,
                                                   const std::string& media_path,
                                                   switches::asterisk::OfferedSounds* sounds)
{
    switches::asterisk::SwitchSettings made;
    made.application = settings.application;
    if (!media_path.empty()) made.media_path = folder(std::filesystem::absolute(media_path));
    made.sounds = sounds;
    made.media_path_seen = folder(settings.media_path);
    made.transfer_context = settings.transfer_context;
    made.park = settings.park;
    made.hangs_up_refused = settings.hangs_up_refused;
    made.fetches_recordings = !settings.url.empty();
    if (made.fetches_recordings && !made.media_path.empty()) {
        made.recordings_path = made.media_path + "/recordings";
    }
    made.dial = settings.dial;
    return made;
}

std::string address_of(const AsteriskSettings& settings)
{
    const auto url = http::Url::parse(settings.url);
    if (!url) return {};
    const auto ip = net::IpAddress::parse(url->host);
    if (ip) return net::SocketAddress(*ip, url->port).to_text();
    return fmt::format("{}:{}", url->host, url->port);
}

switches::asterisk::AriConfig ari_config(const AsteriskSettings& settings)
{
    switches::asterisk::AriConfig config;
    config.url = settings.url;
    config.user = settings.user;
    config.password = settings.password;
    config.application = settings.application;
    return config;
}

void read_asterisk(json::ObjectReader& root, std::optional<AsteriskSettings>& asterisk,
                   EngineConfig& engine, json::Breaches& breaches)
{
    constexpr json::Choice<bool> refusals[] = {{"go-on", false}, {"hang-up", true}};
    auto reader = root.object("asterisk");
    if (!root.find("asterisk")) return;
    AsteriskSettings read;
    read.listen = read_addresses(reader, "listen");
    reader.text("listen_password", read.listen_password);
    read_tls(reader, read.tls);
    reader.text("url", read.url);
    reader.text("user", read.user);
    reader.text("password", read.password);
    reader.text("application", read.application);
    read_media(reader, read);
    read_moves(reader, read);
    reader.choice("refuse", read.hangs_up_refused, refusals);
    read_dial(reader, read.dial, breaches);
    check_url(reader, read);
    check_listeners(reader, read);
    check_application(reader, read.application);
    reader.finish("a setting");
    asterisk = std::move(read);
    let_engine_keep_files(engine);
}

AsteriskSettings settings_of_local_asterisk(EngineConfig& engine)
{
    AsteriskSettings settings;
    settings.listen = {*net::ListenAddress::parse("127.0.0.1:8094")};
    let_engine_keep_files(engine);
    return settings;
}

}  // namespace pivot::tools
