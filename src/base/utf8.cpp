#include "base/utf8.hpp"

#include <algorithm>
#include <cstdint>

#include <simdjson.h>

namespace pivot::inline base {

namespace {

// The size of the character at the front of `text`; 0 if there is no valid one.
std::size_t character_size(std::string_view text)
{
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) return 1;
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (text.size() < size || !simdjson::validate_utf8(text.substr(0, size))) return 0;
    return size;
}

}  // namespace

bool is_valid_utf8(std::string_view bytes)
{
    return simdjson::validate_utf8(bytes);
}

std::size_t find_invalid_utf8(std::string_view bytes)
{
    if (is_valid_utf8(bytes)) return bytes.size();
    std::size_t at = 0;
    while (at < bytes.size()) {
        const std::size_t size = character_size(bytes.substr(at));
        if (size == 0) break;
        at += size;
    }
    return at;
}

std::string to_valid_utf8(std::string_view bytes)
{
    if (is_valid_utf8(bytes)) return std::string(bytes);
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const auto size = character_size(bytes);
        text += size == 0 ? std::string_view("\xEF\xBF\xBD") : bytes.substr(0, size);
        bytes.remove_prefix(std::max<std::size_t>(size, 1));
    }
    return text;
}

std::string_view cut_utf8(std::string_view text, std::size_t bytes_max)
{
    if (text.size() <= bytes_max) return text;
    constexpr std::size_t continuations_max = 3;
    std::size_t size = bytes_max;
    while (size > 0 && bytes_max - size < continuations_max && continues_character(text[size]))
        --size;
    return text.substr(0, continues_character(text[size]) ? bytes_max : size);
}

std::size_t count_characters(std::string_view text)
{
    const auto continuing = std::ranges::count_if(text, continues_character);
    return text.size() - static_cast<std::size_t>(continuing);
}

Character first_character(std::string_view text)
{
    const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const auto more = [byte](std::size_t at) { return byte(at) & 0x3FU; };
    if (byte(0) < 0x80) return {byte(0), 1};
    if (byte(0) < 0xE0) return {(byte(0) & 0x1FU) << 6 | more(1), 2};
    if (byte(0) < 0xF0) return {(byte(0) & 0x0FU) << 12 | more(1) << 6 | more(2), 3};
    return {(byte(0) & 0x07U) << 18 | more(1) << 12 | more(2) << 6 | more(3), 4};
}

char* write_utf8(char* out, std::uint32_t code)
{
    const auto put = [&](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
    const auto put_rest = [&](int shift) { put(0x80 | (code >> shift & 0x3F)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | code >> 6);
        put_rest(0);
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12);
        put_rest(6);
        put_rest(0);
    } else {
        put(0xF0 | code >> 18);
        put_rest(12);
        put_rest(6);
        put_rest(0);
    }
    return out;
}

}  // namespace pivot::inline base
