// What a server of ours answers.
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
    std::vector<std::pair<std::string, std::string>> headers;  // further ones
};

// One with status 200 whose body is this JSON, as a line.
ServerResponse json_response(std::string json);

// One whose body says what is wrong: `{"error": "a sentence"}`.
ServerResponse error_response(int status, std::string_view sentence);

// That of a method that is not allowed; `allowed` are those that are: `GET, HEAD`.
ServerResponse method_response(std::string_view allowed);

// How a response is sent.
struct Sending {
    bool is_head = false;           // the request was HEAD: without the body
    bool closes = false;            // the connection ends with it
    std::int64_t unix_ms = 0;       // the time
    std::string_view headers = {};  // of all responses: `Name: value` and CRLF each
};

// Appends an HTTP/1.1 response: status line, Date, headers and body. One with status 101 has the
// headers that its handler gives it.
void append_response(std::string& message, const ServerResponse& response, const Sending& how);

// Appends a date as headers have it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
void append_http_date(std::string& text, std::int64_t unix_ms);

}  // namespace pivot::http
