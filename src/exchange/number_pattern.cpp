#include "exchange/number_pattern.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace pivot::exchange {

std::string plain_number(std::string_view number)
{
    constexpr std::string_view separators = " -.()";
    std::string plain;
    for (const char sign : number) {
        const bool is_leading_plus = sign == '+' && plain.empty();
        if (is_digit(sign) || is_leading_plus) {
            plain += sign;
        } else if (separators.find(sign) == separators.npos) {
            return {};
        }
    }
    return plain == "+" ? std::string() : plain;
}

std::optional<NumberPattern> NumberPattern::parse(std::string_view text)
{
    NumberPattern pattern;
    pattern.is_prefix_ = text.ends_with('*');
    if (pattern.is_prefix_) text.remove_suffix(1);
    pattern.number_ = plain_number(text);
    if (pattern.number_.empty() || pattern.number_ != text) return std::nullopt;
    return pattern;
}

bool matches_any(const NumberPatterns& patterns, std::string_view plain)
{
    return std::ranges::any_of(
        patterns, [&](const NumberPattern& pattern) { return pattern.matches(plain); });
}

}  // namespace pivot::exchange
