// Internet addresses and networks, as values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <sys/socket.h>
#include <tl/expected.hpp>

namespace pivot::net {

class IpAddress {
public:
    IpAddress() = default;  // 0.0.0.0

    // In network order.
    static IpAddress v4(std::span<const std::uint8_t, 4> bytes);
    static IpAddress v6(std::span<const std::uint8_t, 16> bytes);

    // `192.0.2.7`: four decimal numbers without leading zeros. `2001:db8::7`: any spelling of
    // RFC 4291, without brackets and zone. None: anything else.
    static std::optional<IpAddress> parse(std::string_view text);

    bool is_v4() const { return size_bytes_ == 4; }
    std::span<const std::uint8_t> bytes() const { return {bytes_.data(), size_bytes_}; }

    // As RFC 5952 spells it.
    std::string to_text() const;

    friend bool operator==(const IpAddress&, const IpAddress&) = default;

private:
    std::array<std::uint8_t, 16> bytes_{};  // zero behind a v4 address
    std::uint8_t size_bytes_ = 4;
};

// Room for what connect(2) takes, of either family.
using NativeAddress = sockaddr_in6;

// What a socket connects to.
class SocketAddress {
public:
    SocketAddress() = default;
    SocketAddress(const IpAddress& ip, std::uint16_t port) : ip_(ip), port_(port) {}

    // None: the family is neither AF_INET nor AF_INET6.
    static std::optional<SocketAddress> from(const sockaddr& address);

    const IpAddress& ip() const { return ip_; }
    std::uint16_t port() const { return port_; }

    // `192.0.2.7:443`, `[2001:db8::7]:443`
    std::string to_text() const;

    // Writes what connect(2) takes and returns its length.
    socklen_t to_sockaddr(NativeAddress& out) const;

    friend bool operator==(const SocketAddress&, const SocketAddress&) = default;

private:
    IpAddress ip_;
    std::uint16_t port_ = 0;
};

// The addresses that begin with the same bits: `10.0.0.0/8` (RFC 4632), `2001:db8::/32`.
class Network {
public:
    // A bare address is the network of this one host. The error says how to mend the text.
    static tl::expected<Network, std::string> parse(std::string_view text);

    // Never across families: `::ffff:10.0.0.1` is not in 10.0.0.0/8.
    bool contains(const IpAddress& address) const;

    std::string to_text() const;

    friend bool operator==(const Network&, const Network&) = default;

private:
    Network(const IpAddress& base, std::size_t prefix_bits) : base_(base), prefix_bits_(prefix_bits)
    {
    }

    IpAddress base_;  // zero behind the prefix
    std::size_t prefix_bits_;
};

}  // namespace pivot::net
