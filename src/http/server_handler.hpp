// What answers the requests of a server.
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
    // The next request of this connection waits for it. Must come to an end soon after `deadline`
    // has expired, which it does when the server closes, and see needs_client().
    virtual reactor::Task<ServerResponse> answer(const ServerRequest& request,
                                                 reactor::Deadline& deadline) = 0;

    // Whether the answer is worth its work only as long as the client is there: then the deadline
    // expires when the client has closed the connection, or its side of it, which looks the same.
    // nginx and Go's net/http give up such requests, too. What comes is sent all the same.
    virtual bool needs_client(const ServerRequest&) const { return false; }

    // After an answer with status 101: the connection is the handler's, who closes it before this
    // ends. `surplus` has arrived after the request. `stopping` expires when the server drains.
    virtual reactor::Task<> take_over(const ServerRequest& request,
                                      std::unique_ptr<net::Connection> connection,
                                      std::string surplus, reactor::Deadline& stopping) = 0;

protected:
    ~ServerHandler() = default;
};

}  // namespace pivot::http
