// What the limits of an account leave of a dial, and the legs that count against them.
#pragma once

#include "exchange/leg_quota.hpp"
#include "execute/live_call.hpp"

#include <string>
#include <vector>

namespace pivot::execute {

// Why the account of the call may not call an address: a sentence. Empty: it may.
std::string objection_to(LiveCall& call, const Address& address);

class Permits {
public:
    // Takes those out of the dial who may not be called. The call is warned of each, and is told
    // that their legs have ended. Returns why the last of them may not; empty: all may.
    Cause permit(LiveCall& call, Dial& dial);

    void note(const Event& event);

private:
    struct Counted {
        LegId leg;
        bool has_answered;
        exchange::LegQuota::Seat seat;
    };

    std::string take_seat(LiveCall& call, LegId leg);

    std::vector<Counted> legs_;
};

}  // namespace pivot::execute
