// How a host is written: one spelling for each host, and none that two readers read differently.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::net {

// Returns a name in lower case without its trailing dot, or an address in IpAddress's spelling.
// `text` has no brackets around IPv6.
//
// Names consist of letters, digits, `-` and `_` in labels of 1 to 63 bytes, 253 bytes in all (RFC
// 1035, section 2.3.4). A host whose last label is a number is an IPv4 address, as in browsers
// (WHATWG URL, section 3.5), and must be written as four decimal numbers: `127.1`, `0x7f.0.0.1`,
// `2130706433` and `127.0.0.1.` are refused, because some resolvers take them for loopback. The
// error is a sentence, in UTF-8 and short whatever `text` is.
tl::expected<std::string, std::string> canonical_host(std::string_view text);

// Whether canonical_host() refuses `text` as a nonstandard spelling of an IPv4 address. Such a text
// has only characters that names have.
bool is_nonstandard_ipv4(std::string_view text);

// Whether `host`, in the spelling of canonical_host(), is `localhost` or a name below it, which are
// always loopback (RFC 6761, section 6.3).
bool is_localhost(std::string_view host);

}  // namespace pivot::net
