// Valid UTF-8 (RFC 3629) from arbitrary bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pivot::inline base {

bool is_valid_utf8(std::string_view bytes);

// The offset of the first byte that is not valid UTF-8, or the size of `bytes`.
std::size_t find_invalid_utf8(std::string_view bytes);

// `bytes` with each one that belongs to no character replaced by U+FFFD.
std::string to_valid_utf8(std::string_view bytes);

// The front of `text`, at most `bytes_max` of it, that does not end within a character.
std::string_view cut_utf8(std::string_view text, std::size_t bytes_max);

// Whether a byte continues a character: 10xxxxxx.
constexpr bool continues_character(char c)
{
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// The number of characters in valid UTF-8.
std::size_t count_characters(std::string_view text);

struct Character {
    std::uint32_t code;
    std::size_t size;  // in bytes
};

// The first character of valid UTF-8 that is not empty.
Character first_character(std::string_view text);

// Writes the one to four bytes of a character to `out` and returns their end.
char* write_utf8(char* out, std::uint32_t code);

}  // namespace pivot::inline base
