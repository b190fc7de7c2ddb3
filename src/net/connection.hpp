// A connection to a web server, plain or TLS.
#pragma once

#include "net/connector.hpp"
#include "net/tcp.hpp"
#include "net/tls.hpp"

#include <pivot/failure.hpp>

#include <coroutine>
#include <memory>
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
// own.
class Receive {
public:
    using OverTls = Task<Result<std::string_view>>;

    Receive(Receiver::Wait plain, Deadline& deadline) : way_(plain), deadline_(deadline) {}
    Receive(OverTls tls, Deadline& deadline) : way_(std::move(tls)), deadline_(deadline) {}

    bool await_ready() const noexcept;
    bool await_suspend(std::coroutine_handle<> waiting);
    Result<Received> await_resume();

private:
    std::variant<Receiver::Wait, OverTls> way_;
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

    // Sends all of it. Fails with connect (no byte was sent), closed (some were), timeout,
    // cancelled.
    Task<Result<void>> send(std::string_view bytes, Deadline& deadline);

    // To be awaited: some bytes; none: the peer closed in good order. Fails with closed, tls,
    // timeout or cancelled.
    Receive receive(Deadline& deadline);

    Task<> close(Reactor& reactor) { return tcp_->close(reactor); }

    // Nothing has arrived that nobody has read, TLS included.
    bool is_quiet() { return !tcp_->receiver().has_arrived() && (!tls_ || tls_->is_quiet()); }

    // close() will be a reset: of a connection in the middle of something.
    void reset_on_close() { tcp_->reset_on_close(); }

    Receiver& receiver() { return tcp_->receiver(); }
    const SocketAddress& address() const { return address_; }

private:
    std::unique_ptr<TcpStream> tcp_;
    std::unique_ptr<TlsStream> tls_;
    SocketAddress address_;
};

}  // namespace pivot::net
