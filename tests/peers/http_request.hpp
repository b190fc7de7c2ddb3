// A request as a peer received it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::test {

struct Request {
    std::string method;
    std::string target;  // as it came: path and query
    std::string version;
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, in order
    std::string body;
    std::size_t connection = 0;  // 1: the first connection that the peer accepted
    std::size_t number = 0;      // 1: the first request on its connection

    // The value of the first such header; empty where there is none.
    std::string header(std::string_view lower_case_name) const;
};

// Takes one request from the front of `bytes`; none while a part of it is missing. A body has a
// Content-Length. Throws std::invalid_argument at what is not such a request.
std::optional<Request> take_request(std::string& bytes);

}  // namespace pivot::test
