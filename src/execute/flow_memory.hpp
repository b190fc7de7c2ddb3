// The state that a call's modules share, across flows.
#pragma once

#include "execute/directory.hpp"

#include <pivot/command.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace pivot::execute {

// A recording that waits for its moment.
struct ArmedRecording {
    enum class Moment : std::uint8_t { answer, bridge };
    Moment moment = Moment::answer;
    Recording recording;
};

struct RunningRecording {
    JobId job = 0;
    bool is_stopping = false;
};

struct FlowMemory {
    CallerId caller_id;         // shown to callees in place of the call's own, where not empty
    CallerId caller_id_prefix;  // put before that
    std::vector<std::pair<std::string, std::string>> channel_variables;  // set by flows
    std::vector<ArmedRecording> armed_recordings;
    std::vector<RunningRecording> recordings;  // of record_call, in the order of their beginnings
    std::string early_keys;                    // typed before the pivot, for collect_dtmf
    std::uint64_t random = 0;                  // state of the random draws
};

}  // namespace pivot::execute
