// Reads texts from the JSON that a switch sends.
#pragma once

#include "base/json.hpp"

#include <string_view>

namespace pivot::switches {

// Returns empty if the object has no string of this name.
inline std::string_view member_text(const json::Value& object, std::string_view name)
{
    const auto value = object.find(name);
    return value && value->is_string() ? value->text() : std::string_view();
}

}  // namespace pivot::switches
