// One connection of a server: reads requests and sends responses, each within its time.
#pragma once

#include "base/clock.hpp"
#include "http/request_parser.hpp"
#include "http/server_response.hpp"
#include "net/connection.hpp"
#include "reactor/deadline.hpp"
#include "reactor/task.hpp"

#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::http {

struct ServerLimits {
    RequestLimits request;

    // Requests on further connections are answered with 503.
    std::size_t connections_max = 64;

    // How long a client may take to send a head or a body, or to read a response, and how long it
    // may be silent between requests.
    Nanoseconds head_ns = 10 * second_ns;
    Nanoseconds body_ns = 10 * second_ns;
    Nanoseconds write_ns = 10 * second_ns;
    Nanoseconds idle_ns = 60 * second_ns;
};

class ServedConnection {
public:
    // A request, or why it is refused. A refusal without a status is not sent, because nobody is
    // listening.
    using Read = tl::expected<RequestHead, Refusal>;

    // `headers` are part of all responses. `draining` ends the wait for the next request, and
    // `closing` ends everything.
    ServedConnection(std::unique_ptr<net::Connection> connection, const ServerLimits& limits,
                     std::string_view headers, reactor::Deadline& draining,
                     reactor::Deadline& closing)
        : connection_(std::move(connection)),
          limits_(limits),
          headers_(headers),
          draining_(draining),
          closing_(closing),
          parser_(limits.request)
    {
    }

    // Call it first: the TLS handshake, if the listener has TLS. A refusal is like read()'s.
    reactor::Task<tl::expected<void, Refusal>> open();

    reactor::Task<Read> read();

    // Returns whether the client has received it, as far as one can tell.
    reactor::Task<bool> write(const ServerResponse& response, Sending how);

    // Closes after the last response so that the client can read it. Closing with unread bytes
    // would reset the connection.
    reactor::Task<> close_after_response();

    const net::SocketAddress& client() const { return connection_->address(); }

    // For watching whether the client is still there while nothing is read.
    reactor::Receiver& receiver() { return connection_->receiver(); }

    reactor::Task<> close() { return connection_->close(); }

    // Gives the connection away. Nothing else may be called after that.
    std::unique_ptr<net::Connection> release() { return std::move(connection_); }

    // What has arrived after the last request.
    std::string take_rest() { return std::exchange(rest_, {}); }

    reactor::FramePool& frames() const { return connection_->frames(); }

private:
    reactor::Task<Read> read_begun();
    reactor::Task<tl::expected<void, Refusal>> read_until(bool (RequestParser::*is_done)() const,
                                                          Nanoseconds within_ns);
    reactor::Task<bool> receive(reactor::Deadline& deadline);
    Nanoseconds in(Nanoseconds time_ns) const { return closing_.reactor().now() + time_ns; }

    std::unique_ptr<net::Connection> connection_;
    const ServerLimits& limits_;
    const std::string_view headers_;
    reactor::Deadline& draining_;
    reactor::Deadline& closing_;
    RequestParser parser_;
    std::string rest_;  // arrived, but not parsed yet
    bool is_first_ = true;
};

}  // namespace pivot::http
