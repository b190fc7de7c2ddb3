// What an outbound call occupies of its account's limits, from before it rings until its end.
#pragma once

#include "exchange/call_quota.hpp"
#include "exchange/leg_quota.hpp"
#include "exchange/number_quota.hpp"

#include <pivot/command.hpp>
#include <pivot/failure.hpp>

#include <memory>
#include <string_view>

namespace pivot::exchange {

class Settings;

struct CallPermit {
    std::shared_ptr<const Settings> settings;  // owns the quotas of these seats
    CallQuota::Seat call;                      // null, like the others, if it is not counted
    std::unique_ptr<NumberQuota::Seat> number;
    LegQuota::Seat leg;

    // Counts among all calls of the engine until the call's session starts.
    std::shared_ptr<CallQuota> ringing = {};
    mutable CallQuota::Seat ringing_seat = {};
};

// For a call of this account to `callee`, who is shown this caller id, which may be empty. Fails
// with blocked if the account's rules forbid it, and with overload at one of the account's limits.
Result<std::shared_ptr<CallPermit>> permit_call(std::shared_ptr<const Settings> settings,
                                                std::string_view account_id, const Address& callee,
                                                std::string_view caller_id, Nanoseconds now);

}  // namespace pivot::exchange
