// The caller talks with a leg that has answered.
//
//   ring() ─► answered ─► (a whisper on the new leg) ─► talk() ─► hang-up, `*`, the limit
//
#pragma once

#include "execute/live_call.hpp"

#include <string>

namespace pivot::execute::jobs {

struct TalkRules {
    milliseconds length_max = unlimited;
    char hang_up_key = 0;  // of the caller, ends the other leg; 0: none does
};

// Connects the caller with a leg that has answered. Returns when they are parted, the other leg
// being gone: why they could not be connected, or an empty text.
Task<std::string> talk(LiveCall& call, LegId leg, TalkRules rules, Deadline& deadline);

}  // namespace pivot::execute::jobs
