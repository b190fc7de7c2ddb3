// Somebody is called, and talked to.
//
//   ring() ─► answered ─► (a whisper on the new leg) ─► talk() ─► either side hangs up, `*`, the
//   limit
//        └──► failed, with the cause of the last to fail
#pragma once

#include "execute/live_call.hpp"

namespace pivot::execute {

struct RingResult {
    enum class Kind : std::uint8_t { answered, failed, over };
    Kind kind = Kind::over;
    LegId leg = caller;  // of answered
    Cause cause;         // of failed
};

// Until one has answered or all have failed; over: the call must stop, and nobody rings any more.
Task<RingResult> ring(LiveCall& call, Dial dial, Deadline& deadline);

struct TalkRules {
    milliseconds length_max = unlimited;
    char hang_up_key = 0;  // of the caller, ends the other leg; 0: none does
};

// Connects the caller with a leg that has answered. Returns when they are parted, the other leg
// being gone.
Task<> talk(LiveCall& call, LegId leg, TalkRules rules, Deadline& deadline);

}  // namespace pivot::execute
