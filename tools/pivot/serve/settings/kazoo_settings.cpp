#include "pivot/serve/settings/kazoo_settings.hpp"

#include "base/text.hpp"
#include "net/tls.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace pivot::tools {

namespace {

using switches::kazoo::Broker;

constexpr unsigned prefetch_max = 65'535;

// A prefetch of 0 means no limit in AMQP.
constexpr unsigned prefetch_min = 1;

void read_brokers(json::ObjectReader& reader, KazooSettings& settings)
{
    std::vector<std::string> urls;
    reader.texts("brokers", urls);
    std::string password;
    reader.text("password", password);
    for (const std::string& url : urls) {
        auto broker = Broker::parse(url);
        if (!broker) return reader.fail("brokers", broker.error());
        if (!password.empty()) broker->password = password;
        settings.brokers.push_back(std::move(*broker));
    }
    if (!settings.brokers.empty()) return;
    reader.fail("brokers", "names no broker, such as amqp://pivot@127.0.0.1:5672");
}

void check_name(json::ObjectReader& reader, const std::string& name,
                const std::vector<KazooSettings>& others)
{
    const bool is_word = std::ranges::all_of(
        name, [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; });
    if (name.empty() || !is_word) {
        reader.fail("name",
                    fmt::format("is \"{}\": use letters, digits, - and _", printable(name)));
    } else if (std::ranges::find(others, name, &KazooSettings::name) != others.end()) {
        reader.fail("name", fmt::format("is \"{}\", which another one has", name));
    }
}

void read_authority(json::ObjectReader& reader, std::string& file)
{
    reader.text("tls_ca", file);
    if (file.empty()) return;
    net::TlsConfig config;
    config.ca_file = file;
    const auto opened = net::TlsContext::open(config);
    if (!opened) reader.fail("tls_ca", opened.error());
}

void read_shadow(json::ObjectReader& reader, Shadow& shadow)
{
    std::string word = "off";
    reader.text("shadow", word);
    if (word == "check") {
        shadow = Shadow::check;
    } else if (word == "ask") {
        shadow = Shadow::ask;
    } else if (word != "off") {
        reader.fail("shadow", fmt::format("is \"{}\": use off, check or ask", printable(word)));
    }
}

}  // namespace

std::string bus_node_name()
{
    std::array<char, 256> host{};
    const bool is_known = ::gethostname(host.data(), host.size() - 1) == 0 && host[0] != '\0';
    return fmt::format("pivot@{}", is_known ? host.data() : "localhost");
}

switches::kazoo::AmqpLinkSettings KazooSettings::link() const
{
    switches::kazoo::AmqpLinkSettings made;
    made.brokers = brokers;
    made.name = bus_node_name();
    made.prefetch = prefetch;
    made.tls.ca_file = tls_ca;
    return made;
}

std::string KazooSettings::places() const
{
    std::vector<std::string> names;
    for (const Broker& broker : brokers) names.push_back(broker.to_text());
    return fmt::format("{}", fmt::join(names, " or "));
}

void read_kazoo(json::ObjectReader& root, std::vector<KazooSettings>& fronts,
                json::Breaches& breaches)
{
    root.elements("kazoo", [&](json::Value value, const std::string& at) {
        if (!value.is_object()) return breaches.add_mismatch(at, "a table", value);
        json::ObjectReader reader(value, at, breaches);
        KazooSettings read;
        read.name = "main";
        reader.text("name", read.name);
        check_name(reader, read.name, fronts);
        read_brokers(reader, read);
        reader.number("prefetch", read.prefetch, prefetch_min, prefetch_max);
        read_authority(reader, read.tls_ca);
        read_shadow(reader, read.shadow);
        reader.finish("a setting");
        fronts.push_back(std::move(read));
    });
}

}  // namespace pivot::tools
