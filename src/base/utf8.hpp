// UTF-8 (RFC 3629) out of bytes that may be none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pivot {

bool is_valid_utf8(std::string_view bytes);

// With every byte that belongs to no character replaced by U+FFFD.
std::string to_valid_utf8(std::string_view bytes);

// The front of `text`, at most `bytes_max` of it, that does not end within a character.
std::string_view cut_utf8(std::string_view text, std::size_t bytes_max);

struct Character {
    std::uint32_t code;
    std::size_t size;  // in bytes
};

// The first character of valid UTF-8 that is not empty.
Character first_character(std::string_view text);

}  // namespace pivot
