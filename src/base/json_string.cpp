#include "base/json_string.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

namespace pivot::json {

namespace {

// The character that a backslash and this stand for; none: '\0'.
char unescaped(char c)
{
    switch (c) {
        case '"':
        case '\\':
        case '/': return c;
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return '\0';
    }
}

std::optional<std::uint32_t> hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return std::nullopt;
}

// The four digits of a `\uXXXX` that `text` starts with.
std::optional<std::uint32_t> hex_escape(std::string_view text)
{
    if (text.size() < 6 || !text.starts_with("\\u")) return std::nullopt;
    std::uint32_t unit = 0;
    for (const char c : text.substr(2, 4)) {
        const auto digit = hex_digit(c);
        if (!digit) return std::nullopt;
        unit = unit << 4 | *digit;
    }
    return unit;
}

char* append_utf8(char* out, std::uint32_t point)
{
    const auto put = [&](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
    const auto put_rest = [&](int shift) { put(0x80 | (point >> shift & 0x3F)); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xC0 | point >> 6);
        put_rest(0);
    } else if (point < 0x10000) {
        put(0xE0 | point >> 12);
        put_rest(6);
        put_rest(0);
    } else {
        put(0xF0 | point >> 18);
        put_rest(12);
        put_rest(6);
        put_rest(0);
    }
    return out;
}

// A bit in each byte that cannot stand in a string as it is, and possibly in bytes above such a
// one: right up to the lowest.
std::uint64_t mark_special(std::uint64_t word)
{
    constexpr std::uint64_t ones = 0x0101010101010101;
    const auto mark_below = [&](std::uint64_t bytes, std::uint64_t limit) {
        return (bytes - ones * limit) & ~bytes;
    };
    const std::uint64_t marks = mark_below(word, 0x20) | mark_below(word ^ ones * '"', 1) |
                                mark_below(word ^ ones * '\\', 1);
    return marks & ones * 0x80;
}

bool is_special(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

}  // namespace

char* unescape(std::string_view escaped, char* out)
{
    while (true) {
        const std::size_t plain = std::min(escaped.find('\\'), escaped.size());
        std::memcpy(out, escaped.data(), plain);
        out += plain;
        escaped.remove_prefix(plain);
        if (escaped.empty()) return out;

        if (const char c = escaped.size() < 2 ? '\0' : unescaped(escaped[1])) {
            *out++ = c;
            escaped.remove_prefix(2);
            continue;
        }
        auto point = hex_escape(escaped);
        if (!point) return nullptr;
        escaped.remove_prefix(6);
        if (*point >= 0xD800 && *point < 0xE000) {
            const auto low = hex_escape(escaped);
            if (*point >= 0xDC00 || !low || *low < 0xDC00 || *low >= 0xE000) return nullptr;
            point = 0x10000 + ((*point - 0xD800) << 10) + (*low - 0xDC00);
            escaped.remove_prefix(6);
        }
        out = append_utf8(out, *point);
    }
}

std::size_t count_plain(std::string_view text)
{
    static_assert(std::endian::native == std::endian::little, "the lowest byte is the first");
    std::size_t at = 0;
    for (; text.size() - at >= sizeof(std::uint64_t); at += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, sizeof word);
        if (const std::uint64_t marks = mark_special(word)) {
            return at + static_cast<std::size_t>(std::countr_zero(marks)) / 8;
        }
    }
    while (at < text.size() && !is_special(text[at])) ++at;
    return at;
}

}  // namespace pivot::json
