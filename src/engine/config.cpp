#include "base/json.hpp"
#include "base/near_miss.hpp"
#include "exchange/breaches.hpp"
#include "net/address_policy.hpp"
#include "net/dns_config.hpp"
#include "net/source_addresses.hpp"

#include <pivot/engine.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace pivot {
namespace {

using Target =
    std::variant<bool*, unsigned*, std::size_t*, std::chrono::milliseconds*, std::string*,
                 std::vector<std::string>*, std::map<std::string, std::string>*>;

// The error says how to mend the text.
using Check = tl::expected<void, std::string> (*)(std::string_view text);

struct Setting {
    std::string_view at;  // the JSON pointer
    Target target;
    std::int64_t least = 0;  // of a number
    std::int64_t most = 0;
    Check check = nullptr;  // of each text in a list
};

tl::expected<void, std::string> check_rule(std::string_view text)
{
    return net::AddressPolicy().allow(text);
}

tl::expected<void, std::string> check_server(std::string_view text)
{
    const auto server = net::parse_dns_server(text);
    if (!server) return tl::unexpected(server.error());
    return {};
}

tl::expected<void, std::string> check_source(std::string_view text)
{
    const auto source = net::SourceAddresses::parse(std::array{std::string(text)});
    if (!source) return tl::unexpected(source.error());
    return {};
}

// Every setting there is (docs/configuration.md has a row for each).
auto settings_of(EngineConfig& config)
{
    constexpr std::int64_t mebibyte = 1024 * 1024;
    constexpr std::int64_t minute_ms = 60'000;
    constexpr std::int64_t day_ms = 24 * 60 * minute_ms;
    constexpr std::int64_t descriptors_max = 1'048'576;  // the kernel's IORING_MAX_FIXED_FILES
    auto& [reactors, calls_max, connections_max, source_addresses, action, dns, tls, policy, http,
           callflow, twiml, session, signing, typed] = config;
    return std::to_array<Setting>({
        {"/reactors", &reactors, 0, 1'024},
        {"/calls_max", &calls_max, 1, 10'000'000},
        {"/connections_max", &connections_max, 1, descriptors_max},
        {"/source_addresses", &source_addresses, 0, 0, check_source},
        {"/action/timeout_ms_max", &action.timeout_max, 1, 10 * minute_ms},
        {"/action/coerce_types", &action.coerce_types},
        {"/dns/servers", &dns.servers, 0, 0, check_server},
        {"/dns/hosts_file", &dns.hosts_file},
        {"/tls/ca_file", &tls.ca_file},
        {"/tls/ca_directory", &tls.ca_directory},
        {"/tls/certificate_file", &tls.certificate_file},
        {"/tls/private_key_file", &tls.private_key_file},
        {"/tls/verify", &tls.verify},
        {"/policy/allow", &policy.allow, 0, 0, check_rule},
        {"/policy/deny", &policy.deny, 0, 0, check_rule},
        {"/http/head_bytes_max", &http.head_bytes_max, 1'024, 16 * mebibyte},
        {"/http/body_bytes_max", &http.body_bytes_max, 1, 1'024 * mebibyte},
        {"/http/redirects_max", &http.redirects_max, 0, 100},
        {"/http/idle_connections_max", &http.idle_connections_max, 0, descriptors_max},
        {"/http/idle_connections_per_origin_max", &http.idle_connections_per_origin_max, 0,
         descriptors_max},
        {"/http/idle_timeout_ms", &http.idle_timeout, 1, day_ms},
        {"/http/retries_stale", &http.retries_stale},
        {"/callflow/coerce_types", &callflow.coerce_types},
        {"/callflow/depth_max", &callflow.depth_max, 1, 4'096},
        {"/twiml/strict", &twiml.is_strict},
        {"/session/iterations_max", &session.iterations_max, 1, 1'000'000},
        {"/signing/keys", &signing.keys},
        {"/signing/key", &signing.key},
    });
}

// `/http` of `/http/redirects_max`; empty at the root.
std::string_view section_of(std::string_view at)
{
    return at.substr(0, at.rfind('/'));
}

std::string_view name_of(std::string_view at)
{
    return at.substr(at.rfind('/') + 1);
}

// Texts are paths and addresses, which the system reads up to their first NUL.
bool is_text(json::Value value)
{
    return value.is_string() && value.text().find('\0') == std::string_view::npos;
}

constexpr std::string_view expected_text = "a string without NUL";

class ConfigReader {
public:
    explicit ConfigReader(EngineConfig& config) : settings_(settings_of(config)) {}

    // Returns what is wrong.
    exchange::Breaches read(json::Value root);

private:
    void read_section(json::Value section, std::string_view at);
    void read_member(json::Value value, std::string at);

    template <typename Number>
    void read_value(Number& number, const Setting& setting, json::Value value);
    void read_value(bool& boolean, const Setting& setting, json::Value value);
    void read_value(std::string& text, const Setting& setting, json::Value value);
    void read_value(std::vector<std::string>& texts, const Setting& setting, json::Value value);
    void read_value(std::map<std::string, std::string>& texts, const Setting& setting,
                    json::Value value);

    const Setting* find(std::string_view at) const;
    bool is_section(std::string_view at) const;
    std::string_view nearest(std::string_view at) const;

    const decltype(settings_of(std::declval<EngineConfig&>())) settings_;
    exchange::Breaches breaches_;
};

exchange::Breaches ConfigReader::read(json::Value root)
{
    read_section(root, "");
    return std::move(breaches_);
}

void ConfigReader::read_section(json::Value section, std::string_view at)
{
    if (!section.is_object()) {
        breaches_.add_mismatch(std::string(at), "an object", section);
        return;
    }
    for (const auto [name, value] : section.members())
        read_member(value, exchange::pointer(at, name));
}

void ConfigReader::read_member(json::Value value, std::string at)
{
    if (const Setting* setting = find(at)) {
        std::visit([&](auto* target) { read_value(*target, *setting, value); }, setting->target);
    } else if (is_section(at)) {
        read_section(value, at);
    } else {
        std::string error = fmt::format("is not a setting; did you mean {}?", nearest(at));
        breaches_.add(std::move(at), std::move(error));
    }
}

template <typename Number>
void ConfigReader::read_value(Number& number, const Setting& setting, json::Value value)
{
    const auto integer = value.integer();
    if (integer && *integer >= setting.least && *integer <= setting.most) {
        number = static_cast<Number>(*integer);
        return;
    }
    breaches_.add_mismatch(std::string(setting.at),
                           fmt::format("an integer from {} to {}", setting.least, setting.most),
                           value);
}

void ConfigReader::read_value(bool& boolean, const Setting& setting, json::Value value)
{
    if (value.kind() == json::Kind::boolean) {
        boolean = value.is_true();
    } else {
        breaches_.add_mismatch(std::string(setting.at), "a boolean", value);
    }
}

void ConfigReader::read_value(std::string& text, const Setting& setting, json::Value value)
{
    if (is_text(value)) {
        text = value.text();
    } else {
        breaches_.add_mismatch(std::string(setting.at), expected_text, value);
    }
}

void ConfigReader::read_value(std::vector<std::string>& texts, const Setting& setting,
                              json::Value value)
{
    if (!value.is_array()) {
        breaches_.add_mismatch(std::string(setting.at), "an array of strings", value);
        return;
    }
    for (const auto element : value.elements()) {
        std::string at = exchange::pointer(setting.at, fmt::to_string(texts.size()));
        texts.emplace_back(element.text());
        if (!is_text(element)) {
            breaches_.add_mismatch(std::move(at), expected_text, element);
        } else if (const auto checked = setting.check(element.text()); !checked) {
            breaches_.add(std::move(at), checked.error());
        }
    }
}

void ConfigReader::read_value(std::map<std::string, std::string>& texts, const Setting& setting,
                              json::Value value)
{
    if (!value.is_object()) {
        breaches_.add_mismatch(std::string(setting.at), "an object of strings", value);
        return;
    }
    for (const auto [name, element] : value.members()) {
        if (is_text(element)) {
            texts.insert_or_assign(std::string(name), std::string(element.text()));
        } else {
            breaches_.add_mismatch(exchange::pointer(setting.at, name), expected_text, element);
        }
    }
}

const Setting* ConfigReader::find(std::string_view at) const
{
    const auto* const found = std::ranges::find(settings_, at, &Setting::at);
    return found == settings_.end() ? nullptr : found;
}

bool ConfigReader::is_section(std::string_view at) const
{
    return std::ranges::any_of(
        settings_, [at](const Setting& setting) { return section_of(setting.at) == at; });
}

// The setting or section that is spelled most like `at`. Another section is as far as two letters.
std::string_view ConfigReader::nearest(std::string_view at) const
{
    std::string_view nearest_at;
    std::size_t distance_min = std::string_view::npos;
    const auto consider = [&](std::string_view known) {
        const std::size_t misplaced = section_of(known) == section_of(at) ? 0 : 2;
        const std::size_t apart = edit_distance(name_of(known), name_of(at)) + misplaced;
        if (known.empty() || apart >= distance_min) return;
        nearest_at = known;
        distance_min = apart;
    };
    for (const Setting& setting : settings_) {
        consider(setting.at);
        consider(section_of(setting.at));
    }
    return nearest_at;
}

}  // namespace

tl::expected<EngineConfig, std::string> EngineConfig::from_json(std::string_view text)
{
    json::Document document;
    const auto root = document.read(text);
    if (!root) return tl::unexpected(root.error().message);

    EngineConfig config;
    exchange::Breaches breaches = ConfigReader(config).read(*root);
    if (breaches.is_empty()) return config;
    return tl::unexpected(
        std::move(breaches).to_failure(Reason::invalid_json, Phase::parse).message);
}

}  // namespace pivot
