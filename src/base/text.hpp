// Small helpers for ASCII text.
#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace pivot::inline base {

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

// The first character after any byte order mark and white space, of UTF-16 as well: `{` for JSON,
// `<` for XML; '\0' if there is none.
constexpr char first_sign(std::string_view document)
{
    using namespace std::string_view_literals;
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    std::string_view skipped = blanks;
    if (document.starts_with(byte_order_mark)) {
        document.remove_prefix(byte_order_mark.size());
    } else if (document.starts_with("\xFF\xFE") || document.starts_with("\xFE\xFF")) {
        document.remove_prefix(2);
        skipped = " \t\r\n\0"sv;
    }
    const std::size_t first = document.find_first_not_of(skipped);
    return first == std::string_view::npos ? '\0' : document[first];
}

// Somebody else's text as a message shows it: the first 200 bytes, harmless (base/harmless.hpp).
std::string printable(std::string_view text);

// A sentence about a failure, with the reason that somebody else gives: `the switch could not play
// it: the file is not there`. An empty reason adds nothing.
std::string with_reason(std::string_view failure, std::string_view why);

// Empties a text that will be filled again, and frees its memory if that is more than
// `kept_bytes_max`.
inline void clear_to_reuse(std::string& text, std::size_t kept_bytes_max)
{
    text.clear();
    if (text.capacity() > kept_bytes_max) text.shrink_to_fit();
}

// `text` without the characters of `trimmed` at both ends.
constexpr std::string_view trim(std::string_view text, std::string_view trimmed = " \t")
{
    const std::size_t first = text.find_first_not_of(trimmed);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(trimmed) - first + 1);
}

// Removes the text up to the next `separator`, and that, from the front of `text`, and returns it;
// all of it if there is no separator.
constexpr std::string_view take_until(std::string_view& text, char separator)
{
    const auto part = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return part;
}

// Whether `word` is one of `words`, which are separated by single spaces.
constexpr bool has_word(std::string_view words, std::string_view word)
{
    while (!words.empty()) {
        if (take_until(words, ' ') == word) return true;
    }
    return false;
}

// The number that `text` is, from its first character to its last.
template <typename Number>
std::optional<Number> parse_number(std::string_view text)
{
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

// Appends `text` as XML has it in an element or in a quoted value.
void append_xml(std::string& out, std::string_view text);

}  // namespace pivot::inline base
