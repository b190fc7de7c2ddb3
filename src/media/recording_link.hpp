// Signed links to recordings: whoever has one may fetch the file, until it expires.
//
//     https://pivot.example.com/r / a1b2c3 / ID.1796600000.MAC
//         the operator's URL        account      expiry, the first 128 bits of an HMAC-SHA256
//
// An application may append `.wav` or `.mp3`, as some do to a RecordingUrl. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::media {

struct RecordingLink {
    std::string account_id;
    std::string id;  // the file's name without its extension
    std::int64_t expires_unix_s = 0;
};

// `base` is the operator's URL, without a slash at its end.
std::string signed_link(std::string_view base, const RecordingLink& link, std::string_view key);

enum class LinkFault : std::uint8_t {
    malformed,
    forged,   // no key has signed it
    expired,  // but properly signed
};

struct ReadLink {
    RecordingLink link;
    std::string ending;  // the appended one: `.mp3`; empty if there was none
};

// Reads the two path segments after the operator's URL: `a1b2c3/ID.1796600000.MAC.mp3`. An id
// consists of lower-case letters and digits. An empty key signs nothing.
tl::expected<ReadLink, LinkFault> read_link(std::string_view segments,
                                            std::span<const std::string> keys,
                                            std::int64_t unix_now_s);

}  // namespace pivot::media
