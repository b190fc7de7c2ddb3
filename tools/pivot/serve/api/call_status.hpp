// The state of a call, in TwiML's words.
#pragma once

#include "pivot/serve/calls/call_history.hpp"

#include <string_view>

namespace pivot::tools {

// `ringing` for an outbound call that nobody has answered yet, else `in-progress`; after its end
// `completed` if it was answered, else `busy`, `no-answer`, `canceled` or `failed`.
std::string_view status_of(const KnownCall& call);

}  // namespace pivot::tools
