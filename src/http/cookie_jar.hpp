// The cookies of one session (RFC 6265, sections 5.1 to 5.4).
//
// A cookie goes back to the host that set it and to no other, whatever its Domain says, so there is
// no list of public suffixes to maintain. A cookie whose Domain is neither the host nor a parent of
// it is refused. As usual, ports and schemes share cookies, except for Secure.
#pragma once

#include "http/url.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::http {

class CookieJar {
public:
    // At the limit the oldest cookie makes room.
    static constexpr std::size_t cookies_max = 50;

    // Larger Set-Cookie headers are refused.
    static constexpr std::size_t cookie_bytes_max = 4096;

    // Takes the value of a Set-Cookie header that came from `url`. Times are seconds of Unix time.
    void take(std::string_view set_cookie, const Url& url, std::int64_t now_unix_s);

    // Appends the value of the Cookie header of a request to `url`: `a=1; b=2`, longer paths first,
    // then older cookies. Appends nothing if no cookie is sent.
    void append_header_value(std::string& out, const Url& url, std::int64_t now_unix_s) const;

    bool empty() const { return cookies_.empty(); }

    // The size of the longest possible Cookie header.
    std::size_t size_bytes() const;

    // Removes the oldest cookies until size_bytes() is at most `size_bytes_max`. Returns how many.
    std::size_t shrink_to(std::size_t size_bytes_max);

private:
    struct Cookie {
        std::string name;
        std::string value;
        std::string host;
        std::string path;
        std::int64_t expires_unix_s;
        bool is_secure;

        bool has_expired(std::int64_t now_unix_s) const { return expires_unix_s <= now_unix_s; }
    };

    void add(Cookie cookie, std::int64_t now_unix_s);

    std::vector<Cookie> cookies_;  // the oldest first
};

}  // namespace pivot::http
