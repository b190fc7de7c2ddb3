#include <pivot/checked_text.hpp>

#include "base/text.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace pivot::inline v1 {

namespace {

constexpr std::size_t name_bytes_max = 255;
constexpr std::size_t word_bytes_max = 128;
constexpr std::size_t url_bytes_max = 8'192;

// What quoting, expressions, paths and lists of addresses are made of, in one switch or another.
constexpr std::string_view forbidden_in_names = "\"\\/:;,|=@<>[]{}$^`";
constexpr std::string_view forbidden_on_displays = "\"\\/;|=<>[]{}$^`";

bool is_letter_or_digit(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool has_only(std::string_view text, std::string_view others)
{
    return std::ranges::all_of(
        text, [others](char c) { return is_letter_or_digit(c) || others.find(c) != others.npos; });
}

// The text if it is a word of these characters and letters and digits, one of which begins it.
std::string word(std::string_view text, std::string_view others, std::size_t bytes_max)
{
    const bool is_word = !text.empty() && text.size() <= bytes_max &&
                         is_letter_or_digit(text.front()) && has_only(text, others) &&
                         text.find("..") == text.npos;
    return is_word ? std::string(text) : std::string();
}

// Control characters of ASCII and of Latin-1, whose 32 are two bytes each in UTF-8.
bool has_controls(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20 || byte == 0x7f) return true;
        if (byte != 0xC2 || i + 1 == text.size()) continue;
        if (static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
    }
    return false;
}

bool is_text(std::string_view text)
{
    return text.size() <= name_bytes_max && is_valid_utf8(text) && !has_controls(text);
}

// Those that a switch writes itself, and by which a message finds its way.
bool is_of_protocol(std::string_view name)
{
    constexpr std::string_view names[] = {"Authorization",
                                          "Call-ID",
                                          "Contact",
                                          "Content-Encoding",
                                          "Content-Length",
                                          "Content-Type",
                                          "CSeq",
                                          "From",
                                          "Max-Forwards",
                                          "Path",
                                          "Proxy-Authorization",
                                          "Proxy-Require",
                                          "Record-Route",
                                          "Refer-To",
                                          "Replaces",
                                          "Require",
                                          "Route",
                                          "To",
                                          "Via",
                                          "c",
                                          "e",
                                          "f",
                                          "i",
                                          "l",
                                          "m",
                                          "r",
                                          "t",
                                          "v"};
    return std::ranges::any_of(
        names, [name](std::string_view other) { return equals_ignoring_case(name, other); });
}

bool is_url_character(char c)
{
    return is_letter_or_digit(c) ||
           std::string_view("-._~:/?#[]@!$&'()*+,;=%").find(c) != std::string_view::npos;
}

}  // namespace

std::string PlainRule::checked(std::string_view text)
{
    const bool is_name = !text.empty() && text.front() != '.' && is_text(text) &&
                         text.find_first_of(forbidden_in_names) == text.npos &&
                         text.find('+', 1) == text.npos;
    return is_name ? std::string(text) : std::string();
}

std::string MixRule::checked(std::string_view text)
{
    constexpr std::string_view prefix = "pivot-";
    const bool is_name = text.starts_with(prefix) && text.size() > prefix.size() &&
                         text.size() <= word_bytes_max &&
                         std::ranges::all_of(text.substr(prefix.size()), is_digit);
    return is_name ? std::string(text) : std::string();
}

std::string FileRule::nearest(std::string_view id)
{
    std::string name = to_valid_utf8(id.substr(0, name_bytes_max / 3));  // U+FFFD is three bytes
    std::ranges::replace_if(
        name,
        [](char c) {
            return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '+' || c == ' ' ||
                   forbidden_in_names.find(c) != std::string_view::npos;
        },
        '_');
    if (name.starts_with('.')) name.front() = '_';
    return checked(name);
}

std::string VariableRule::checked(std::string_view text)
{
    const bool is_name = text.size() <= word_bytes_max && has_only(text, "_.-");
    return is_name ? std::string(text) : std::string();
}

std::string LanguageRule::checked(std::string_view text)
{
    constexpr std::size_t bytes_max = 35;  // what BCP 47 wants to be kept
    return word(text, "-_", bytes_max);
}

std::string VoiceRule::checked(std::string_view text)
{
    return word(text, " ._-+/", word_bytes_max);
}

std::string EngineRule::checked(std::string_view text)
{
    return word(text, "._-", word_bytes_max);
}

std::string SoundRule::checked(std::string_view text)
{
    if (text.empty() || std::string_view(" ./").find(text.front()) != std::string_view::npos) {
        return {};
    }
    const bool is_plain = text.size() <= name_bytes_max && text.find("..") == text.npos &&
                          text.find("://") == text.npos;
    return is_plain && has_only(text, " _-+%.:/") ? std::string(text) : std::string();
}

std::string PromptRule::checked(std::string_view text)
{
    return word(text, "._-/", word_bytes_max);
}

std::string WebUrlRule::checked(std::string_view text)
{
    constexpr std::array<std::string_view, 4> schemes = {"http://", "https://", "ws://", "wss://"};
    const bool has_scheme = std::ranges::any_of(schemes, [text](std::string_view scheme) {
        return starts_ignoring_case(text, scheme) && text.size() > scheme.size();
    });
    if (!has_scheme || text.size() > url_bytes_max || has_controls(text)) return {};
    std::string url;
    for (const char c : text) {
        if (is_url_character(c)) {
            url += c;
        } else {
            fmt::format_to(std::back_inserter(url), "%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return url;
}

std::string PhoneNumberRule::checked(std::string_view text)
{
    std::string number;
    for (const char c : text) {
        if (is_digit(c) || (c == '+' && number.empty())) {
            number += c;
        } else if (std::string_view(" \t\r\n()-./").find(c) == std::string_view::npos) {
            return {};
        }
    }
    const bool is_number = number != "+" && number.size() <= word_bytes_max;
    return is_number ? number : std::string();
}

std::string NumberRule::checked(std::string_view text)
{
    std::string number = PhoneNumberRule::checked(text);
    if (!number.empty()) return number;
    const bool is_code = text.size() <= word_bytes_max && has_only(text, "+*#._-") && text != "+";
    return is_code ? std::string(text) : std::string();
}

std::string SipUriRule::checked(std::string_view text)
{
    // Without `&`, with which Asterisk parts addresses, and `?`, after which headers come.
    constexpr std::string_view allowed = "-_.!~*()=+;/:@%[]#";
    const std::string_view scheme = text.substr(0, text.find(':'));
    const bool has_scheme =
        equals_ignoring_case(scheme, "sip") || equals_ignoring_case(scheme, "sips");
    std::string uri(text);
    if (!has_scheme) uri.insert(0, "sip:");
    const std::string_view address = std::string_view(uri).substr(uri.find(':') + 1);
    const bool is_address = has_scheme ? !address.empty() : address.find('@') != address.npos;
    const bool is_one = std::ranges::count(address, '@') <= 1;
    if (uri.size() > name_bytes_max || !is_address || !is_one || !has_only(address, allowed)) {
        uri.clear();
    }
    return uri;
}

std::string UserRule::checked(std::string_view text)
{
    const bool is_name = text.size() <= name_bytes_max && has_only(text, "-_.!~*+@") &&
                         std::ranges::count(text, '@') <= 1 && !text.starts_with('@');
    return is_name ? std::string(text) : std::string();
}

std::string UserPartRule::checked(std::string_view text)
{
    return text.find('@') == text.npos ? UserRule::checked(text) : std::string();
}

std::string CallerNumberRule::checked(std::string_view text)
{
    std::string number = PhoneNumberRule::checked(text);
    if (!number.empty()) return number;
    const bool is_id = text.size() <= name_bytes_max && has_only(text, "+-_.:@");
    return is_id ? std::string(text) : std::string();
}

std::string DisplayRule::checked(std::string_view text)
{
    const bool is_shown = is_text(text) && text.find_first_of(forbidden_on_displays) == text.npos;
    return is_shown ? std::string(text) : std::string();
}

std::string KeySetRule::checked(std::string_view text)
{
    const bool are_keys = text.find_first_not_of("0123456789ABCDabcd*#") == text.npos;
    return are_keys && text.size() <= word_bytes_max ? std::string(text) : std::string();
}

std::string KeySequenceRule::checked(std::string_view text)
{
    const bool are_keys = text.find_first_not_of("0123456789ABCDabcd*#wW") == text.npos;
    return are_keys && text.size() <= name_bytes_max ? std::string(text) : std::string();
}

std::string CauseRule::checked(std::string_view text)
{
    const bool is_cause = text.size() <= word_bytes_max && has_only(text, "_");
    return is_cause ? std::string(text) : std::string();
}

SipHeader SipHeader::of(std::string_view name, std::string_view value)
{
    constexpr std::size_t value_bytes_max = 1'024;
    SipHeader header;
    const bool is_header = !name.empty() && has_only(name, "-_.") &&
                           name.size() <= word_bytes_max && !is_of_protocol(name) &&
                           value.size() <= value_bytes_max && !has_controls(value) &&
                           is_valid_utf8(value);
    if (!is_header) return header;
    header.name_ = name;
    header.value_ = value;
    return header;
}

}  // namespace pivot::inline v1
