// Answers the requests of a server.
#pragma once

#include "http/server_request.hpp"
#include "http/server_response.hpp"
#include "net/connection.hpp"
#include "reactor/task.hpp"

#include <memory>
#include <string>

namespace pivot::http {

class ServerHandler {
public:
    // The connection's next request waits for it. It has to end soon after `deadline` has expired,
    // which also happens when the server closes. See also needs_client().
    virtual reactor::Task<ServerResponse> answer(const ServerRequest& request,
                                                 reactor::Deadline& deadline) = 0;

    // Whether an answer is only worth its work while the client is there. Then the deadline expires
    // when the client closes the connection, or its side of it, which looks the same. nginx and
    // Go's net/http give up such requests, too. The answer is still sent.
    virtual bool needs_client(const ServerRequest&) const { return false; }

    // Called after an answer with status 101: takes over the connection, and closes it before it
    // returns. `surplus` are bytes that arrived after the request. `stopping` expires when the
    // server drains. By default it only closes it, which suits whoever never answers so.
    virtual reactor::Task<> take_over(const ServerRequest& request,
                                      std::unique_ptr<net::Connection> connection,
                                      std::string surplus, reactor::Deadline& stopping);

protected:
    ~ServerHandler() = default;
};

}  // namespace pivot::http
