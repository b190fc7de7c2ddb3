#include "engine/config.hpp"

#include "callflow/modules.hpp"
#include "callflow/own_modules.hpp"
#include "exchange/number_pattern.hpp"
#include "http/header.hpp"
#include "http/url.hpp"
#include "media/command_line.hpp"
#include "net/address_policy.hpp"
#include "net/dns_config.hpp"
#include "net/source_addresses.hpp"

#include <array>
#include <fstream>
#include <map>

#include <fmt/format.h>
#include <sched.h>

namespace pivot::engine {

namespace {

constexpr std::int64_t mebibyte = 1024 * 1024;
constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t day_ms = 24 * 60 * minute_ms;
constexpr std::int64_t wait_ms_min = 100;            // for a host
constexpr std::int64_t descriptors_max = 1'048'576;  // the kernel's IORING_MAX_FIXED_FILES
constexpr std::int64_t file_bytes_max = std::int64_t{1'024} * 1'024 * mebibyte;

using Checked = tl::expected<void, std::string>;

constexpr std::int64_t calls_max_max = 10'000'000;

// Texts are paths, addresses and keys, which the system reads up to their first NUL.
Checked check_text(std::string_view text)
{
    if (text.find('\0') == std::string_view::npos) return {};
    return tl::unexpected(std::string("has a NUL character"));
}

Checked check_rule(std::string_view text)
{
    return net::AddressPolicy().allow(text);
}

Checked check_server(std::string_view text)
{
    const auto server = net::parse_dns_server(text);
    if (!server) return tl::unexpected(server.error());
    return {};
}

Checked check_source(std::string_view text)
{
    const auto source = net::SourceAddresses::parse(std::array{std::string(text)});
    if (!source) return tl::unexpected(source.error());
    return {};
}

// Pointers to all that has been asked for, so that a setting in the wrong section is found.
std::vector<std::string> known_settings(std::span<json::ObjectReader* const> sections)
{
    std::vector<std::string> settings;
    for (const json::ObjectReader* section : sections) {
        for (const std::string_view name : section->known()) settings.push_back(section->at(name));
    }
    return settings;
}

void read_tls(json::ObjectReader& reader, EngineConfig::Tls& tls)
{
    reader.text("ca_file", tls.ca_file, check_text);
    reader.text("ca_directory", tls.ca_directory, check_text);
    reader.text("certificate_file", tls.certificate_file, check_text);
    reader.text("private_key_file", tls.private_key_file, check_text);
    reader.flag("verify", tls.verify);
}

void read_policy(json::ObjectReader& reader, EngineConfig::Policy& policy)
{
    reader.texts("allow", policy.allow, check_rule);
    reader.texts("deny", policy.deny, check_rule);
}

void read_headers(json::ObjectReader& reader, std::string_view key,
                  std::map<std::string, std::string>& headers)
{
    reader.members(key, [&](std::string_view name, json::Value value, const std::string&) {
        const bool is_text = value.kind() == json::Kind::string;
        const auto objection = is_text ? http::objection_to_header(name, value.text())
                                       : std::string_view("its value is not a string");
        if (!objection.empty()) {
            return reader.fail(key, fmt::format("{}: {}", name, objection));
        }
        headers.insert_or_assign(std::string(name), std::string(value.text()));
    });
}

void read_cpus(json::ObjectReader& reader, std::vector<unsigned>& cpus, json::Breaches& breaches)
{
    constexpr std::int64_t cpu_max = CPU_SETSIZE - 1;
    reader.elements("cpus", [&](json::Value element, const std::string& at) {
        const auto cpu = element.integer();
        if (cpu && *cpu >= 0 && *cpu <= cpu_max) return cpus.push_back(static_cast<unsigned>(*cpu));
        breaches.add_mismatch(at, fmt::format("an integer from 0 to {}", cpu_max), element);
    });
}

Checked check_argument(std::string_view text, std::span<const std::string_view> names)
{
    if (auto checked = check_text(text); !checked) return checked;
    auto objection = media::objection_to(text, names);
    if (objection.empty()) return {};
    return tl::unexpected(std::move(objection));
}

Checked check_speech_argument(std::string_view text)
{
    return check_argument(text, media::speech_names);
}

Checked check_conversion_argument(std::string_view text)
{
    return check_argument(text, media::conversion_names);
}

Checked check_recording_argument(std::string_view text)
{
    return check_argument(text, media::recording_names);
}

// One that is not empty takes the place of the default.
void read_command(json::ObjectReader& reader, std::string_view name,
                  std::vector<std::string>& command, Checked (*check)(std::string_view))
{
    std::vector<std::string> read;
    reader.texts(name, read, check);
    if (!read.empty()) command = std::move(read);
}

Checked check_number(std::string_view text)
{
    if (exchange::NumberPattern::parse(text)) return {};
    return tl::unexpected(std::string(exchange::no_number_pattern));
}

void read_limits(json::ObjectReader& reader, EngineConfig::Account::Limits& limits)
{
    constexpr std::int64_t day_s = 24 * 60 * 60;
    reader.number("calls_max", limits.calls_max, 1, calls_max_max);
    reader.number("calls_per_number_max", limits.calls_per_number_max, 1, calls_max_max);
    reader.number("call_s_max", limits.call_duration_max, 1, day_s);
    reader.number("legs_max", limits.legs_max, 1, calls_max_max);
    reader.number("legs_per_minute_max", limits.legs_per_minute_max, 1, calls_max_max);
    reader.texts("numbers", limits.numbers, check_number);
    reader.texts("caller_ids", limits.caller_ids, check_number);
}

EngineConfig::Account read_account(json::Value value, const std::string& at,
                                   json::Breaches& breaches)
{
    EngineConfig::Account account;
    json::ObjectReader reader(value, at, breaches);
    auto tls = reader.object("tls");
    read_tls(tls, account.tls);
    auto policy = reader.object("policy");
    read_policy(policy, account.policy);
    read_headers(reader, "headers", account.headers);
    auto signing = reader.object("signing");
    std::string key;
    signing.text("key", key, check_text);
    if (value.find("signing")) account.signing_key = key;
    auto limits = reader.object("limits");
    read_limits(limits, account.limits);
    const std::array sections = {&reader, &tls, &policy, &signing, &limits};
    const auto known = known_settings(sections);
    for (json::ObjectReader* section : sections) section->finish("a setting", known);
    return account;
}

void read_http(json::ObjectReader& reader, EngineConfig::Http& http)
{
    auto& [head_bytes_max, body_bytes_max, redirects_max, idle_connections_max,
           idle_connections_per_origin_max, idle_timeout, retries_stale] = http;
    reader.number("head_bytes_max", head_bytes_max, 1'024, 16 * mebibyte);
    reader.number("body_bytes_max", body_bytes_max, 1, 1'024 * mebibyte);
    reader.number("redirects_max", redirects_max, 0, 100);
    reader.number("idle_connections_max", idle_connections_max, 0, descriptors_max);
    reader.number("idle_connections_per_origin_max", idle_connections_per_origin_max, 0,
                  descriptors_max);
    reader.number("idle_timeout_ms", idle_timeout, 1, day_ms);
    reader.flag("retries_stale", retries_stale);
}

void read_session(json::ObjectReader& reader, EngineConfig::Session& session)
{
    reader.number("iterations_max", session.iterations_max, 1, 1'000'000);
    reader.number("answer_ms", session.answer_timeout, wait_ms_min, 10 * minute_ms);
    reader.number("hang_up_ms", session.hang_up_timeout, wait_ms_min, 10 * minute_ms);
    reader.number("stop_ms", session.stop_timeout, wait_ms_min, 10 * minute_ms);
    reader.number("transfer_limit_ms", session.transfer_limit, wait_ms_min, day_ms);
    reader.number("play_limit_ms", session.play_limit, wait_ms_min, day_ms);
    reader.text("apology", session.apology, check_text);
    reader.flag("fetches_media", session.fetches_media);
    reader.flag("renders_speech", session.renders_speech);
    reader.flag("keeps_recordings", session.keeps_recordings);
}

void read_media(json::ObjectReader& reader, EngineConfig::Media& media)
{
    reader.text("path", media.path, check_text);
    reader.number("bytes_max", media.bytes_max, 1'024, 1'024 * mebibyte);
    reader.number("cache_bytes_max", media.cache_bytes_max, mebibyte, file_bytes_max);
    reader.number("fetch_ms", media.fetch_timeout, wait_ms_min, 10 * minute_ms);
    read_command(reader, "speech_command", media.speech_command, check_speech_argument);
    reader.text("speech_url", media.speech_url, http::check_url);
    read_headers(reader, "speech_headers", media.speech_headers);
    reader.number("speech_ms", media.speech_timeout, wait_ms_min, 10 * minute_ms);
    reader.texts("conversion_command", media.conversion_command, check_conversion_argument);
    reader.number("conversion_ms", media.conversion_timeout, wait_ms_min, 10 * minute_ms);
    reader.texts("recording_command", media.recording_command, check_recording_argument);
    reader.number("recording_ms", media.recording_timeout, wait_ms_min, 60 * minute_ms);
    reader.text("recordings_url", media.recordings_url, http::check_base_url);
    reader.text("recordings_key", media.recordings_key, check_text);
    reader.text("recordings_key_before", media.recordings_key_before, check_text);
    reader.number("recordings_link_s", media.recordings_lifetime, 60, 3'650 * day_ms / 1'000);
}

// Returns false if the file cannot be read or is larger.
bool read_file(const std::string& path, std::string& text, std::size_t bytes_max)
{
    std::ifstream file(path, std::ios::binary);
    text.resize(bytes_max + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return file.eof() && text.size() <= bytes_max;
}

// Each schema is a file.
void read_modules(json::ObjectReader& reader, EngineConfig::Callflow& callflow,
                  json::Breaches& breaches)
{
    constexpr std::size_t schema_bytes_max = 1024 * 1024;
    std::map<std::string, std::string> files;
    reader.text_map("modules", files, check_text);
    for (const auto& [name, file] : files) {
        std::string& schema = callflow.modules[name];
        const std::string at = json::pointer(reader.at("modules"), name);
        if (!file.empty() && !read_file(file, schema, schema_bytes_max)) {
            breaches.add(at, fmt::format("{}: cannot be read", file));
            continue;
        }
        const auto read = callflow::OwnModules::read({{name, schema}});
        if (!read) breaches.add(at, read.error());
    }
    reader.texts("host_modules", callflow.host_modules);
    for (std::size_t i = 0; i < callflow.host_modules.size(); ++i) {
        const std::string& name = callflow.host_modules[i];
        if (callflow::find_module(name) != nullptr || callflow.modules.contains(name)) continue;
        breaches.add(json::pointer(reader.at("host_modules"), std::to_string(i)),
                     "is not a module of callflows");
    }
}

}  // namespace

void read_settings(json::ObjectReader& root, EngineConfig& config, json::Breaches& breaches)
{
    root.number("reactors", config.reactors, 0, 1'024);
    read_cpus(root, config.cpus, breaches);
    root.number("run_ms", config.run_time, 1, 1'000);
    root.number("calls_max", config.calls_max, 1, calls_max_max);
    root.number("connections_max", config.connections_max, 1, descriptors_max);
    root.texts("source_addresses", config.source_addresses, check_source);

    auto action = root.object("action");
    action.number("timeout_ms_max", config.action.timeout_max, 1, 10 * minute_ms);
    action.flag("coerce_types", config.action.coerce_types);

    auto dns = root.object("dns");
    dns.texts("servers", config.dns.servers, check_server);
    dns.text("hosts_file", config.dns.hosts_file, check_text);

    auto tls = root.object("tls");
    read_tls(tls, config.tls);

    auto policy = root.object("policy");
    read_policy(policy, config.policy);

    auto http = root.object("http");
    read_http(http, config.http);

    auto callflow = root.object("callflow");
    callflow.flag("coerce_types", config.callflow.coerce_types);
    callflow.number("depth_max", config.callflow.depth_max, 1, 4'096);
    read_modules(callflow, config.callflow, breaches);

    auto twiml = root.object("twiml");
    twiml.flag("strict", config.twiml.is_strict);

    auto session = root.object("session");
    read_session(session, config.session);

    auto media = root.object("media");
    read_media(media, config.media);

    auto signing = root.object("signing");
    signing.text_map("keys", config.signing.keys, check_text);
    signing.text("key", config.signing.key, check_text);

    root.members("accounts", [&](std::string_view id, json::Value value, const std::string& at) {
        config.accounts.emplace(id, read_account(value, at, breaches));
    });

    auto store = root.object("store");
    store.text("path", config.store.path, check_text);
    store.number("cdr_bytes_max", config.store.cdr_bytes_max, mebibyte, file_bytes_max);
    store.number("debug_bytes_max", config.store.debug_bytes_max, mebibyte, file_bytes_max);

    const std::array sections = {&root,     &action, &dns,     &tls,   &policy,  &http,
                                 &callflow, &twiml,  &session, &media, &signing, &store};
    const auto known = known_settings(sections);
    for (json::ObjectReader* section : sections) section->finish("a setting", known);
}

}  // namespace pivot::engine

namespace pivot::inline v1 {

tl::expected<EngineConfig, std::string> EngineConfig::from_json(std::string_view text)
{
    json::Document document;
    const auto root = document.read(text);
    if (!root) return tl::unexpected(root.error().message);

    EngineConfig config;
    json::Breaches breaches;
    json::ObjectReader reader(*root, "", breaches);
    engine::read_settings(reader, config, breaches);
    if (breaches.is_empty()) return config;
    return tl::unexpected(
        std::move(breaches).to_failure(Reason::invalid_json, Phase::parse).message);
}

}  // namespace pivot::inline v1
