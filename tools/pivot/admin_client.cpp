#include "pivot/admin_client.hpp"

#include "base/json.hpp"
#include "http/response.hpp"
#include "net/listen_address.hpp"
#include "pivot/admin_fields.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace pivot::tools {

namespace {

// A thousand calls are in an answer, or a hundred debug records.
constexpr std::size_t body_bytes_max = std::size_t{64} * 1024 * 1024;

constexpr timeval patience{.tv_sec = 10, .tv_usec = 0};

class Socket {
public:
    Socket() : descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { ::close(descriptor_); }

    // All of these set errno if they fail.
    bool connect(const std::string& path) const
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        return ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address),
                         sizeof address) == 0;
    }
    bool send(std::string_view bytes) const
    {
        return ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(bytes.size());
    }
    ssize_t receive(std::span<char> bytes) const
    {
        return ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    }

private:
    const int descriptor_;
};

std::string explain_connect(int error)
{
    switch (error) {
        case ENOENT: return "no `pivot serve` runs here, or its admin listener is elsewhere";
        case ECONNREFUSED: return "no `pivot serve` runs here any more";
        case EACCES: return "only its user and its group may ask it: try sudo";
        default: return std::strerror(error);
    }
}

// Returns why it cannot be read; empty if it is complete.
std::string read(const Socket& socket, http::ResponseParser& parser)
{
    std::array<char, 65'536> buffer;
    while (!parser.is_complete()) {
        const ssize_t count = socket.receive(buffer);
        if (count < 0) return errno == EAGAIN ? "it does not answer" : std::strerror(errno);
        const auto fed = count > 0 ? parser.feed({buffer.data(), static_cast<std::size_t>(count)})
                                   : parser.finish();
        if (!fed) return fed.error().message;
    }
    return {};
}

}  // namespace

tl::expected<AdminAnswer, std::string> ask_admin(const std::string& path, std::string_view target,
                                                 std::string_view method)
{
    const auto refuse = [&](std::string_view why) {
        return tl::unexpected(fmt::format("{}: {}", path, why));
    };
    if (auto address = net::ListenAddress::parse(path); !address || address->ip() != nullptr) {
        return refuse("is not the path of a Unix socket, which begins with /");
    }
    const Socket socket;
    if (!socket.connect(path)) return refuse(explain_connect(errno));
    const std::string request = fmt::format(
        "{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", method, target);
    if (!socket.send(request)) return refuse(std::strerror(errno));
    http::ResponseParser parser({.head_bytes_max = 64 * 1024, .body_bytes_max = body_bytes_max});
    if (const std::string why = read(socket, parser); !why.empty()) return refuse(why);
    return AdminAnswer{parser.response().status, std::move(parser.response().body)};
}

std::string describe_unexpected(const std::string& path, const AdminAnswer& answer)
{
    json::Document document;
    const auto root = document.read(answer.body);
    const std::string error = root ? text_of(*root, "error") : std::string();
    if (error.empty()) return fmt::format("{}: answers {}: {}", path, answer.status, answer.body);
    return error.starts_with(path) ? error : fmt::format("{}: {}", path, error);
}

}  // namespace pivot::tools
