// record_call's recordings, which run beside all else.
#pragma once

#include "execute/flow_memory.hpp"
#include "execute/live_call.hpp"

namespace pivot::execute::modules {

void begin_recording(LiveCall& call, FlowMemory& memory, const Recording& recording);

// Begins the recordings that wait for this moment.
void begin_armed_recordings(LiveCall& call, FlowMemory& memory, ArmedRecording::Moment moment);

// Later requests tell of a recording that has ended.
void keep_result(LiveCall& call, const RecordingEnded& ended);

}  // namespace pivot::execute::modules
