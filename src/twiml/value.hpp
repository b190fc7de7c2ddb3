// What the written value of an attribute comes to.
#pragma once

#include "twiml/grammar.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pivot::twiml {

// Without the blanks of XML at both ends.
std::string_view trim_blanks(std::string_view text);

struct ReadValue {
    bool is_of_use = true;  // else it is as if the attribute were not there
    std::string_view text;
    std::int64_t integer = 0;
    std::string flaw;  // why the value is not the written one, behind `timeout of Gather`; or empty
};

// `text` lives as long as `written` and `scratch`, which is overwritten.
ReadValue read_value(const AttributeRule& rule, std::string_view written, std::string& scratch);

}  // namespace pivot::twiml
