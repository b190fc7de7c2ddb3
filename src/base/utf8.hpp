// UTF-8 (RFC 3629) out of bytes that may be none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pivot {

bool is_valid_utf8(std::string_view bytes);

// With every byte that belongs to no character replaced by U+FFFD.
std::string to_valid_utf8(std::string_view bytes);

// The front of `text`, at most `bytes_max` of it, that does not end within a character.
std::string_view cut_utf8(std::string_view text, std::size_t bytes_max);

}  // namespace pivot
