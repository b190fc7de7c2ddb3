// A connection to a web server or from a client, plain or with TLS.
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

// Bytes that arrived. From a plain connection they are in a lent buffer, which goes back when this
// dies; from a TLS connection they are valid until the next receive on this reactor.
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

// The awaitable of Connection::receive(). A plain connection waits for its socket without a
// coroutine frame, unless part of a request is still to be sent.
class Receive {
public:
    using OverTls = reactor::Task<Result<std::string_view>>;
    using AfterSending = reactor::Task<Result<Received>>;

    Receive(reactor::Receiver::Wait plain, reactor::Deadline& deadline)
        : way_(plain), deadline_(deadline)
    {
    }
    Receive(OverTls tls, reactor::Deadline& deadline) : way_(std::move(tls)), deadline_(deadline) {}
    Receive(AfterSending plain, reactor::Deadline& deadline)
        : way_(std::move(plain)), deadline_(deadline)
    {
    }

    bool await_ready() const noexcept;
    bool await_suspend(std::coroutine_handle<> waiting);
    Result<Received> await_resume();

private:
    std::variant<reactor::Receiver::Wait, OverTls, AfterSending> way_;
    reactor::Deadline& deadline_;
};

class Connection {
public:
    explicit Connection(Connected connected)
        : tcp_(std::move(connected.stream)), address_(connected.address)
    {
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // To be called once, before anything is sent. Arguments and failures are those of TlsStream.
    reactor::Task<Result<void>> secure(TlsContext& context, std::string_view host,
                                       std::string_view origin, bool sends_sni,
                                       reactor::Deadline& deadline);

    // Makes this the server's side of TLS. Call it once, and handshake() before anything is sent.
    void serve_tls(TlsContext& context) { tls_ = std::make_unique<TlsStream>(context, *tcp_); }

    // Does nothing on a plain connection. Fails with tls, timeout, cancelled, or with protocol if
    // the client speaks HTTP without TLS; then this connection goes on without TLS, too.
    reactor::Task<Result<void>> handshake(reactor::Deadline& deadline);

    // Sends all of `bytes`, or as much as goes out before something arrives; receive() sends the
    // rest. Fails with connect, timeout or cancelled.
    reactor::Task<Result<void>> send(std::string_view bytes, reactor::Deadline& deadline);

    // Whether its TLS handshake went on with an earlier session.
    bool is_resumed() const { return tls_ && tls_->is_resumed(); }

    // From now on, one coroutine may send with send_all(), in place of send(), while another
    // receives. Everything must have been sent.
    void start_duplex();

    // Sends all of `bytes`, whatever arrives in the meantime. Only one coroutine may send at a
    // time. Fails with closed, timeout or cancelled; then only close() makes sense.
    reactor::Task<Result<void>> send_all(std::string_view bytes, reactor::Deadline& deadline);

    // Ends the sending direction. The peer can still send.
    reactor::Task<> end_sending();

    bool has_sent_all() const { return tcp_->has_sent_all(); }

    // Why the peer does not have all of it, once the peer is known to be gone: connect if it got
    // nothing, else closed.
    std::optional<Failure> send_failure() const { return tcp_->send_failure(); }

    // Yields some bytes, or none if the peer has closed in good order. Sets `phase` to `wait` when
    // the rest that send() left is sent, which may be long before the first byte. Fails with
    // closed, tls, timeout or cancelled.
    Receive receive(Phase& phase, reactor::Deadline& deadline);

    reactor::Task<> close();

    // True if everything has been sent, and everything that arrived has been read, TLS included.
    bool is_quiet()
    {
        return has_sent_all() && !tcp_->receiver().has_arrived() && (!tls_ || tls_->is_quiet());
    }

    // Makes close() reset the connection, because an exchange was cut off.
    void reset_on_close() { tcp_->reset_on_close(); }

    reactor::FramePool& frames() const { return tcp_->frames(); }
    reactor::Receiver& receiver() { return tcp_->receiver(); }
    const SocketAddress& address() const { return address_; }

private:
    reactor::Task<Result<Received>> send_and_receive(Phase& phase, reactor::Deadline& deadline);
    reactor::Task<> close_tls();

    std::unique_ptr<TcpStream> tcp_;
    std::unique_ptr<TlsStream> tls_;
    SocketAddress address_;
};

}  // namespace pivot::net
