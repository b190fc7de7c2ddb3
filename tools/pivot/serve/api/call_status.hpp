// The state of a call, in the words that TwiML has for it.
#pragma once

#include "pivot/serve/calls/call_history.hpp"

#include <string_view>

namespace pivot::tools {

// `ringing` of an outbound call, `in-progress`; `completed` of one that was answered, else `busy`,
// `no-answer`, `canceled` or `failed`.
std::string_view status_of(const KnownCall& call);

}  // namespace pivot::tools
