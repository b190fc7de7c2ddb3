// Reads the value of an attribute.
#pragma once

#include "twiml/grammar.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pivot::twiml {

struct ReadValue {
    bool is_of_use = true;  // if not, the attribute counts as absent
    std::string_view text;
    std::int64_t integer = 0;
    std::string
        flaw;  // what is wrong with the written value, to follow `timeout of Gather`; or empty
};

// The `text` of the result is a view of `written` or of `scratch`, which is overwritten.
ReadValue read_value(const AttributeRule& rule, std::string_view written, std::string& scratch);

}  // namespace pivot::twiml
