// Explains in words what happened to a call, what went wrong, and what to do about it.
#pragma once

#include "pivot/serve/calls/call_history.hpp"

#include <string>
#include <string_view>

namespace pivot::tools {

// One sentence without its full stop: "its web server failed: timeout: no answer within 2000 ms:
// the server had not sent a byte; the caller was hung up".
std::string what_happened(const KnownCall& call, std::int64_t now_unix_ms);

// What the operator of the application can do about it, as a sentence without its full stop. Empty
// if there is nothing to do.
std::string_view what_to_do(const KnownCall& call);

// The same for any pivot that failed for this reason.
std::string_view advice_on(Reason reason);

}  // namespace pivot::tools
