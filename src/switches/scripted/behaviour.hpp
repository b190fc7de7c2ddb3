// What those on the other side of a scripted call are going to do.
#pragma once

#include "execute/order.hpp"

#include <string>

namespace pivot::switches::scripted {

using execute::milliseconds;

// Of one that is dialled.
struct LegBehaviour {
    bool answers = true;
    milliseconds after{3'000};            // since it was called: answers, or says that it does not
    execute::Cause cause;                 // why it does not answer
    bool rings_on = false;                // neither: it rings until it is given up
    milliseconds hangs_up_after{10'000};  // since it answered
    char key = 0;                         // pressed a second after it answered; 0: none
};

struct CallerBehaviour {
    milliseconds speaks_for{3'000};  // into a recording; then he is silent
};

struct QueueBehaviour {
    bool is_full = false;
    bool is_empty = false;               // nobody waits in it
    milliseconds bridges_after{20'000};  // somebody takes the caller
    milliseconds parts_after{10'000};    // since then
};

struct RoomBehaviour {
    milliseconds starts_after{5'000};  // a second one is there
    milliseconds ends_after{20'000};   // since then
};

}  // namespace pivot::switches::scripted
