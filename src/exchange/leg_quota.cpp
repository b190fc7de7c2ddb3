#include "exchange/leg_quota.hpp"

#include <fmt/format.h>

namespace pivot::exchange {

tl::expected<LegQuota::Seat, std::string> LegQuota::take(const LegLimits& limits, Nanoseconds now)
{
    constexpr Nanoseconds minute_ns = 60 * second_ns;
    const std::scoped_lock lock(mutex_);
    while (!begun_.empty() && begun_.front() <= now - minute_ns) begun_.pop_front();
    if (limits.legs_max != 0 && legs_ >= limits.legs_max) {
        return tl::unexpected(
            fmt::format("{} legs are dialled, which is the limit (limits.legs_max "
                        "of the account)",
                        legs_));
    }
    if (limits.legs_per_minute_max != 0) {
        if (begun_.size() >= limits.legs_per_minute_max) {
            return tl::unexpected(
                fmt::format("{} legs were dialled within a minute, which is the limit "
                            "(limits.legs_per_minute_max of the account)",
                            begun_.size()));
        }
        begun_.push_back(now);
    }
    ++legs_;
    return Seat(this);
}

void LegQuota::give_back()
{
    const std::scoped_lock lock(mutex_);
    --legs_;
}

}  // namespace pivot::exchange
