// Changes to a call's objects, which are kept as JSON text.
#pragma once

#include "base/json.hpp"

#include <string>
#include <string_view>

namespace pivot::exchange {

// Neither null nor an object or an array.
inline bool is_scalar(json::Value value)
{
    return value.kind() != json::Kind::null && !value.is_array() && !value.is_object();
}

// `object` with the members of `changes` in the place of its own, or after them; a null removes
// one. Both are the text of a JSON object, or empty. If either is not, `object` stays as it is.
std::string merge_objects(std::string_view object, std::string_view changes);

}  // namespace pivot::exchange
