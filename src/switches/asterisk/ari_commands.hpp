// What calls ask of Asterisk: requests of its REST interface.
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
    std::string target;              // what follows `/ari/`: percent-encoded, with its query
    std::string body;                // JSON; empty: the request has none
    std::size_t body_bytes_max = 0;  // of the answer; 0: 1 MiB
};

// Any status is an answer: 404, where a channel has hung up, is as common as 204.
struct AriAnswer {
    int status = 0;
    std::string body;  // whole; empty with 204
};

class AriCommands {
public:
    virtual ~AriCommands() = default;

    // Sends one request and yields its answer. At most 16 are under way at a time: the others wait
    // in order, each with its deadline running. An answer and the events that its request caused
    // may arrive in either order.
    //
    // Fails as http::Client::ask() does, with connect, closed, timeout or cancelled as a rule. A
    // request that failed may have been performed all the same, unless it failed with connect.
    virtual reactor::Task<Result<AriAnswer>> ask(const AriRequest& request,
                                                 reactor::Deadline& deadline) = 0;
};

}  // namespace pivot::switches::asterisk
