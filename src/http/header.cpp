#include "http/header.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace pivot::http {

namespace {

// They say how a message is framed, or what its body is.
constexpr std::array headers_of_ours = {
    std::string_view("Connection"),   std::string_view("Content-Length"),
    std::string_view("Content-Type"), std::string_view("Expect"),
    std::string_view("Keep-Alive"),   std::string_view("TE"),
    std::string_view("Trailer"),      std::string_view("Transfer-Encoding"),
    std::string_view("Upgrade")};

bool has_control(std::string_view text)
{
    return std::ranges::any_of(text,
                               [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; });
}

}  // namespace

bool is_header_name(std::string_view text)
{
    constexpr std::string_view signs = "!#$%&'*+-.^_`|~";
    const auto is_part = [&](char c) {
        return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || signs.find(c) != signs.npos;
    };
    return !text.empty() && std::ranges::all_of(text, is_part);
}

std::string_view objection_to_header(std::string_view name, std::string_view value)
{
    const auto is_it = [&](std::string_view ours) { return equals_ignoring_case(ours, name); };
    if (!is_header_name(name)) return "it is not the name of a header";
    if (has_control(value)) return "its value has a control character";
    if (std::ranges::any_of(headers_of_ours, is_it)) return "Pivot sets this header itself";
    return {};
}

std::vector<std::string_view> values_of(std::string_view lines, std::string_view name)
{
    std::vector<std::string_view> values;
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find("\r\n"));
        lines.remove_prefix(std::min(line.size() + 2, lines.size()));
        const std::size_t colon = line.find(':');
        if (colon == line.npos || !equals_ignoring_case(line.substr(0, colon), name)) continue;
        values.push_back(trim(line.substr(colon + 1)));
    }
    return values;
}

bool has_element(const std::vector<std::string_view>& values, std::string_view name)
{
    return std::ranges::any_of(values, [&](std::string_view value) {
        while (!value.empty()) {
            if (equals_ignoring_case(trim(take_until(value, ',')), name)) return true;
        }
        return false;
    });
}

}  // namespace pivot::http
