#include "base/json_string.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

namespace pivot::inline base::json {

namespace {

// The character that a backslash and `c` stand for; '\0' if there is none.
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

// The four digits of a `\uXXXX` that `text` starts with.
std::optional<std::uint32_t> hex_escape(std::string_view text)
{
    if (text.size() < 6 || !text.starts_with("\\u")) return std::nullopt;
    std::uint32_t unit = 0;
    for (const char c : text.substr(2, 4)) {
        const int digit = hex_value(c);
        if (digit < 0) return std::nullopt;
        unit = unit << 4 | static_cast<std::uint32_t>(digit);
    }
    return unit;
}

bool is_special(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

struct Unescaped {
    const char* from;  // after the escape; null if it is invalid
    char* out;         // after its UTF-8
};

// Writes what the escape at the start of `text` stands for to `out`.
Unescaped unescape_one(std::string_view text, char* out)
{
    if (const char c = text.size() < 2 ? '\0' : unescaped(text[1])) {
        *out = c;
        return {text.data() + 2, out + 1};
    }
    auto point = hex_escape(text);
    if (!point) return {};
    const char* end = text.data() + 6;
    if (*point >= 0xD800 && *point < 0xE000) {
        const auto low = hex_escape(text.substr(6));
        if (*point >= 0xDC00 || !low || *low < 0xDC00 || *low >= 0xE000) return {};
        point = 0x10000 + ((*point - 0xD800) << 10) + (*low - 0xDC00);
        end += 6;
    }
    return {end, write_utf8(out, *point)};
}

}  // namespace

char* unescape(std::string_view escaped, char* out)
{
    while (true) {
        const std::size_t plain = std::min(escaped.find('\\'), escaped.size());
        out = std::copy_n(escaped.data(), plain, out);
        if (plain == escaped.size()) return out;
        escaped.remove_prefix(plain);
        const Unescaped one = unescape_one(escaped, out);
        if (one.from == nullptr) return nullptr;
        escaped.remove_prefix(static_cast<std::size_t>(one.from - escaped.data()));
        out = one.out;
    }
}

// Eight bytes at a time. A borrow from a special byte can only mark bytes after it.
std::size_t count_plain(std::string_view text)
{
    static_assert(std::endian::native == std::endian::little);
    constexpr std::uint64_t each = 0x0101'0101'0101'0101;
    constexpr std::uint64_t high = 0x80 * each;
    const auto mark_zeros = [](std::uint64_t word) { return (word - each) & ~word; };
    std::size_t at = 0;
    for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, sizeof(word));
        const std::uint64_t controls = (word - 0x20 * each) & ~word;
        const std::uint64_t marks =
            (controls | mark_zeros(word ^ '"' * each) | mark_zeros(word ^ '\\' * each)) & high;
        if (marks != 0) return at + static_cast<std::size_t>(std::countr_zero(marks)) / 8;
    }
    const std::string_view rest = text.substr(at);
    return at + static_cast<std::size_t>(std::ranges::find_if(rest, is_special) - rest.begin());
}

}  // namespace pivot::inline base::json
