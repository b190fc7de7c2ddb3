// The cookies of one session (RFC 6265, sections 5.1 to 5.4).
//
// A cookie goes back to the host that set it and to no other, whatever its Domain says; there is
// no list of public suffixes to keep. One whose Domain is not the host's, nor a parent of it, is
// refused. As everywhere, ports and schemes share cookies, but for Secure.
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
    static constexpr std::size_t cookies_max = 50;  // the oldest goes for one more
    static constexpr std::size_t cookie_bytes_max =
        4096;  // of a Set-Cookie; larger ones are refused

    // Takes the value of one Set-Cookie header that came from `url`. Times are seconds of Unix
    // time.
    void take(std::string_view set_cookie, const Url& url, std::int64_t now_unix_s);

    // Appends the value of the Cookie header of a request to `url`: `a=1; b=2`, the longest path
    // first, then the oldest. Nothing: no header is sent.
    void append_header_value(std::string& out, const Url& url, std::int64_t now_unix_s) const;

    bool empty() const { return cookies_.empty(); }

    // Bytes of the longest Cookie header there can be.
    std::size_t size_bytes() const;

    // Lets the oldest go until no more than that are left. How many went.
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
