// Converts an XML document to UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::twiml {

// Replaces `out`. The encoding is that of the byte order mark, or else of `charset` (from the
// Content-Type, may be empty), or else of the XML declaration, or else UTF-8 (RFC 7303, section 3).
// The error is a sentence; it names an encoding other than UTF-8, UTF-16 with a byte order mark,
// and ISO-8859-1. UTF-8 is copied without validation.
tl::expected<void, std::string> to_utf8(std::string_view bytes, std::string_view charset,
                                        std::string& out);

}  // namespace pivot::twiml
