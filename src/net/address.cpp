#include "net/address.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>

namespace pivot::net {

IpAddress IpAddress::v4(std::span<const std::uint8_t, 4> bytes)
{
    IpAddress address;
    std::ranges::copy(bytes, address.bytes_.begin());
    return address;
}

IpAddress IpAddress::v6(std::span<const std::uint8_t, 16> bytes)
{
    IpAddress address;
    std::ranges::copy(bytes, address.bytes_.begin());
    address.size_bytes_ = 16;
    return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text)
{
    // inet_pton() needs a terminator, and would take a zero byte in the text for it.
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.size() >= terminated.size() || text.find('\0') != text.npos) return std::nullopt;
    std::ranges::copy(text, terminated.begin());

    IpAddress address;
    if (inet_pton(AF_INET, terminated.data(), address.bytes_.data()) == 1) return address;
    if (inet_pton(AF_INET6, terminated.data(), address.bytes_.data()) != 1) return std::nullopt;
    address.size_bytes_ = 16;
    return address;
}

std::string IpAddress::to_text() const
{
    std::array<char, INET6_ADDRSTRLEN> text;
    const auto family = is_v4() ? AF_INET : AF_INET6;
    const auto* written = inet_ntop(family, bytes_.data(), text.data(), text.size());
    assert(written != nullptr);
    return written;
}

std::optional<SocketAddress> SocketAddress::parse(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == text.npos) return std::nullopt;
    const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
    auto host = text.substr(0, colon);
    const bool is_bracketed = host.starts_with('[') && host.ends_with(']');
    if (is_bracketed) host = host.substr(1, host.size() - 2);
    const auto ip = IpAddress::parse(host);
    if (!ip || ip->is_v4() == is_bracketed || !port) return std::nullopt;
    return SocketAddress(*ip, *port);
}

std::optional<SocketAddress> SocketAddress::from(const sockaddr& address)
{
    // Copied out, because a sockaddr need not be aligned for what it is.
    if (address.sa_family == AF_INET) {
        sockaddr_in v4;
        std::memcpy(&v4, &address, sizeof v4);
        std::array<std::uint8_t, 4> bytes;
        std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
        return SocketAddress(IpAddress::v4(bytes), ntohs(v4.sin_port));
    }
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 v6;
        std::memcpy(&v6, &address, sizeof v6);
        std::array<std::uint8_t, 16> bytes;
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        return SocketAddress(IpAddress::v6(bytes), ntohs(v6.sin6_port));
    }
    return std::nullopt;
}

std::string SocketAddress::to_text() const
{
    const auto ip = ip_.to_text();
    return ip_.is_v4() ? fmt::format("{}:{}", ip, port_) : fmt::format("[{}]:{}", ip, port_);
}

socklen_t SocketAddress::to_sockaddr(NativeAddress& out) const
{
    out = {};
    if (ip_.is_v4()) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port_);
        std::memcpy(&v4.sin_addr, ip_.bytes().data(), ip_.bytes().size());
        std::memcpy(&out, &v4, sizeof v4);
        return sizeof v4;
    }
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port_);
    std::memcpy(&v6.sin6_addr, ip_.bytes().data(), ip_.bytes().size());
    std::memcpy(&out, &v6, sizeof v6);
    return sizeof v6;
}

namespace {

// The bits of byte `index` that a prefix covers.
std::uint8_t mask(std::size_t prefix_bits, std::size_t index)
{
    const auto before = index * 8;
    if (prefix_bits >= before + 8) return 0xff;
    if (prefix_bits <= before) return 0;
    return static_cast<std::uint8_t>(0xff << (before + 8 - prefix_bits));
}

IpAddress first_address(const IpAddress& address, std::size_t prefix_bits)
{
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i < address.bytes().size(); ++i) {
        bytes[i] = address.bytes()[i] & mask(prefix_bits, i);
    }
    if (address.is_v4()) return IpAddress::v4(std::span(bytes).first<4>());
    return IpAddress::v6(bytes);
}

}  // namespace

tl::expected<Network, std::string> Network::parse(std::string_view text)
{
    const auto slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address) {
        return tl::unexpected(
            fmt::format("\"{}\" is not a network; write 10.0.0.0/8 or 2001:db8::/32", text));
    }
    const auto bits_max = address->bytes().size() * 8;
    if (slash == text.npos) return Network(*address, bits_max);

    const auto digits = text.substr(slash + 1);
    std::size_t prefix_bits = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), prefix_bits);
    if (error != std::errc() || end != digits.data() + digits.size() || prefix_bits > bits_max) {
        return tl::unexpected(
            fmt::format("\"{}\": the prefix length must be a number from 0 to {}", text, bits_max));
    }
    const Network network(first_address(*address, prefix_bits), prefix_bits);
    if (network.base_ != *address) {
        return tl::unexpected(
            fmt::format("\"{}\" has bits set after its prefix; write {}", text, network.to_text()));
    }
    return network;
}

bool Network::contains(const IpAddress& address) const
{
    if (address.is_v4() != base_.is_v4()) return false;
    const auto whole = prefix_bits_ / 8;
    if (!std::ranges::equal(address.bytes().first(whole), base_.bytes().first(whole))) return false;
    if (whole == base_.bytes().size()) return true;
    return ((address.bytes()[whole] ^ base_.bytes()[whole]) & mask(prefix_bits_, whole)) == 0;
}

std::string Network::to_text() const
{
    return fmt::format("{}/{}", base_.to_text(), prefix_bits_);
}

}  // namespace pivot::net
