// What a call's modules leave for later ones, whatever flow those are in.
#pragma once

#include "execute/directory.hpp"
#include "execute/order.hpp"

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
    CallerId caller_id;         // what callees see in place of the call's own, where not empty
    CallerId caller_id_prefix;  // and in front of that
    std::vector<std::pair<std::string, std::string>> channel_variables;  // that a flow has set
    std::vector<ArmedRecording> armed_recordings;
    std::vector<RunningRecording> recordings;  // of record_call, the last to begin at the end
    std::string early_keys;                    // typed before the pivot, for collect_dtmf
    std::uint64_t random = 0;                  // state of what is drawn by lot
};

}  // namespace pivot::execute
