// An HTTP/1.1 server on a reactor: one coroutine for each connection, whose requests are answered
// one after the other.
//
//   serve(listener) ─► accept ─┬─► a connection ─► read ─► ServerHandler::answer() ─► write ─┐
//                              │                    ▲                                        │
//                              │                    └────────────────────────────────────────┘
//                              └─► too many: 503, close
//
// Where the listener has TLS, a connection begins with its handshake.
#pragma once

#include "http/served_connection.hpp"
#include "http/server_handler.hpp"
#include "net/listener.hpp"
#include "reactor/scope.hpp"

#include <memory>
#include <string>

namespace pivot::http {

class Server {
public:
    // `headers` are part of all responses: `Name: value` and CRLF each.
    Server(reactor::Reactor& reactor, ServerHandler& handler, const ServerLimits& limits,
           std::string headers = {});
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Serves the connections of `listener` until close(), or until drain() and the end of its
    // requests. Several listeners may be served at the same time, and share the limit on
    // connections.
    reactor::Task<> serve(net::Listener& listener);

    // Accepts nothing more, finishes requests in progress, and closes idle connections.
    void drain();

    // Ends all connections.
    void close();

    reactor::FramePool& frames() const { return reactor_.frames(); }

private:
    reactor::Task<> serve(std::unique_ptr<net::Connection> accepted);
    reactor::Task<> refuse(ServedConnection& connection, const Refusal& refusal);
    static reactor::Task<> end(ServedConnection& connection, bool is_written);
    reactor::Task<bool> serve_request(ServedConnection& connection);
    reactor::Task<ServerResponse> answer(const ServerRequest& request,
                                         ServedConnection& connection);
    reactor::Task<> take_over(const ServerRequest& request, ServedConnection& connection);
    reactor::Task<> turn_away(std::unique_ptr<net::Connection> accepted);
    ServedConnection served(std::unique_ptr<net::Connection> accepted);

    reactor::Reactor& reactor_;
    ServerHandler& handler_;
    const ServerLimits limits_;
    const std::string headers_;
    reactor::Deadline closing_;
    reactor::Deadline draining_;
    std::size_t connections_ = 0;
    std::size_t turned_away_ = 0;  // being refused, and not closed yet
};

}  // namespace pivot::http
