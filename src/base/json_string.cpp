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

// Eight bytes at a time, the first of them lowest.
using Word = std::uint64_t;
static_assert(std::endian::native == std::endian::little);

constexpr Word ones = 0x0101010101010101;

Word copy_word(const char* from, char* to)
{
    Word word = 0;
    std::memcpy(&word, from, sizeof word);
    std::memcpy(to, &word, sizeof word);
    return word;
}

// A bit in each byte below `limit`, and perhaps in bytes behind such a one: right up to the first.
Word mark_below(Word word, unsigned char limit)
{
    return (word - ones * limit) & ~word & ones * 0x80;
}
Word mark_equal(Word word, char c)
{
    return mark_below(word ^ ones * static_cast<unsigned char>(c), 1);
}

std::size_t bytes_before(Word marks)
{
    return static_cast<std::size_t>(std::countr_zero(marks)) / 8;
}

bool is_special(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// What an escape at the start of `text` stands for, as UTF-8 at `out`.
struct Unescaped {
    const char* from;  // behind the escape; null: it is none
    char* out;         // behind the UTF-8
};

Unescaped unescape_one(std::string_view text, char* out)
{
    if (const char c = text.size() < 2 ? '\0' : unescaped(text[1])) {
        *out = c;
        return {text.data() + 2, out + 1};
    }
    auto point = hex_escape(text);
    if (!point) return {};
    const char* behind = text.data() + 6;
    if (*point >= 0xD800 && *point < 0xE000) {
        const auto low = hex_escape(text.substr(6));
        if (*point >= 0xDC00 || !low || *low < 0xDC00 || *low >= 0xE000) return {};
        point = 0x10000 + ((*point - 0xD800) << 10) + (*low - 0xDC00);
        behind += 6;
    }
    return {behind, append_utf8(out, *point)};
}

}  // namespace

char* unescape(std::string_view escaped, char* out)
{
    const char* from = escaped.data();
    const char* const end = from + escaped.size();
    while (true) {
        const Word backslashes = mark_equal(copy_word(from, out), '\\');
        const std::size_t plain = backslashes == 0 ? sizeof(Word) : bytes_before(backslashes);
        const auto left = static_cast<std::size_t>(end - from);
        if (plain >= left) return out + left;
        from += plain;
        out += plain;
        if (backslashes == 0) continue;
        const Unescaped one = unescape_one({from, end}, out);
        if (one.from == nullptr) return nullptr;
        from = one.from;
        out = one.out;
    }
}

std::size_t copy_plain(std::string_view text, char* out)
{
    std::size_t at = 0;
    for (; text.size() - at >= sizeof(Word); at += sizeof(Word)) {
        const Word word = copy_word(text.data() + at, out + at);
        const Word special =
            mark_below(word, 0x20) | mark_equal(word, '"') | mark_equal(word, '\\');
        if (special != 0) return at + bytes_before(special);
    }
    for (; at < text.size() && !is_special(text[at]); ++at) out[at] = text[at];
    return at;
}

}  // namespace pivot::json
