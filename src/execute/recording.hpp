// The caller is recorded.
#pragma once

#include "execute/live_call.hpp"

namespace pivot::execute {

// Until it ends: also by the caller's hanging up, after which the result still comes. Keys that are
// pressed meanwhile are for the recording.
Task<RecordingEnded> record(LiveCall& call, Recording recording, Deadline& deadline);

}  // namespace pivot::execute
