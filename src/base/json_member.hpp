// Builds the text of a JSON object member by member.
#pragma once

#include "base/json.hpp"

#include <string>
#include <string_view>

namespace pivot::inline base::json {

// Adds a member to the text of an object that lacks its closing bracket, or is empty.
inline void append_member(std::string& object, std::string_view name, Value value)
{
    object += object.empty() ? '{' : ',';
    append_quoted(object, name);
    object += ':';
    append_value(object, value);
}

}  // namespace pivot::inline base::json
