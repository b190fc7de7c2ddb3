// Changes to the objects of a call that are kept as JSON text.
#pragma once

#include <string>
#include <string_view>

namespace pivot {

// `object` with the members of `changes` in the place of its own, or behind them; a null takes one
// away. Both are the text of a JSON object, or empty. What is none changes nothing.
std::string merge_objects(std::string_view object, std::string_view changes);

}  // namespace pivot
