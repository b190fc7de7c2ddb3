// The bytes of an XML document as UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::twiml {

// Replaces `out`. A byte order mark decides, then `charset` (of the Content-Type; empty: none),
// then the XML declaration, and else it is UTF-8 (RFC 7303, section 3). The error is a sentence
// that names an encoding other than UTF-8, UTF-16 with a byte order mark, and ISO-8859-1. That what
// is UTF-8 is valid is not looked at.
tl::expected<void, std::string> to_utf8(std::string_view bytes, std::string_view charset,
                                        std::string& out);

// Where the first byte stands that is not UTF-8; the end: there is none.
std::size_t find_invalid_utf8(std::string_view text);

}  // namespace pivot::twiml
