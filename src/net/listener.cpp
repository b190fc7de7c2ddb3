#include "net/listener.hpp"

#include "base/pass_on.hpp"
#include "reactor/descriptor_limit.hpp"
#include "reactor/wait.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace pivot::net {

namespace {

using reactor::Deadline;
using reactor::Task;

// How long to wait for descriptors or memory.
constexpr reactor::Nanoseconds pause_ns = 100'000'000;

std::string last_error()
{
    return std::strerror(errno);
}

sockaddr_un unix_address(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

int bind_path(int descriptor, const std::string& path)
{
    const sockaddr_un address = unix_address(path);
    return ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

constexpr std::string_view in_use = "another process listens there";

// Returns why the file at `path` must not be removed; empty if it is a socket without a listener.
std::string objection_to_removing(const std::string& path)
{
    struct stat file{};
    if (::lstat(path.c_str(), &file) != 0) return last_error();
    if (!S_ISSOCK(file.st_mode)) return "the file is there, and is not a socket";
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0) return last_error();
    const sockaddr_un address = unix_address(path);
    const bool is_connected =
        ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    const int error = is_connected ? 0 : errno;
    ::close(probe);
    if (error == ECONNREFUSED) return {};
    if (is_connected || error == EAGAIN) return std::string(in_use);
    return std::strerror(error);
}

reactor::Request accept_request(int descriptor, Deadline& deadline)
{
    io_uring_sqe request{};
    io_uring_prep_accept(&request, descriptor, nullptr, nullptr, SOCK_CLOEXEC);
    return reactor::Request(request, deadline);
}

bool is_lack(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

tl::expected<std::unique_ptr<Listener>, std::string> Listener::open(const ListenAddress& address,
                                                                    Log log)
{
    const auto refuse = [&](const std::string& why) {
        return tl::unexpected(fmt::format("cannot listen at {}: {}", address.to_text(), why));
    };
    const int family = address.ip() == nullptr      ? AF_UNIX
                       : address.ip()->ip().is_v4() ? AF_INET
                                                    : AF_INET6;
    const int descriptor = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return refuse(reactor::explain_no_descriptor(errno));
    std::unique_ptr<Listener> listener(new Listener(descriptor, address, std::move(log)));
    if (const auto bound = listener->bind_patiently(); !bound) return refuse(bound.error());
    if (::listen(descriptor, SOMAXCONN) != 0) return refuse(last_error());
    return listener;
}

tl::expected<void, std::string> Listener::secure(const TlsFiles& files)
{
    auto identity = TlsIdentity::open(files);
    if (!identity) return pass_on(identity);
    identity_ = std::move(*identity);
    return {};
}

Listener::~Listener()
{
    ::close(descriptor_);
    if (!file_) return;
    const auto now = id_of(address_.path());
    if (now && now->device == file_->device && now->inode == file_->inode) {
        ::unlink(address_.path().c_str());
    }
}

std::optional<Listener::FileId> Listener::id_of(const std::string& path)
{
    struct stat file{};
    if (::lstat(path.c_str(), &file) != 0) return std::nullopt;
    return FileId{file.st_dev, file.st_ino};
}

// After a kill, the kernel keeps the process's sockets until it has torn down its ring, and a
// supervisor may start the next process before that.
tl::expected<void, std::string> Listener::bind_patiently()
{
    constexpr int attempts_max = 40;
    constexpr std::chrono::milliseconds pause{50};
    for (int attempts = 1;; ++attempts) {
        auto bound = bind();
        if (bound || bound.error() != in_use || attempts == attempts_max) return bound;
        std::this_thread::sleep_for(pause);
    }
}

tl::expected<void, std::string> Listener::bind()
{
    if (address_.ip() != nullptr) return bind_ip(*address_.ip());
    const std::string path = address_.path();
    if (auto bound = bind_unix(path); !bound) return bound;
    file_ = id_of(path);
    // Nobody can connect before listen().
    if (::chmod(path.c_str(), socket_mode) != 0) return tl::unexpected(last_error());
    return {};
}

tl::expected<void, std::string> Listener::bind_unix(const std::string& path) const
{
    if (bind_path(descriptor_, path) == 0) return {};
    if (errno != EADDRINUSE) return tl::unexpected(last_error());
    if (auto objection = objection_to_removing(path); !objection.empty()) {
        return tl::unexpected(std::move(objection));
    }
    ::unlink(path.c_str());
    if (bind_path(descriptor_, path) != 0) return tl::unexpected(last_error());
    return {};
}

// With IPV6_V6ONLY, `[::]` leaves the port free in IPv4.
tl::expected<void, std::string> Listener::bind_ip(const SocketAddress& ip)
{
    const int on = 1;
    ::setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (!ip.ip().is_v4()) ::setsockopt(descriptor_, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    NativeAddress native{};
    socklen_t native_bytes = ip.to_sockaddr(native);
    auto* const address = reinterpret_cast<sockaddr*>(&native);
    if (::bind(descriptor_, address, native_bytes) != 0) {
        return tl::unexpected(errno == EADDRINUSE ? std::string(in_use) : last_error());
    }
    native_bytes = sizeof native;
    if (::getsockname(descriptor_, address, &native_bytes) != 0) {
        return tl::unexpected(last_error());
    }
    if (const auto bound = SocketAddress::from(*address)) address_ = ListenAddress(*bound);
    return {};
}

Task<Result<std::unique_ptr<Connection>>> Listener::accept(Deadline& deadline)
{
    while (!deadline.has_expired()) {
        const int accepted = co_await accept_request(descriptor_, deadline);
        int error = -accepted;
        if (accepted >= 0) {
            auto adopted = adopt(accepted, deadline.reactor());
            if (adopted) {
                is_failing_ = false;
                co_return adopted;
            }
            note_failure(adopted.error().message);
            error = EMFILE;
        } else if (is_lack(error)) {
            note_failure(reactor::explain_no_descriptor(error));
        }
        if (error == ECONNABORTED) continue;  // the client has left
        reactor::Sleep pause(deadline.reactor().now() + pause_ns, deadline);
        co_await pause;
    }
    co_return tl::unexpected(deadline.failure(Phase::connect));
}

Result<std::unique_ptr<Connection>> Listener::adopt(int accepted, reactor::Reactor& reactor) const
{
    NativeAddress native{};
    socklen_t native_bytes = sizeof native;
    auto* const address = reinterpret_cast<sockaddr*>(&native);
    ::getpeername(accepted, address, &native_bytes);
    auto stream = std::make_unique<TcpStream>(reactor);
    if (auto adopted = stream->adopt(accepted); !adopted) return pass_on(adopted);
    const auto peer = SocketAddress::from(*address);
    auto connection =
        std::make_unique<Connection>(Connected{std::move(stream), peer.value_or(SocketAddress())});
    if (identity_) connection->serve_tls(identity_->context(reactor.now(), log_));
    return connection;
}

// Logs once, until a connection is accepted again.
void Listener::note_failure(std::string_view why)
{
    if (std::exchange(is_failing_, true) || !log_) return;
    log_(LogLevel::warning, "",
         fmt::format("{} accepts no connection, and tries again: {}", address_.to_text(), why));
}

}  // namespace pivot::net
