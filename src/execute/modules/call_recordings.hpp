// The recordings of record_call, which run while the flow goes on.
#pragma once

#include "execute/flow_memory.hpp"
#include "execute/live_call.hpp"

namespace pivot::execute::modules {

void begin_recording(LiveCall& call, FlowMemory& memory, const Recording& recording);

// Begins the recordings that wait for this moment.
void begin_armed_recordings(LiveCall& call, FlowMemory& memory, ArmedRecording::Moment moment);

// Keeps the result of a recording for later requests.
void keep_result(LiveCall& call, const RecordingEnded& ended);

// Says that there is no recording.
void warn_of_failure(LiveCall& call, std::string_view why);

}  // namespace pivot::execute::modules
