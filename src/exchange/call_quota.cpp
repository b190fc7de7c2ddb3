#include "exchange/call_quota.hpp"

#include "exchange/settings.hpp"

#include <fmt/format.h>

namespace pivot::exchange {

Result<CallQuota::Seat> take_seat(const AccountProfile& profile)
{
    if (profile.calls_max == 0) return CallQuota::Seat();
    CallQuota::Seat seat = profile.quotas->calls.take(profile.calls_max);
    if (seat) return seat;
    return fail(Reason::overload, Phase::queue,
                fmt::format("{} calls of account {} are in flight, which is the limit "
                            "(limits.calls_max of the account)",
                            profile.calls_max, profile.id));
}

}  // namespace pivot::exchange
