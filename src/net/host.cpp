#include "net/host.hpp"

#include "base/text.hpp"
#include "net/address.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pivot::net {
namespace {

constexpr std::size_t label_bytes_max = 63;
constexpr std::size_t name_bytes_max = 253;

bool is_hex_digit(char c)
{
    return hex_value(c) >= 0;
}

bool is_ascii(char c)
{
    return static_cast<unsigned char>(c) < 0x80;
}

// `0x` alone is zero to readers that accept hexadecimal numbers.
bool is_number(std::string_view label)
{
    if (label.starts_with("0x")) return std::ranges::all_of(label.substr(2), is_hex_digit);
    return !label.empty() && std::ranges::all_of(label, is_digit);
}

std::string to_lower(std::string_view text)
{
    std::string lowered(text);
    std::ranges::transform(lowered, lowered.begin(), lower);
    return lowered;
}

bool ends_in_number(std::string_view name)
{
    return is_number(name.substr(name.rfind('.') + 1));
}

bool is_name(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) {
        return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
    });
}

// What is wrong with a name in lower-case ASCII; empty if nothing is.
std::string_view fault(std::string_view name)
{
    for (std::size_t begin = 0; begin <= name.size();) {
        const auto end = std::min(name.find('.', begin), name.size());
        if (end == begin) return "has an empty label";
        if (end - begin > label_bytes_max) return "has a label longer than 63 bytes";
        begin = end + 1;
    }
    if (ends_in_number(name)) {
        return "is not an IPv4 address in four decimal numbers, such as 192.0.2.7";
    }
    return is_name(name) ? "" : "has a character that host names do not have";
}

}  // namespace

tl::expected<std::string, std::string> canonical_host(std::string_view text)
{
    using Error = tl::unexpected<std::string>;
    if (text.empty()) return Error("the host is missing");
    if (const auto address = IpAddress::parse(text)) return address->to_text();

    // Neither text is quoted: logs must be UTF-8, and lines short.
    if (!std::ranges::all_of(text, is_ascii)) {
        return Error("the host has characters other than ASCII; write it in punycode (xn--…)");
    }
    auto host = to_lower(text);
    if (host.ends_with('.')) host.pop_back();
    if (host.size() > name_bytes_max) return Error("the host is longer than 253 bytes");

    const auto wrong = fault(host);
    if (!wrong.empty()) return Error(fmt::format("the host \"{}\" {}", text, wrong));
    return host;
}

bool is_nonstandard_ipv4(std::string_view text)
{
    if (IpAddress::parse(text)) return false;
    auto host = to_lower(text);
    if (host.ends_with('.')) host.pop_back();
    return host.size() <= name_bytes_max && is_name(host) && ends_in_number(host);
}

bool is_localhost(std::string_view host)
{
    return host == "localhost" || host.ends_with(".localhost");
}

}  // namespace pivot::net
