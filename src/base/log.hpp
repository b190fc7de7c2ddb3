// What an operator should know, as lines without line breaks.
#pragma once

#include <pivot/sinks.hpp>

#include <functional>
#include <string_view>

namespace pivot::inline base {

// Called on any thread. `call_id` is empty if the line is not about one call.
using Log = std::function<void(LogLevel level, std::string_view call_id, std::string_view line)>;

}  // namespace pivot::inline base
