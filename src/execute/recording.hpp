// The caller is recorded.
#pragma once

#include "execute/live_call.hpp"

namespace pivot::execute {

// Until it ends: also by the caller's hanging up, after which the result still comes. The key that
// ends it is taken from the call.
Task<RecordingEnded> record(LiveCall& call, Recording recording, Deadline& deadline);

}  // namespace pivot::execute
