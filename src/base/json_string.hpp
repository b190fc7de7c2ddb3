// The escapes of strings (RFC 8259, section 7).
#pragma once

#include <cstddef>
#include <string_view>

namespace pivot::inline base::json {

// Writes the text between the quotes of a string, without its escapes, as UTF-8; the output is
// never longer. Returns its end, or null if an escape is invalid or half of a surrogate pair.
char* unescape(std::string_view escaped, char* out);

// The number of bytes at the start of `text` that a string can hold as they are.
std::size_t count_plain(std::string_view text);

}  // namespace pivot::inline base::json
