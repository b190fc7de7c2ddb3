#include "http/request.hpp"

#include <iterator>

#include <fmt/format.h>

namespace pivot::http {

namespace {

// What follows the target.
void append_rest(std::string& message, const Destination& destination,
                 std::string_view content_type, std::size_t body_bytes, std::string_view headers)
{
    message += " HTTP/1.1\r\n";
    message += destination.headers;
    if (!content_type.empty()) {
        fmt::format_to(std::back_inserter(message), "Content-Type: {}\r\nContent-Length: {}\r\n",
                       content_type, body_bytes);
    }
    message += headers;
    message += "\r\n";
}

}  // namespace

void append_head(std::string& message, std::string_view method, const Destination& destination,
                 std::string_view query, std::string_view content_type, std::size_t body_bytes,
                 std::string_view headers)
{
    message.append(method).append(" ");
    destination.url.append_target(message, query);
    append_rest(message, destination, content_type, body_bytes, headers);
}

void append_head_for(std::string_view target, std::string& message, std::string_view method,
                     const Destination& destination, std::string_view content_type,
                     std::size_t body_bytes, std::string_view headers)
{
    message.append(method).append(" ").append(target);
    append_rest(message, destination, content_type, body_bytes, headers);
}

}  // namespace pivot::http
