#include "net/dns_config.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

#include <fmt/format.h>

namespace pivot::net {

namespace {

constexpr std::uint16_t dns_port = 53;

std::optional<std::uint16_t> parse_port(std::string_view text)
{
    std::uint16_t port = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, port);
    if (read.ec != std::errc() || read.ptr != end || port == 0) return std::nullopt;
    return port;
}

// Returns nothing if `text` is not an address, with or without a port.
std::optional<SocketAddress> parse(std::string_view text)
{
    if (const auto bare = IpAddress::parse(text)) return SocketAddress(*bare, dns_port);

    const bool is_bracketed = text.starts_with('[');
    const auto end = text.find(is_bracketed ? ']' : ':');
    if (end == text.npos) return std::nullopt;
    const auto ip = IpAddress::parse(is_bracketed ? text.substr(1, end - 1) : text.substr(0, end));
    if (!ip || ip->is_v4() == is_bracketed) return std::nullopt;

    const auto rest = text.substr(is_bracketed ? end + 1 : end);
    if (rest.empty()) return SocketAddress(*ip, dns_port);
    if (!rest.starts_with(':')) return std::nullopt;
    const auto port = parse_port(rest.substr(1));
    if (!port) return std::nullopt;
    return SocketAddress(*ip, *port);
}

}  // namespace

tl::expected<SocketAddress, std::string> parse_dns_server(std::string_view text)
{
    if (const auto server = parse(text)) return *server;
    return tl::unexpected(
        fmt::format("the DNS server \"{}\" is not an address with or without a port, such as "
                    "192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353",
                    text));
}

}  // namespace pivot::net
