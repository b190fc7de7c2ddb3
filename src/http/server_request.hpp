// A request to one of our servers.
#pragma once

#include "net/address.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::http {

struct ServerRequest {
    std::string method;   // `GET`
    std::string target;   // path and query as sent: `/readyz?verbose`; or `*`
    std::string host;     // from the Host header or an absolute target; may be empty in HTTP/1.0
    std::string headers;  // `Name: value` and CRLF each, as sent
    std::string body;
    int minor_version = 1;      // HTTP/1.x
    net::SocketAddress client;  // 0.0.0.0:0 of a Unix socket

    std::string_view path() const;
    std::string_view query() const;  // without the question mark; empty if there is none

    // The value of the query's first parameter with this name, as sent; empty if it has no value.
    // Returns nothing if there is no such parameter.
    std::optional<std::string_view> parameter(std::string_view name) const;

    // The values of the headers with this name, in order.
    std::vector<std::string_view> values_of(std::string_view name) const;

    // Whether a header that is a list of words, such as Connection, contains this one, in any case.
    bool lists(std::string_view name, std::string_view word) const;
};

}  // namespace pivot::http
