#include "http/request.hpp"

#include <iterator>

#include <fmt/format.h>

namespace pivot::http {

void append_head(std::string& message, std::string_view method, const Destination& destination,
                 std::string_view query, std::string_view content_type, std::size_t body_bytes,
                 std::string_view headers)
{
    message += method;
    message += ' ';
    destination.url.append_target(message, query);
    message += " HTTP/1.1\r\n";
    message += destination.headers;
    if (!content_type.empty()) {
        fmt::format_to(std::back_inserter(message), "Content-Type: {}\r\nContent-Length: {}\r\n",
                       content_type, body_bytes);
    }
    message += headers;
    message += "\r\n";
}

}  // namespace pivot::http
