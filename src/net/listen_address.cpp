#include "net/listen_address.hpp"

#include <fmt/format.h>
#include <sys/un.h>

namespace pivot::net {

tl::expected<ListenAddress, std::string> ListenAddress::parse(std::string_view text)
{
    if (text.starts_with('/')) {
        constexpr std::size_t path_bytes_max = sizeof(sockaddr_un::sun_path) - 1;
        if (text.size() <= path_bytes_max && text.find('\0') == text.npos) {
            return ListenAddress(std::string(text));
        }
        return tl::unexpected(
            fmt::format("the path of a Unix socket has at most {} bytes: this one has {}",
                        path_bytes_max, text.size()));
    }
    if (const auto ip = SocketAddress::parse(text)) return ListenAddress(*ip);
    return tl::unexpected(
        fmt::format("\"{}\" is not an address to listen at: write 127.0.0.1:9090, [::1]:9090 or "
                    "the path of a Unix socket, /run/pivot/admin.sock",
                    text));
}

bool ListenAddress::is_local() const
{
    if (ip() == nullptr) return true;
    const IpAddress& address = ip()->ip();
    return address.is_v4() ? address.bytes()[0] == 127 : address == *IpAddress::parse("::1");
}

std::string ListenAddress::to_text() const
{
    return ip() == nullptr ? path() : ip()->to_text();
}

}  // namespace pivot::net
