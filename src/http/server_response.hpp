// A response of one of our servers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::http {

struct ServerResponse {
    int status = 200;
    std::string content_type;  // empty if there is no body
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;  // in addition
};

// Status 200, with this JSON on a line of its own.
ServerResponse json_response(std::string json);

// An error whose body says what is wrong: `{"error": "a sentence"}`.
ServerResponse error_response(int status, std::string_view sentence);

// Status 405. `allowed` are the methods that can be used: `GET, HEAD`.
ServerResponse method_response(std::string_view allowed);

// How a response is sent.
struct Sending {
    bool is_head = false;           // the request was HEAD, so the body is left out
    bool closes = false;            // the connection is closed afterwards
    std::int64_t unix_ms = 0;       // for Date
    std::string_view headers = {};  // for all responses: `Name: value` and CRLF each
};

// Appends an HTTP/1.1 response: status line, Date, headers and body. A 101 gets only the headers
// that its handler has set. Returns a body of more than 64 KiB, which is to follow the message.
[[nodiscard]] std::string_view append_response(std::string& message, const ServerResponse& response,
                                               const Sending& how);

// Appends a date in the form for headers: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section
// 5.6.7).
void append_http_date(std::string& text, std::int64_t unix_ms);

}  // namespace pivot::http
