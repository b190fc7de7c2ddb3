// What a flow says that no module has a word for.
//
// KAZOO's schemas let any key through, so that a slip of the finger is as silent as a comment. Only
// who checks a flow is told of it: no call is refused for it.
#pragma once

#include "base/json.hpp"

#include <pivot/failure.hpp>

#include <string>
#include <vector>

namespace pivot::callflow {

// A warning for each, in the order of the flow, 1,000 at most. `at` is the pointer of `flow`.
std::vector<Breach> unread_keys(json::Value flow, const std::string& at);

}  // namespace pivot::callflow
