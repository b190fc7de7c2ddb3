#include "twiml/value.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace pivot::twiml {

namespace {

bool are_keys(std::string_view text)
{
    return text.find_first_not_of("0123456789*#") == text.npos;
}

// The scheme of a URL, if it has one (RFC 3986, section 3.1).
std::string_view scheme_of(std::string_view url)
{
    const std::size_t end = url.find_first_of(":/?#");
    return end == url.npos || url[end] != ':' ? std::string_view() : url.substr(0, end);
}

bool has_scheme(std::string_view url, std::string_view schemes)
{
    while (!schemes.empty()) {
        if (equals_ignoring_case(scheme_of(url), take_until(schemes, ' '))) return true;
    }
    return false;
}

ReadValue as_written(std::string_view text)
{
    ReadValue value;
    value.text = text;
    return value;
}

ReadValue refused(const AttributeRule& rule, std::string_view written, std::string_view expected)
{
    std::string standard(rule.standard);
    if (rule.type == Type::integer && rule.integer >= rule.min) {
        standard = std::to_string(rule.integer);
    }
    if (standard.empty()) standard = "none";
    ReadValue value;
    value.is_of_use = false;
    value.flaw = fmt::format("is \"{}\", expected {}: it becomes {}", printable(written), expected,
                             standard);
    return value;
}

ReadValue read_integer(const AttributeRule& rule, std::string_view written, std::string& scratch)
{
    if (has_word(rule.words, written)) {
        ReadValue value = as_written(written);
        value.integer = rule.integer;
        return value;
    }
    std::int64_t number = 0;
    const char* const end = written.data() + written.size();
    const auto read = std::from_chars(written.data(), end, number);
    const bool is_far = read.ec == std::errc::result_out_of_range && read.ptr == end;
    if (is_far) {
        using Limits = std::numeric_limits<std::int64_t>;
        number = written.starts_with('-') ? Limits::min() : Limits::max();
    }
    if (!is_far && (read.ec != std::errc() || read.ptr != end)) {
        return refused(rule, written, "an integer");
    }
    if (number < rule.min) {
        return refused(rule, written, fmt::format("{} or more", rule.min));
    }
    ReadValue value;
    value.integer = std::min(number, rule.max);
    if (is_far || value.integer != number) {
        value.flaw = fmt::format("is {}: it becomes {}", printable(written), value.integer);
    }
    scratch = std::to_string(value.integer);
    value.text = scratch;
    return value;
}

// Reports at most one word, however many are wrong.
ReadValue read_words(const AttributeRule& rule, std::string_view written, std::string& scratch)
{
    scratch.clear();
    ReadValue value;
    std::string_view rest = written;
    constexpr int words_max = 64;  // no valid list has a tenth of that
    for (int count = 0; !rest.empty(); ++count) {
        if (count == words_max) {
            value.flaw = fmt::format("has more than {} words: the rest is left out", words_max);
            break;
        }
        const std::size_t end = std::min(rest.find_first_of(blanks), rest.size());
        const std::string_view word = rest.substr(0, end);
        rest = trim(rest.substr(end), blanks);
        if (has_word(rule.words, word)) {
            if (!scratch.empty()) scratch += ' ';
            scratch += word;
        } else if (value.flaw.empty()) {
            value.flaw =
                fmt::format("has \"{}\", expected {}: it is left out", printable(word), rule.words);
        }
    }
    value.is_of_use = !scratch.empty();
    value.text = scratch;
    return value;
}

ReadValue read_tones(std::string_view written, std::string& scratch)
{
    constexpr std::string_view tones = "0123456789ABCD*#wW";
    if (written.find_first_not_of(tones) == written.npos) return as_written(written);
    scratch.clear();
    std::ranges::copy_if(written, std::back_inserter(scratch),
                         [&](char c) { return tones.find(c) != tones.npos; });
    ReadValue value = as_written(scratch);
    value.is_of_use = !scratch.empty();
    value.flaw = fmt::format("is \"{}\", expected 0-9, A-D, *, #, w, W: the rest is left out",
                             printable(written));
    return value;
}

}  // namespace

ReadValue read_value(const AttributeRule& rule, std::string_view written, std::string& scratch)
{
    const std::string_view text = trim(written, blanks);
    switch (rule.type) {
        case Type::text: return as_written(written);
        case Type::url:
            if (scheme_of(text).empty() || has_scheme(text, rule.words)) return as_written(text);
            return refused(rule, text, fmt::format("a URL of {}", rule.words));
        case Type::method:
            if (equals_ignoring_case(text, "get")) return as_written("GET");
            if (equals_ignoring_case(text, "post")) return as_written("POST");
            return refused(rule, text, "GET or POST");
        case Type::integer: return read_integer(rule, text, scratch);
        case Type::boolean:
            if (text == "true" || text == "false") return as_written(text);
            return refused(rule, text, "true or false");
        case Type::word:
            if (has_word(rule.words, text)) return as_written(text);
            return refused(rule, text, rule.words);
        case Type::words: return read_words(rule, text, scratch);
        case Type::key:
            if (text.size() <= 1 && are_keys(text)) return as_written(text);
            return refused(rule, text, "one key of 0-9, *, #, or none");
        case Type::keys:
            if (are_keys(text)) return as_written(text);
            return refused(rule, text, "keys: 0-9, *, #");
        case Type::tones: return read_tones(text, scratch);
    }
    return as_written(text);
}

}  // namespace pivot::twiml
