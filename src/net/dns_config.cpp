#include "net/dns_config.hpp"

#include <cstdint>
#include <optional>

#include <fmt/format.h>

namespace pivot::net {

namespace {

constexpr std::uint16_t dns_port = 53;

// Returns nothing if `text` is not an address, with or without a port.
std::optional<SocketAddress> parse(std::string_view text)
{
    if (const auto bare = IpAddress::parse(text)) return SocketAddress(*bare, dns_port);

    if (text.starts_with('[') && text.ends_with(']')) {
        return SocketAddress::parse(fmt::format("{}:{}", text, dns_port));
    }
    const auto server = SocketAddress::parse(text);
    return server && server->port() != 0 ? server : std::nullopt;
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
