// Small helpers for ASCII text.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace pivot {

constexpr char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

// The white space of JSON and XML.
inline constexpr std::string_view blanks = " \t\r\n";

constexpr bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// The value of a hexadecimal digit; -1 if `c` is not one.
constexpr int hex_value(char c)
{
    if (is_digit(c)) return c - '0';
    const char low = lower(c);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

constexpr bool equals_ignoring_case(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

constexpr bool ends_ignoring_case(std::string_view text, std::string_view end)
{
    return text.size() >= end.size() &&
           equals_ignoring_case(text.substr(text.size() - end.size()), end);
}

constexpr bool starts_ignoring_case(std::string_view text, std::string_view start)
{
    return text.size() >= start.size() && equals_ignoring_case(text.substr(0, start.size()), start);
}

// What a document begins with, behind a byte order mark and blanks: `{` of JSON, `<` of XML, of
// UTF-16, too. None: '\0'.
constexpr char first_sign(std::string_view document)
{
    using namespace std::string_view_literals;
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    std::string_view blanks = " \t\r\n";
    if (document.starts_with(byte_order_mark)) {
        document.remove_prefix(byte_order_mark.size());
    } else if (document.starts_with("\xFF\xFE") || document.starts_with("\xFE\xFF")) {
        document.remove_prefix(2);
        blanks = " \t\r\n\0"sv;
    }
    const std::size_t first = document.find_first_not_of(blanks);
    return first == std::string_view::npos ? '\0' : document[first];
}

// What others wrote, as a message shows it: the first 200 bytes, harmless (base/harmless.hpp).
std::string printable(std::string_view text);

// Empties a text that will be filled again. Memory goes back if it is more than that.
inline void clear_to_reuse(std::string& text, std::size_t kept_bytes_max)
{
    text.clear();
    if (text.capacity() > kept_bytes_max) text.shrink_to_fit();
}

// Without the spaces and tabs at both ends.
constexpr std::string_view trim(std::string_view text)
{
    constexpr std::string_view blanks = " \t";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// Cuts the text before the next `separator` off, and that: all, where there is none.
constexpr std::string_view take_until(std::string_view& text, char separator)
{
    const auto part = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return part;
}

}  // namespace pivot
