// Requests of calls to Asterisk's REST interface.
#pragma once

#include "reactor/deadline.hpp"
#include "reactor/task.hpp"

#include <pivot/failure.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace pivot::switches::asterisk {

struct AriRequest {
    std::string_view method;         // "GET", "POST", "PUT", "DELETE"
    std::string target;              // after `/ari/`: percent-encoded, with its query
    std::string body;                // JSON; empty if the request has no body
    std::size_t body_bytes_max = 0;  // limit of the answer; 0 stands for 1 MiB
};

// Any status counts as an answer: 404, after a hang-up, is as common as 204.
struct AriAnswer {
    int status = 0;
    std::string body;  // complete; empty with 204
};

class AriCommands {
public:
    virtual ~AriCommands() = default;

    // Sends one request and yields its answer. At most 16 are in flight; the others wait in order,
    // while their deadlines run. An answer and the events that its request caused may arrive in
    // either order.
    //
    // Fails like http::Client::ask(), usually with connect, closed, timeout or cancelled. Unless it
    // failed with connect, Asterisk may have performed the request.
    virtual reactor::Task<Result<AriAnswer>> ask(const AriRequest& request,
                                                 reactor::Deadline& deadline) = 0;
};

}  // namespace pivot::switches::asterisk
