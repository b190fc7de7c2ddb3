// A request as a server of ours got it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::http {

struct ServerRequest {
    std::string method;   // `GET`
    std::string target;   // path and query as they came: `/readyz?verbose`; or `*`
    std::string host;     // of the Host header, or of an absolute target; HTTP/1.0 may have none
    std::string headers;  // `Name: value` and CRLF each, as they came
    std::string body;
    int minor_version = 1;  // of HTTP/1.x

    std::string_view path() const;
    std::string_view query() const;  // without the question mark; empty if there is none

    // The value of the first parameter of the query with this name, as it came; empty if it has no
    // value. Returns nothing if there is none.
    std::optional<std::string_view> parameter(std::string_view name) const;

    // The values of the headers with this name, in order.
    std::vector<std::string_view> values_of(std::string_view name) const;

    // Whether a header that is a list of words, such as Connection, has this one, in any case.
    bool lists(std::string_view name, std::string_view word) const;
};

}  // namespace pivot::http
