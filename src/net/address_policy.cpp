#include "net/address_policy.hpp"

#include "base/pass_on.hpp"
#include "net/host.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pivot::net {
namespace {

struct Special {
    std::string_view network;
    std::string_view name;
};

// The registries of special-purpose addresses (RFC 6890), and what was reserved before them.
constexpr std::array specials = {
    Special{"0.0.0.0/8", "unspecified"},
    Special{"10.0.0.0/8", "private"},
    Special{"100.64.0.0/10", "shared"},
    Special{"127.0.0.0/8", "loopback"},
    Special{"169.254.0.0/16", "link-local"},
    Special{"172.16.0.0/12", "private"},
    Special{"192.0.0.0/24", "reserved for protocols"},
    Special{"192.0.2.0/24", "documentation"},
    Special{"192.88.99.0/24", "6to4 relays"},
    Special{"192.168.0.0/16", "private"},
    Special{"198.18.0.0/15", "benchmarks"},
    Special{"198.51.100.0/24", "documentation"},
    Special{"203.0.113.0/24", "documentation"},
    Special{"224.0.0.0/4", "multicast"},
    Special{"255.255.255.255/32", "broadcast"},
    Special{"240.0.0.0/4", "reserved"},
    Special{"::/128", "unspecified"},
    Special{"::1/128", "loopback"},
    // The position of the IPv4 address in these depends on the translator (RFC 8215; RFC 6052,
    // section 2.2), so an embedded address that looks public proves nothing.
    Special{"64:ff9b:1::/48", "local NAT64"},
    Special{"100::/64", "discarded"},
    Special{"2001::/23", "reserved for protocols"},
    Special{"2001:db8::/32", "documentation"},
    Special{"3fff::/20", "documentation"},
    Special{"5f00::/16", "segment routing"},
    Special{"fc00::/7", "private"},
    Special{"fe80::/10", "link-local"},
    Special{"fec0::/10", "site-local"},
    Special{"ff00::/8", "multicast"},
};

// The position of the IPv4 address in IPv6 addresses that begin with a prefix.
struct Embedding {
    std::array<std::uint8_t, 12> prefix;
    std::size_t prefix_bytes;
    std::size_t offset;
};

constexpr std::array embeddings = {
    Embedding{{}, 12, 12},                                          // ::/96, compatible
    Embedding{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 12, 12},  // ::ffff:0:0/96, mapped
    Embedding{{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0}, 12, 12},  // ::ffff:0:0:0/96, translated
    Embedding{{0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}, 12, 12},  // 64:ff9b::/96, NAT64
    Embedding{{0, 0x64, 0xff, 0x9b, 0, 1}, 6, 12},  // 64:ff9b:1::/48, local NAT64
    Embedding{{0x20, 0x02}, 2, 2},                  // 2002::/16, 6to4
};

// The IPv4 address that an IPv6 address leads to.
std::optional<IpAddress> embedded_v4(const IpAddress& address)
{
    const auto bytes = address.bytes();
    if (address.is_v4()) return std::nullopt;

    // :: and ::1 look compatible, but lead to this host.
    const bool is_zero =
        std::ranges::all_of(bytes.first<15>(), [](auto byte) { return byte == 0; });
    if (is_zero && bytes[15] <= 1) return std::nullopt;

    for (const auto& [prefix, prefix_bytes, offset] : embeddings) {
        if (std::ranges::equal(bytes.first(prefix_bytes), std::span(prefix).first(prefix_bytes))) {
            return IpAddress::v4(bytes.subspan(offset).first<4>());
        }
    }
    return std::nullopt;
}

bool is_unspecified(const IpAddress& address)
{
    return std::ranges::all_of(address.bytes(), [](auto byte) { return byte == 0; });
}

// The loopback address that a connection to an unspecified address of the same family reaches.
IpAddress loopback_like(const IpAddress& address)
{
    return *IpAddress::parse(address.is_v4() ? "127.0.0.1" : "::1");
}

// Whether the address is one of this machine's: a socket can be bound to it.
bool is_of_this_machine(const IpAddress& address)
{
    const int family = address.is_v4() ? AF_INET : AF_INET6;
    const int probe = ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (probe < 0) return true;  // better one request too few
    NativeAddress native{};
    const socklen_t native_bytes = SocketAddress(address, 0).to_sockaddr(native);
    const int bound = ::bind(probe, reinterpret_cast<const sockaddr*>(&native), native_bytes);
    ::close(probe);
    return bound == 0;
}

// A rule that begins with a dot stands for all names below it.
bool matches(std::string_view rule, std::string_view host)
{
    return rule.starts_with('.') ? host.ends_with(rule) : host == rule;
}

std::string spell(const IpAddress& address, const IpAddress& reading)
{
    if (reading == address) return address.to_text();
    return fmt::format("{} leads to {}, which", address.to_text(), reading.to_text());
}

std::string why_own(std::string_view where)
{
    return fmt::format("{} is where Pivot or its switch listens, which no call may request", where);
}

tl::unexpected<Failure> blocked(std::string message)
{
    return fail(Reason::blocked, Phase::dns, std::move(message));
}

}  // namespace

AddressPolicy::AddressPolicy()
{
    for (const auto& special : specials) {
        const auto network = Network::parse(special.network);
        assert(network);
        defaults_.push_back({*network, special.name});
    }
}

tl::expected<void, std::string> AddressPolicy::deny(std::string_view rule)
{
    return denied_.add(rule);
}

tl::expected<void, std::string> AddressPolicy::allow(std::string_view rule)
{
    return allowed_.add(rule);
}

void AddressPolicy::allow_typed(std::string host, std::uint16_t port)
{
    typed_.push_back({std::move(host), port});
}

void AddressPolicy::deny_own(const SocketAddress& listener)
{
    own_.push_back(listener);
}

void AddressPolicy::deny_own(std::string host, std::uint16_t port)
{
    if (!is_localhost(host)) return own_hosts_.push_back({std::move(host), port});
    for (const char* const loopback : {"127.0.0.1", "::1"}) {
        own_.emplace_back(*IpAddress::parse(loopback), port);
    }
}

std::vector<std::string> AddressPolicy::own_hosts(std::uint16_t port) const
{
    std::vector<std::string> hosts;
    for (const HostAndPort& own : own_hosts_) {
        if (own.port == port) hosts.push_back(own.host);
    }
    return hosts;
}

bool AddressPolicy::is_own(const IpAddress& address, std::uint16_t port) const
{
    const IpAddress reached = is_unspecified(address) ? loopback_like(address) : address;
    return std::ranges::any_of(own_, [&](const SocketAddress& own) {
        if (own.port() != port || own.ip().is_v4() != reached.is_v4()) return false;
        return own.ip() == reached || (is_unspecified(own.ip()) && is_of_this_machine(reached));
    });
}

bool AddressPolicy::contains(const std::vector<HostAndPort>& list, std::string_view host,
                             std::uint16_t port)
{
    return std::ranges::any_of(
        list, [&](const HostAndPort& each) { return each.host == host && each.port == port; });
}

bool AddressPolicy::is_allowed(std::string_view host, std::uint16_t port) const
{
    if (allowed_.find(host) != nullptr) return true;
    return contains(typed_, host, port);
}

Result<void> AddressPolicy::admit_host(std::string_view host, std::uint16_t port) const
{
    if (is_nonstandard_ipv4(host)) return blocked(canonical_host(host).error());
    if (contains(own_hosts_, host, port)) {
        return blocked(why_own(fmt::format("{}:{}", host, port)));
    }
    if (const auto* rule = denied_.find(host)) {
        const auto* below = rule->starts_with('.') ? "*" : "";
        return blocked(fmt::format("{} is denied by the operator's rule {}{}", host, below, *rule));
    }
    if (!is_localhost(host) || is_allowed(host, port)) return {};

    const auto v4 = objection({*IpAddress::parse("127.0.0.1"), port}, false, {});
    const auto v6 = objection({*IpAddress::parse("::1"), port}, false, {});
    if (v4.empty() || v6.empty()) return {};
    return blocked(fmt::format("{} is this very host: {}", host, v4));
}

Result<void> AddressPolicy::admit(std::string_view host, std::vector<SocketAddress>& addresses,
                                  std::span<const IpAddress> own) const
{
    assert(!addresses.empty());
    const bool is_host_allowed = is_allowed(host, addresses.front().port());
    std::string first;
    std::erase_if(addresses, [&](const SocketAddress& address) {
        auto why = objection(address, is_host_allowed, own);
        const bool is_denied = !why.empty();
        if (first.empty()) first = std::move(why);
        return is_denied;
    });
    if (!addresses.empty()) return {};
    return blocked(IpAddress::parse(host) ? first : fmt::format("{}: {}", host, first));
}

std::string AddressPolicy::objection(const SocketAddress& target, bool is_host_allowed,
                                     std::span<const IpAddress> own) const
{
    const IpAddress& address = target.ip();
    const auto embedded = embedded_v4(address);
    const std::array both = {address, embedded.value_or(address)};
    const auto readings = std::span(both).first(embedded ? 2 : 1);

    for (const auto& reading : readings) {
        const IpAddress reached = is_unspecified(reading) ? loopback_like(reading) : reading;
        const bool is_of_own_host = std::ranges::find(own, reached) != own.end();
        if (is_of_own_host || is_own(reading, target.port())) return why_own(target.to_text());
    }
    for (const auto& reading : readings) {
        if (const auto* network = denied_.find(reading)) {
            return fmt::format("{} is in {}, denied by the operator", spell(address, reading),
                               network->to_text());
        }
    }
    if (is_host_allowed) return {};
    for (const auto& reading : readings) {
        if (allowed_.find(reading) != nullptr) return {};
    }
    for (const auto& reading : readings) {
        for (const auto& [network, name] : defaults_) {
            if (!network.contains(reading)) continue;
            return fmt::format(
                "{} is in {} ({}), denied by default; policy.allow or --allow {} would admit it",
                spell(address, reading), network.to_text(), name, network.to_text());
        }
    }
    return {};
}

tl::expected<void, std::string> AddressPolicy::Rules::add(std::string_view rule)
{
    if (rule.find('/') != rule.npos || IpAddress::parse(rule)) {
        const auto network = Network::parse(rule);
        if (!network) return pass_on(network);
        networks.push_back(*network);
        return {};
    }
    auto name = rule;
    if (name.starts_with("*.")) name.remove_prefix(1);
    const bool is_for_all_below = name.starts_with('.');
    if (is_for_all_below) name.remove_prefix(1);
    const auto host = canonical_host(name);
    if (!host) {
        return tl::unexpected(
            fmt::format("\"{}\": {}; a rule is a network (10.0.0.0/8), a host or *.example.com",
                        rule, host.error()));
    }
    hosts.push_back(is_for_all_below ? '.' + *host : *host);
    return {};
}

const Network* AddressPolicy::Rules::find(const IpAddress& address) const
{
    const auto found = std::ranges::find_if(
        networks, [&](const Network& network) { return network.contains(address); });
    return found == networks.end() ? nullptr : &*found;
}

const std::string* AddressPolicy::Rules::find(std::string_view host) const
{
    const auto found =
        std::ranges::find_if(hosts, [&](std::string_view rule) { return matches(rule, host); });
    return found == hosts.end() ? nullptr : &*found;
}

}  // namespace pivot::net
