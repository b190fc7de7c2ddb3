#include "http/server_response.hpp"

#include "base/json.hpp"
#include "http/header.hpp"
#include "http/status.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <ctime>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace pivot::http {

namespace {

// A longer body is not copied into the message.
constexpr std::size_t copied_bytes_max = std::size_t{64} * 1024;

struct Status {
    int code;
    std::string_view phrase;
};

constexpr std::array statuses = {
    Status{101, "Switching Protocols"},
    Status{200, "OK"},
    Status{201, "Created"},
    Status{202, "Accepted"},
    Status{204, "No Content"},
    Status{301, "Moved Permanently"},
    Status{302, "Found"},
    Status{303, "See Other"},
    Status{304, "Not Modified"},
    Status{307, "Temporary Redirect"},
    Status{308, "Permanent Redirect"},
    Status{400, "Bad Request"},
    Status{401, "Unauthorized"},
    Status{403, "Forbidden"},
    Status{404, "Not Found"},
    Status{405, "Method Not Allowed"},
    Status{406, "Not Acceptable"},
    Status{408, "Request Timeout"},
    Status{409, "Conflict"},
    Status{410, "Gone"},
    Status{413, "Content Too Large"},
    Status{414, "URI Too Long"},
    Status{415, "Unsupported Media Type"},
    Status{417, "Expectation Failed"},
    Status{421, "Misdirected Request"},
    Status{426, "Upgrade Required"},
    Status{429, "Too Many Requests"},
    Status{431, "Request Header Fields Too Large"},
    Status{500, "Internal Server Error"},
    Status{501, "Not Implemented"},
    Status{503, "Service Unavailable"},
    Status{504, "Gateway Timeout"},
    Status{505, "HTTP Version Not Supported"},
};

// Clients do not need the reason phrase.
std::string_view phrase_of(int code)
{
    const auto found = std::ranges::find(statuses, code, &Status::code);
    return found == statuses.end() ? std::string_view() : found->phrase;
}

void append_header(std::string& message, std::string_view name, std::string_view value)
{
    assert(is_header_name(name));
    assert(value.find_first_of("\r\n") == value.npos);
    fmt::format_to(std::back_inserter(message), "{}: {}\r\n", name, value);
}

}  // namespace

ServerResponse json_response(std::string json)
{
    ServerResponse response;
    response.content_type = "application/json";
    response.body = std::move(json) + '\n';
    return response;
}

ServerResponse error_response(int status, std::string_view sentence)
{
    std::string json = R"({"error":)";
    json::append_quoted(json, sentence);
    ServerResponse response = json_response(std::move(json) + '}');
    response.status = status;
    return response;
}

ServerResponse method_response(std::string_view allowed)
{
    ServerResponse response =
        error_response(status::method_not_allowed, fmt::format("use {}", allowed));
    response.headers = {{"Allow", std::string(allowed)}};
    return response;
}

std::string_view append_response(std::string& message, const ServerResponse& response,
                                 const Sending& how)
{
    fmt::format_to(std::back_inserter(message), "HTTP/1.1 {} {}\r\nDate: ", response.status,
                   phrase_of(response.status));
    append_http_date(message, how.unix_ms);
    message += "\r\n";
    message += how.headers;
    for (const auto& [name, value] : response.headers) append_header(message, name, value);
    if (response.status == status::switching_protocols) {
        message += "\r\n";
        return {};
    }
    if (!response.content_type.empty()) {
        append_header(message, "Content-Type", response.content_type);
    }
    const bool has_length =
        response.status != status::no_content && response.status != status::not_modified;
    if (has_length) {
        fmt::format_to(std::back_inserter(message), "Content-Length: {}\r\n", response.body.size());
    }
    if (how.closes) message += "Connection: close\r\n";
    message += "\r\n";
    if (!has_length || how.is_head) return {};
    if (response.body.size() > copied_bytes_max) return response.body;
    message += response.body;
    return {};
}

// strftime() would use the locale's names.
void append_http_date(std::string& text, std::int64_t unix_ms)
{
    constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = unix_ms / 1'000;
    std::tm date{};
    ::gmtime_r(&seconds, &date);
    fmt::format_to(std::back_inserter(text), "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                   days[static_cast<std::size_t>(date.tm_wday)], date.tm_mday,
                   months[static_cast<std::size_t>(date.tm_mon)], date.tm_year + 1900, date.tm_hour,
                   date.tm_min, date.tm_sec);
}

}  // namespace pivot::http
