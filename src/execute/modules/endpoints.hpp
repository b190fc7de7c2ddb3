// Whom a node calls: its devices, users and groups as targets of one dial.
#pragma once

#include "execute/modules/module.hpp"

#include <string>
#include <vector>

namespace pivot::execute::modules {

enum class Strategy : std::uint8_t { simultaneous, single, weighted_random };

struct RingPlan {
    std::vector<Member> members;
    Strategy strategy = Strategy::simultaneous;
    seconds timeout{20};
    unsigned repeats = 1;
    bool answers_first = false;
    bool ignores_early_media = false;
    bool hides_caller = false;
    bool can_call_self = false;
    Media ringback;
    UserPart invite_user;  // in place of the one in the dial string
    std::vector<SipHeader> headers;
};

// Without those that are disabled, not to be disturbed, or the caller's own. Lots are drawn anew
// each time. No targets: there is nobody to call.
Dial dial_of(const Work& work, const RingPlan& plan);

// The caller id that callees see: the call's own, where nobody has changed it.
void show_caller_id(const Work& work, Dial& dial);

}  // namespace pivot::execute::modules
