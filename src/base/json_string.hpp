// The escapes of strings (RFC 8259, section 7).
#pragma once

#include <cstddef>
#include <string_view>

namespace pivot::json {

// Writes what stands between the quotes of a string without its escapes, as UTF-8, which is not
// longer. The end of what was written; null: an escape is none, or half of a surrogate pair. Eight
// bytes behind both are touched, whatever is there.
char* unescape(std::string_view escaped, char* out);

// Copies as many bytes from the start as can stand in a string as they are. Their number; the room
// for the others is touched as well.
std::size_t copy_plain(std::string_view text, char* out);

}  // namespace pivot::json
