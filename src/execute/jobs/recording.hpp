// The caller is recorded.
#pragma once

#include "execute/live_call.hpp"

namespace pivot::execute::jobs {

// Until it ends: also by the caller's hanging up, after which the result still comes. Keys that are
// pressed meanwhile are for the recording.
// `job` becomes its number before anything is told of it.
Task<RecordingEnded> record(LiveCall& call, Recording recording, JobId& job, Deadline& deadline);

}  // namespace pivot::execute::jobs
