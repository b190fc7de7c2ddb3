// Absolute http and https URLs (RFC 3986), as customers and Location headers write them.
//
//     https://ann:secret@Hooks.Example.com:8443/ivr?site=7#top
//     scheme  credentials host             port target     dropped
//
// A URL is corrected where that is harmless, and refused where two readers might read it
// differently. In path and query, bytes that RFC 3986 does not allow are percent-encoded, except
// that control characters are refused, and `[` and `]` stay as they are in a query, where PHP uses
// them. Credentials become a header (RFC 7617).
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

// Decodes percent-escapes (RFC 3986, section 2.1). A `%` that does not begin one stays.
std::string unescape(std::string_view text);

// The scheme and authority of an absolute URL, as they were written: `https://ann:secret@h:443`.
std::string_view front(std::string_view url);

struct Url {
    Scheme scheme = Scheme::http;

    // The value of the header, such as `Basic YW5uOnNlY3JldA==`; empty without credentials.
    std::string authorization;

    // In the spelling of net::canonical_host(), so IPv6 without brackets; or a nonstandard spelling
    // of IPv4, which the address policy refuses.
    std::string host;

    // The only dot of the host was at its end, which excludes search domains (RFC 1034, section
    // 3.1).
    bool is_absolute = false;

    std::uint16_t port = 80;
    std::string target;  // path and query as they are sent; begins with `/`

    // Reads at most `url_bytes_max` bytes. The error is a sentence without credentials.
    static tl::expected<Url, std::string> parse(std::string_view text);

    // Resolves a reference in the document at this URL, such as a redirect's Location or a verb's
    // action (RFC 3986, section 5, strict). Credentials are kept if the reference names no host.
    tl::expected<Url, std::string> resolve(std::string_view reference) const;

    // The host for the resolver: `intranet.` if it is absolute.
    std::string name() const { return is_absolute ? host + '.' : host; }

    // Appends the target, with form-encoded parameters added to its query.
    void append_target(std::string& out, std::string_view parameters) const;

    // The value of the Host header, with the port unless it is the scheme's default.
    std::string authority() const;

    // Connections to equal origins are interchangeable: `https://hooks.example.com:8443`.
    std::string origin() const;

    // The URL without credentials, with form-encoded parameters added to its query.
    std::string to_text(std::string_view parameters = {}) const;

    friend bool operator==(const Url&, const Url&) = default;
};

// Whether this is such a URL, or empty. The error is that of Url::parse.
tl::expected<void, std::string> check_url(std::string_view text);

// Likewise, for a URL that others begin with.
tl::expected<void, std::string> check_base_url(std::string_view text);

}  // namespace pivot::http
