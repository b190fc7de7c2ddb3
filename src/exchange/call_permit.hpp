// What an outbound call takes of its account's limits, from before it rings until it is over.
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
    std::shared_ptr<const Settings> settings;  // whose quotas these seats are of
    CallQuota::Seat call;                      // each of these: null: it is not counted
    std::unique_ptr<NumberQuota::Seat> number;
    LegQuota::Seat leg;

    // Among all calls of the engine, until the session of this one starts.
    std::shared_ptr<CallQuota> ringing = {};
    mutable CallQuota::Seat ringing_seat = {};
};

// For a call by this account to `callee`, who is shown this caller id; it may be empty. Fails with
// blocked if the account may not do that, and with overload at a limit of the account's.
Result<std::shared_ptr<CallPermit>> permit_call(std::shared_ptr<const Settings> settings,
                                                std::string_view account_id, const Address& callee,
                                                std::string_view caller_id, Nanoseconds now);

}  // namespace pivot::exchange
