// The escapes of strings (RFC 8259, section 7).
#pragma once

#include <string_view>

namespace pivot::json {

// Writes what stands between the quotes of a string without its escapes, as UTF-8, which is not
// longer. The end of what was written; null: an escape is none, or half of a surrogate pair.
char* unescape(std::string_view escaped, char* out);

// As many bytes from the start as can stand in a string as they are.
std::size_t count_plain(std::string_view text);

}  // namespace pivot::json
