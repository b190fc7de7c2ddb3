// Finds the branch with which a callflow continues when its pivot fails.
#pragma once

#include "base/json.hpp"

#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

// The child `_` of the node that pivots to this URL, as JSON. Empty if there is no such node, or if
// there are several, so that nobody knows which one it was.
std::string branch_after(json::Value flow, std::string_view voice_url);

}  // namespace pivot::switches::kazoo
