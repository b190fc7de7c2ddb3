// Where a callflow goes on when its pivot fails.
#pragma once

#include "base/json.hpp"

#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

// The child `_` of the node that pivots to this URL, JSON text; empty if there is none, or if
// several nodes pivot there, so that nobody knows which it is.
std::string branch_after(json::Value flow, std::string_view voice_url);

}  // namespace pivot::switches::kazoo
