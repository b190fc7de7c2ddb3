#include "execute/given_name.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace pivot::execute {

namespace {

constexpr std::size_t sip_uri_max = 255;

bool is_letter_or_digit(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool has_only(std::string_view text, std::string_view others)
{
    return std::ranges::all_of(
        text, [others](char c) { return is_letter_or_digit(c) || others.find(c) != others.npos; });
}

}  // namespace

bool is_sound_name(std::string_view name)
{
    if (name.starts_with(stream_scheme)) name.remove_prefix(stream_scheme.size());
    if (name.empty() || std::string_view(" ./").find(name.front()) != std::string_view::npos) {
        return false;
    }
    const bool is_plain = name.find("..") == name.npos && name.find("://") == name.npos;
    return is_plain && has_only(name, " _-+%.:/");
}

bool is_tone(std::string_view tone)
{
    constexpr std::string_view repeats = ";loops=";
    const std::size_t end = std::min(tone.find(repeats), tone.size());
    const std::string_view cadence = tone.substr(0, end);
    std::string_view loops = tone.substr(end);
    loops.remove_prefix(std::min(repeats.size(), loops.size()));
    return cadence.starts_with('%') &&
           cadence.find_first_not_of("0123456789%(),.;-+") == cadence.npos &&
           loops.find_first_not_of("-0123456789") == loops.npos;
}

std::string sip_uri_of(std::string_view text)
{
    constexpr std::string_view allowed = "-_.!~*'()&=+$;/?:@%[]#";
    const std::string_view scheme = text.substr(0, text.find(':'));
    const bool has_scheme =
        equals_ignoring_case(scheme, "sip") || equals_ignoring_case(scheme, "sips");
    std::string uri(text);
    if (!has_scheme) uri.insert(0, "sip:");
    const std::string_view address = std::string_view(uri).substr(uri.find(':') + 1);
    const bool is_address = has_scheme ? !address.empty() : address.find('@') != address.npos;
    if (uri.size() > sip_uri_max || !is_address || !has_only(address, allowed)) uri.clear();
    return uri;
}

bool is_user_name(std::string_view name)
{
    return !name.empty() && has_only(name, "-_.!~*'+@%:");
}

bool is_header(std::string_view name, std::string_view value)
{
    const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    return !name.empty() && std::ranges::none_of(name, is_control) &&
           std::ranges::none_of(value, is_control);
}

std::string bare_number(std::string_view text)
{
    std::string number;
    for (const char c : text) {
        if (is_digit(c) || (c == '+' && number.empty())) {
            number += c;
        } else if (std::string_view(" \t\r\n()-./").find(c) == std::string_view::npos) {
            return {};
        }
    }
    return number == "+" ? std::string() : number;
}

std::string caller_id_of(std::string_view text)
{
    std::string number = bare_number(text);
    if (!number.empty()) return number;
    return has_only(text, "+-_.:@") ? std::string(text) : std::string();
}

}  // namespace pivot::execute
