// record_call's recordings, which run beside all else.
#pragma once

#include "execute/flow_memory.hpp"
#include "execute/live_call.hpp"

namespace pivot::execute::modules {

// Begins the recordings that wait for this moment.
void begin_armed(LiveCall& call, FlowMemory& memory, ArmedRecording::Moment moment);

// Later requests tell of a recording that has ended.
void keep(LiveCall& call, const RecordingEnded& ended);

}  // namespace pivot::execute::modules
