#include "net/tcp.hpp"

#include "reactor/descriptor_limit.hpp"
#include "reactor/wait.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pivot::net {

namespace {

using reactor::Deadline;
using reactor::Receiver;
using reactor::Task;

tl::unexpected<Failure> fail_connect(const SocketAddress& address, std::string_view why)
{
    return fail(Reason::connect, Phase::connect,
                fmt::format("connect {}: {}", address.to_text(), why));
}

// A small request must not wait for the acknowledgement of earlier bytes (Nagle). The option needs
// a plain descriptor.
int open_socket(const SocketAddress& address)
{
    const int family = address.ip().is_v4() ? AF_INET : AF_INET6;
    const int descriptor = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
    if (descriptor < 0) return -errno;
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

// Leaves the choice of the port to connect(2), which knows the far end, so one port serves many
// connections.
int bind_source(int descriptor, const IpAddress& source)
{
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    NativeAddress native{};
    const socklen_t native_bytes = SocketAddress(source, 0).to_sockaddr(native);
    const int bound = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&native), native_bytes);
    return bound < 0 ? -errno : 0;
}

reactor::Request connect_request(reactor::Slot slot, const NativeAddress& address,
                                 socklen_t size_bytes, Deadline& deadline)
{
    io_uring_sqe request{};
    io_uring_prep_connect(&request, static_cast<int>(slot),
                          reinterpret_cast<const sockaddr*>(&address), size_bytes);
    request.flags |= IOSQE_FIXED_FILE;
    return reactor::Request(request, deadline);
}

reactor::Request shutdown_request(reactor::Slot slot, int how, Deadline& deadline)
{
    io_uring_sqe request{};
    io_uring_prep_shutdown(&request, static_cast<int>(slot), how);
    request.flags |= IOSQE_FIXED_FILE;
    return reactor::Request(request, deadline);
}

// Connecting to AF_UNSPEC resets: connect(2). On a Unix socket it fails.
reactor::Request reset_request(reactor::Slot slot, Deadline& deadline)
{
    static constexpr sockaddr nowhere{.sa_family = AF_UNSPEC, .sa_data = {}};
    io_uring_sqe request{};
    io_uring_prep_connect(&request, static_cast<int>(slot), &nowhere, sizeof nowhere);
    request.flags |= IOSQE_FIXED_FILE;
    return reactor::Request(request, deadline);
}

reactor::Request send_request(reactor::Slot slot, std::string_view bytes, int flags,
                              Deadline& deadline)
{
    io_uring_sqe request{};
    io_uring_prep_send(&request, static_cast<int>(slot), bytes.data(), bytes.size(),
                       flags | MSG_NOSIGNAL);
    request.flags |= IOSQE_FIXED_FILE;
    return reactor::Request(request, deadline);
}

// Ends a send as soon as something arrives.
class SendInterruption final : private Receiver::Listener {
public:
    SendInterruption(Receiver& receiver, reactor::Request& sending)
        : receiver_(receiver), sending_(sending)
    {
        receiver_.set_listener(this);
    }
    ~SendInterruption() { receiver_.set_listener(nullptr); }

private:
    void arrived_unasked() override
    {
        if (!sending_.is_in_flight() || std::exchange(is_over_, true)) return;
        sending_.cancel();
    }

    Receiver& receiver_;
    reactor::Request& sending_;
    bool is_over_ = false;
};

}  // namespace

TcpStream::~TcpStream()
{
    assert(slot_ == reactor::no_slot);
}

Task<Result<void>> TcpStream::connect(SocketAddress address, SourceAddresses& sources,
                                      Deadline& deadline)
{
    const int descriptor = open_socket(address);
    if (descriptor < 0)
        co_return fail_connect(address, reactor::explain_no_descriptor(-descriptor));
    if (const IpAddress* source = sources.next(address.ip())) {
        if (const int bound = bind_source(descriptor, *source); bound < 0) {
            ::close(descriptor);
            co_return fail_connect(
                address, fmt::format("from {}: {}", source->to_text(), std::strerror(-bound)));
        }
    }
    const int installed = reactor_.ring().install(descriptor, slot_);
    if (installed == -ENFILE) {
        co_return fail(Reason::overload, Phase::connect, reactor_.ring().explain_full());
    }
    if (installed < 0) co_return fail_connect(address, std::strerror(-installed));

    NativeAddress native{};
    const socklen_t native_bytes = address.to_sockaddr(native);
    const int connected = co_await connect_request(slot_, native, native_bytes, deadline);
    if (connected == 0) {
        resets_on_close_ = false;
        receiver_.start(slot_);
        co_return Result<void>();
    }
    if (deadline.has_expired()) co_return tl::unexpected(deadline.failure(Phase::connect));
    co_return fail_connect(address, std::strerror(-connected));
}

Result<void> TcpStream::adopt(int descriptor)
{
    const int on = 1;  // on a Unix socket it fails, and has nothing to do
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const int installed = reactor_.ring().install(descriptor, slot_);
    if (installed == -ENFILE) {
        return fail(Reason::overload, Phase::connect, reactor_.ring().explain_full());
    }
    if (installed < 0) return fail(Reason::connect, Phase::connect, std::strerror(-installed));
    resets_on_close_ = false;
    receiver_.start(slot_);
    return {};
}

Task<> TcpStream::end_sending()
{
    Deadline unlimited(reactor_, reactor::never);
    co_await shutdown_request(slot_, SHUT_WR, unlimited);
}

Task<Result<void>> TcpStream::send(std::string_view bytes, Deadline& deadline)
{
    if (unsent_ != nullptr) {
        if (unsent_->error != 0) co_return Result<void>();
        unsent_->bytes += bytes;
        bytes = unsent_->bytes;
    }
    int sent = -ECANCELED;
    if (!receiver_.has_arrived()) {
        reactor::Request sending = send_request(slot_, bytes, MSG_WAITALL, deadline);
        const SendInterruption interruption(receiver_, sending);
        sent = co_await sending;
    }
    const bool is_complete = sent == static_cast<int>(bytes.size());
    if (is_complete && unsent_ == nullptr) co_return Result<void>();
    resets_on_close_ = !is_complete;
    if (!is_complete && deadline.has_expired()) {
        co_return tl::unexpected(deadline.failure(Phase::send));
    }
    const bool is_gone = sent == -EPIPE || sent == -ECONNRESET;
    if (sent < 0 && sent != -ECANCELED && !is_gone) {
        co_return fail(Reason::connect, Phase::send, fmt::format("send: {}", std::strerror(-sent)));
    }
    keep_unsent(bytes, static_cast<std::size_t>(std::max(sent, 0)), is_gone ? -sent : 0);
    co_return Result<void>();
}

Task<Result<void>> TcpStream::send_all(std::string_view bytes, Deadline& deadline)
{
    assert(has_sent_all());
    while (!bytes.empty()) {
        const int sent = co_await send_request(slot_, bytes, MSG_WAITALL, deadline);
        if (sent <= 0) {
            resets_on_close_ = true;
            if (deadline.has_expired()) co_return tl::unexpected(deadline.failure(Phase::send));
            co_return fail(Reason::closed, Phase::send,
                           fmt::format("send: {}", std::strerror(-sent)));
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    co_return Result<void>();
}

// `bytes` may be the rest that was kept before.
void TcpStream::keep_unsent(std::string_view bytes, std::size_t sent_bytes, int error)
{
    if (sent_bytes == bytes.size() && error == 0) {
        unsent_.reset();
        return;
    }
    if (unsent_ == nullptr) {
        unsent_ = std::make_unique<Unsent>();
        unsent_->bytes = bytes;
    }
    unsent_->bytes.erase(0, sent_bytes);
    unsent_->sent_bytes += sent_bytes;
    unsent_->error = error;
}

std::optional<Failure> TcpStream::send_failure() const
{
    if (unsent_ == nullptr) return std::nullopt;
    const std::size_t sent_bytes = unsent_->sent_bytes;
    if (sent_bytes == 0 && unsent_->error != 0) {
        return Failure{Reason::connect,
                       Phase::send,
                       fmt::format("send: {}", std::strerror(unsent_->error)),
                       {}};
    }
    return Failure{Reason::closed,
                   Phase::send,
                   fmt::format("the peer closed after {} of {} bytes sent", sent_bytes,
                               sent_bytes + unsent_->bytes.size()),
                   {}};
}

Task<> TcpStream::send_at_once(std::string_view bytes)
{
    Deadline unlimited(reactor_, reactor::never);
    co_await send_request(slot_, bytes, MSG_DONTWAIT, unlimited);
}

Task<> TcpStream::close()
{
    co_await receiver_.stop();
    if (slot_ == reactor::no_slot) co_return;
    // A kernel that closes a slot's socket at once sends the FIN by itself. A shutdown would take
    // one of its worker threads.
    Deadline unlimited(reactor_, reactor::never);
    bool is_reset = false;
    if (resets_on_close_) {
        const int reset = co_await reset_request(slot_, unlimited);
        is_reset = reset == 0;
    }
    if (!is_reset && !reactor_.ring().closes_at_once()) {
        co_await shutdown_request(slot_, SHUT_RDWR, unlimited);
    }
    reactor_.ring().close(std::exchange(slot_, reactor::no_slot));
}

}  // namespace pivot::net
