// A connection to a web server, plain or TLS.
#pragma once

#include "net/connector.hpp"
#include "net/tcp.hpp"
#include "net/tls.hpp"

#include <pivot/failure.hpp>

#include <memory>
#include <optional>
#include <string_view>

namespace pivot::net {

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
                              Deadline& deadline);

    // Sends all of it. Fails with connect (reset before the request was sent), timeout or
    // cancelled.
    Task<Result<void>> send(std::string_view bytes, Deadline& deadline);

    // Some bytes, valid until anybody of this reactor receives; empty: the peer closed in good
    // order. Fails with closed, tls, timeout or cancelled.
    Task<Result<std::string_view>> receive(Deadline& deadline);

    Task<> close(Reactor& reactor) { return tcp_->close(reactor); }

    Receiver& receiver() { return tcp_->receiver(); }
    const SocketAddress& address() const { return address_; }

private:
    Task<Result<std::string_view>> receive_plain(Deadline& deadline);

    std::unique_ptr<TcpStream> tcp_;
    std::unique_ptr<TlsStream> tls_;
    reactor::LentBuffer buffer_;  // what receive() returned last, of a plain connection
    SocketAddress address_;
};

}  // namespace pivot::net
