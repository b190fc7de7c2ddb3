// How a host is written: one spelling for each, and no spelling that two readers read differently.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::net {

// A name in lower case without its trailing dot, or an address as IpAddress spells it. `text` has
// no brackets around IPv6.
//
// Names have letters, digits, `-` and `_` in labels of 1 to 63 bytes, 253 bytes in all (RFC 1035,
// section 2.3.4). A host whose last label is a number is an IPv4 address, as for browsers (WHATWG
// URL, section 3.5), and has to be written as four decimal numbers: `127.1`, `0x7f.0.0.1`,
// `2130706433` and `127.0.0.1.` are refused, because some resolvers take them for loopback. The
// error is a sentence, in UTF-8 and short whatever `text` is.
tl::expected<std::string, std::string> canonical_host(std::string_view text);

// Whether canonical_host() refuses `text` as an odd spelling of an IPv4 address. Then `text` has no
// other characters than names have.
bool is_odd_address(std::string_view text);

}  // namespace pivot::net
