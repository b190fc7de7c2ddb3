// Where a customer may send the engine.
//
// Customers choose URLs, and the engine stands where they do not: behind the operator's firewall.
// So every attempt, including those of redirects, is judged twice: the host before it is resolved,
// and its addresses before one of them is connected to. The operator's denials come first, then
// their permissions, then the defaults, which deny every address that is not a public host's.
//
// An IPv6 address that leads to an IPv4 one (mapped, compatible, translated, NAT64, 6to4) is judged
// as both. `localhost` and the names below it are judged as 127.0.0.1 and ::1 (RFC 6761,
// section 6.3), whatever a name server says.
#pragma once

#include "net/address.hpp"

#include <pivot/failure.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::net {

// A rule is a network (`10.0.0.0/8`, `192.0.2.7`) or a host name. `hooks.example.com` stands for
// that name alone, `*.example.com` or `.example.com` for all names below example.com. The error
// says how to correct the rule.
class AddressPolicy {
public:
    AddressPolicy();  // the defaults

    tl::expected<void, std::string> deny(std::string_view rule);

    // A host name that is allowed may resolve to addresses that the defaults deny, but never to
    // those that the operator denies.
    tl::expected<void, std::string> allow(std::string_view rule);

    // Allows what an operator has typed: this host, in the spelling of canonical_host(), at this
    // port. It counts only for URLs that name the host so; its address under another name is judged
    // as usual.
    void allow_typed(std::string host, std::uint16_t port);

    // Denies this address and port whatever is allowed, because the program itself listens there.
    // An unspecified address stands for all of the machine's addresses in its family.
    void deny_own(const SocketAddress& listener);

    // The same for a host, in the spelling of canonical_host(), and for all its addresses.
    void deny_own(std::string host, std::uint16_t port);

    // The hosts whose addresses at this port are denied so: admit() has to know them.
    std::vector<std::string> own_hosts(std::uint16_t port) const;

    // Judges a host before it is resolved, in the spelling of canonical_host(). Fails with blocked.
    Result<void> admit_host(std::string_view host, std::uint16_t port) const;

    // Removes the addresses of `host` that may not be connected to. All have the URL's port, and
    // `own` are those of own_hosts() at it. Fails with blocked if none is left.
    Result<void> admit(std::string_view host, std::vector<SocketAddress>& addresses,
                       std::span<const IpAddress> own = {}) const;

private:
    struct NamedNetwork {
        Network network;
        std::string_view name;
    };

    struct HostAndPort {
        std::string host;
        std::uint16_t port;
    };

    struct Rules {
        std::vector<Network> networks;
        std::vector<std::string> hosts;

        tl::expected<void, std::string> add(std::string_view rule);
        const Network* find(const IpAddress& address) const;
        const std::string* find(std::string_view host) const;
    };

    static bool contains(const std::vector<HostAndPort>& list, std::string_view host,
                         std::uint16_t port);
    bool is_allowed(std::string_view host, std::uint16_t port) const;

    bool is_own(const IpAddress& address, std::uint16_t port) const;

    // Why `address` may not be connected to; empty if it may.
    std::string objection(const SocketAddress& address, bool is_host_allowed,
                          std::span<const IpAddress> own) const;

    Rules denied_;
    Rules allowed_;
    std::vector<HostAndPort> typed_;
    std::vector<SocketAddress> own_;
    std::vector<HostAndPort> own_hosts_;
    std::vector<NamedNetwork> defaults_;
};

}  // namespace pivot::net
