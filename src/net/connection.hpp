// A connection to a web server, plain or TLS.
#pragma once

#include "net/connector.hpp"
#include "net/tcp.hpp"
#include "net/tls.hpp"

#include <pivot/failure.hpp>

#include <coroutine>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace pivot::net {

// Bytes that arrived. Those of a plain connection are a lent buffer, which goes back when this
// dies; those of a TLS connection are valid until anybody of this reactor receives.
class Received {
public:
    Received() = default;
    explicit Received(reactor::LentBuffer buffer)
        : buffer_(std::move(buffer)), bytes_(buffer_.bytes())
    {
    }
    explicit Received(std::string_view decrypted) : bytes_(decrypted) {}

    std::string_view bytes() const { return bytes_; }

private:
    reactor::LentBuffer buffer_;
    std::string_view bytes_;
};

// What is awaited to receive. A plain connection waits for its socket and needs no frame of its
// own, unless part of a request is still to be sent.
class Receive {
public:
    using OverTls = Task<Result<std::string_view>>;
    using AfterSending = Task<Result<Received>>;

    Receive(Receiver::Wait plain, Deadline& deadline) : way_(plain), deadline_(deadline) {}
    Receive(OverTls tls, Deadline& deadline) : way_(std::move(tls)), deadline_(deadline) {}
    Receive(AfterSending plain, Deadline& deadline) : way_(std::move(plain)), deadline_(deadline) {}

    bool await_ready() const noexcept;
    bool await_suspend(std::coroutine_handle<> waiting);
    Result<Received> await_resume();

private:
    std::variant<Receiver::Wait, OverTls, AfterSending> way_;
    Deadline& deadline_;
};

class Connection {
public:
    explicit Connection(Connected connected)
        : tcp_(std::move(connected.stream)), address_(connected.address)
    {
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Once, before anything is sent. Arguments and failures are those of TlsStream.
    Task<Result<void>> secure(TlsContext& context, std::string_view host, std::string_view origin,
                              bool sends_sni, Deadline& deadline);

    // Sends all of it, or as much as goes out before something arrives; receive() sends the rest.
    // Fails with connect, timeout or cancelled.
    Task<Result<void>> send(std::string_view bytes, Deadline& deadline);

    bool has_sent_all() const { return tcp_->has_sent_all(); }

    // Why the peer does not have all of it, once it is known to be gone: connect (it has no byte)
    // or closed.
    std::optional<Failure> send_failure() const { return tcp_->send_failure(); }

    // To be awaited: some bytes; none: the peer closed in good order. `phase` is set to `wait` when
    // what send() had left is sent, which may be long before the first byte. Fails with closed,
    // tls, timeout or cancelled.
    Receive receive(Phase& phase, Deadline& deadline);

    Task<> close(Reactor& reactor);

    // Everything has been sent, and nothing has arrived that nobody has read, TLS included.
    bool is_quiet()
    {
        return has_sent_all() && !tcp_->receiver().has_arrived() && (!tls_ || tls_->is_quiet());
    }

    // close() will be a reset: of a connection in the middle of something.
    void reset_on_close() { tcp_->reset_on_close(); }

    Receiver& receiver() { return tcp_->receiver(); }
    const SocketAddress& address() const { return address_; }

private:
    Task<Result<Received>> send_and_receive(Phase& phase, Deadline& deadline);
    Task<> close_tls(Reactor& reactor);

    std::unique_ptr<TcpStream> tcp_;
    std::unique_ptr<TlsStream> tls_;
    SocketAddress address_;
};

}  // namespace pivot::net
