// Reads KAZOO's call object from JSON that has been parsed already, as Call::from_json() does.
#pragma once

#include "base/json.hpp"

#include <pivot/call.hpp>

namespace pivot::inline base {

Result<Call> read_call(json::Value object);

}  // namespace pivot::inline base
