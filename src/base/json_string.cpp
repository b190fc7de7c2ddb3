#include "base/json_string.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
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

std::size_t count_plain(std::string_view text)
{
    return static_cast<std::size_t>(std::ranges::find_if(text, is_special) - text.begin());
}

}  // namespace pivot::inline base::json
