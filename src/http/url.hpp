// Absolute http and https URLs (RFC 3986), as a customer or a Location writes them.
//
//     https://ann:secret@Hooks.Example.com:8443/ivr?site=7#top
//     scheme  credentials host             port target     dropped
//
// A customer's URL is mended where that is harmless, and refused where two readers might read it
// differently. In path and query every byte that RFC 3986 has no place for is percent-encoded, but
// control characters are refused; `[` and `]` stay as they are in a query, where PHP has them.
// Credentials become a header (RFC 7617).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::http {

enum class Scheme : std::uint8_t { http, https };

std::string_view name(Scheme scheme);

constexpr std::size_t url_bytes_max = 8192;

// With percent-escapes decoded (RFC 3986, section 2.1); a `%` that begins none stays.
std::string unescape(std::string_view text);

// Scheme and authority of an absolute URL, as they were written: `https://ann:secret@h:443`.
std::string_view front(std::string_view url);

struct Url {
    Scheme scheme = Scheme::http;
    std::string authorization;  // the header's value: `Basic YW5uOnNlY3JldA==`; empty: none
    std::string host;           // as net::canonical_host() spells it: IPv6 without brackets; or an
                                // odd spelling of IPv4, which the address policy refuses
    bool is_absolute = false;   // `host` has no dot but one at its end, which keeps search domains
                                // away (RFC 1034, section 3.1)
    std::uint16_t port = 80;
    std::string target;  // path and query as they are sent; begins with `/`

    // At most `url_bytes_max` bytes. The error is a sentence without credentials.
    static tl::expected<Url, std::string> parse(std::string_view text);

    // What `reference` means in the document at this URL (RFC 3986, section 5, strict): a
    // redirect's Location, a verb's action. Credentials stay where the reference names no host.
    tl::expected<Url, std::string> resolve(std::string_view reference) const;

    // The host as it is to be resolved: `intranet.` if it is absolute.
    std::string name() const { return is_absolute ? host + '.' : host; }

    // Appends the target with form-encoded parameters joined to its query.
    void append_target(std::string& out, std::string_view parameters) const;

    // Value of the Host header: the port where it is not the scheme's own.
    std::string authority() const;

    // Connections to equal origins are interchangeable: `https://hooks.example.com:8443`.
    std::string origin() const;

    // The URL without credentials, with form-encoded parameters joined to its query.
    std::string to_text(std::string_view parameters = {}) const;

    friend bool operator==(const Url&, const Url&) = default;
};

}  // namespace pivot::http
