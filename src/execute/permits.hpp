// Applies the limits of an account to a dial, and counts its legs against them.
#pragma once

#include "exchange/leg_quota.hpp"
#include "execute/live_call.hpp"

#include <string>
#include <vector>

namespace pivot::execute {

// Returns why the account of the call may not call an address, as a sentence; empty if it may.
std::string objection_to(LiveCall& call, const Address& address);

// Whether the account of the call limits whom it may dial at all.
bool limits_dials(const exchange::AccountProfile& profile);

class Permits {
public:
    // Removes the targets that may not be called from the dial. For each there is an event that its
    // leg has ended, and for each reason a warning. Returns the cause of the last one; empty if all
    // may be called.
    Cause permit(LiveCall& call, Dial& dial);

    // Frees the seats of legs that have ended.
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
