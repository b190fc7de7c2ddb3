#include "http/request.hpp"

#include <iterator>

#include <fmt/format.h>

namespace pivot::http {

namespace {

constexpr std::string_view constant_headers =
    "User-Agent: pivot/" PIVOT_VERSION
    "\r\n"
    "Accept: application/json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1\r\n"
    "Accept-Encoding: gzip\r\n";

}  // namespace

void append_head(std::string& out, Method method, const Url& url, std::string_view content_type,
                 std::size_t body_bytes)
{
    out += name(method);
    out += ' ';
    out += url.target;
    out += " HTTP/1.1\r\nHost: ";
    out += url.authority();
    out += "\r\n";
    out += constant_headers;
    if (!url.authorization.empty()) {
        out += "Authorization: ";
        out += url.authorization;
        out += "\r\n";
    }
    if (!content_type.empty()) {
        fmt::format_to(std::back_inserter(out), "Content-Type: {}\r\nContent-Length: {}\r\n",
                       content_type, body_bytes);
    }
    out += "\r\n";
}

}  // namespace pivot::http
