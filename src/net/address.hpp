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

    // From bytes in network order.
    static IpAddress v4(std::span<const std::uint8_t, 4> bytes);
    static IpAddress v6(std::span<const std::uint8_t, 16> bytes);

    // Reads `192.0.2.7` (four decimal numbers without leading zeros) or `2001:db8::7` (any spelling
    // of RFC 4291, without brackets and zone). Returns nothing for anything else.
    static std::optional<IpAddress> parse(std::string_view text);

    bool is_v4() const { return size_bytes_ == 4; }
    std::span<const std::uint8_t> bytes() const { return {bytes_.data(), size_bytes_}; }

    // In the spelling of RFC 5952.
    std::string to_text() const;

    friend bool operator==(const IpAddress&, const IpAddress&) = default;

private:
    std::array<std::uint8_t, 16> bytes_{};  // zero after a v4 address
    std::uint8_t size_bytes_ = 4;
};

// Large enough for what connect(2) takes, for either family.
using NativeAddress = sockaddr_in6;

// What a socket connects to.
class SocketAddress {
public:
    SocketAddress() = default;
    SocketAddress(const IpAddress& ip, std::uint16_t port) : ip_(ip), port_(port) {}

    // Reads `192.0.2.7:443` or `[2001:db8::7]:443`, as to_text() writes them. Returns nothing for
    // anything else.
    static std::optional<SocketAddress> parse(std::string_view text);

    // Returns nothing if the family is neither AF_INET nor AF_INET6.
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

// Addresses that begin with the same bits: `10.0.0.0/8` (RFC 4632), `2001:db8::/32`.
class Network {
public:
    // A bare address is the network of that one host. The error says how to correct the text.
    static tl::expected<Network, std::string> parse(std::string_view text);

    // Families never mix: `::ffff:10.0.0.1` is not in 10.0.0.0/8.
    bool contains(const IpAddress& address) const;

    std::string to_text() const;

    friend bool operator==(const Network&, const Network&) = default;

private:
    Network(const IpAddress& base, std::size_t prefix_bits) : base_(base), prefix_bits_(prefix_bits)
    {
    }

    IpAddress base_;  // zero after the prefix
    std::size_t prefix_bits_;
};

}  // namespace pivot::net
