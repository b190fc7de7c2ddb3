// Phone numbers and operators' patterns for them: `+493012345`, or `+4930*` for all numbers with
// that prefix.
//
// Pure. Numbers are compared by their digits and a leading `+`; `00` is not taken for `+`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::exchange {

// Digits and a leading `+`, without visual separators (RFC 3966) and blanks. Empty if the text
// contains anything else.
std::string plain_number(std::string_view number);

class NumberPattern {
public:
    // Returns nothing if the text is not a pattern.
    static std::optional<NumberPattern> parse(std::string_view text);

    // `plain` has no separators.
    bool matches(std::string_view plain) const
    {
        return is_prefix_ ? plain.starts_with(number_) : plain == number_;
    }

    const std::string& number() const { return number_; }
    bool is_prefix() const { return is_prefix_; }

private:
    std::string number_;
    bool is_prefix_ = false;
};

using NumberPatterns = std::vector<NumberPattern>;

bool matches_any(const NumberPatterns& patterns, std::string_view plain);

// The error message for such a text.
inline constexpr std::string_view no_number_pattern =
    "is not a number: write +493012345, or +4930* for all that begin so";

}  // namespace pivot::exchange
