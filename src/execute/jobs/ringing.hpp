// Parties are dialled until one answers or all have failed.
#pragma once

#include "execute/live_call.hpp"

namespace pivot::execute::jobs {

struct RingResult {
    enum class Kind : std::uint8_t { answered, failed, over };
    Kind kind = Kind::over;
    LegId leg = caller;  // of answered
    Cause cause;         // of failed
    std::string why;     // of failed, as the switch tells it; empty: simply nobody answered
};

// Until one has answered or all have failed; over: the call must stop, and nobody rings any more.
Task<RingResult> ring(LiveCall& call, Dial dial, Deadline& deadline);

}  // namespace pivot::execute::jobs
