#include "exchange/number_quota.hpp"

#include "base/text.hpp"
#include "exchange/settings.hpp"

#include <fmt/format.h>

namespace pivot::exchange {

std::unique_ptr<NumberQuota::Seat> NumberQuota::take(std::string_view number, std::size_t calls_max)
{
    const std::scoped_lock lock(mutex_);
    const auto place = calls_.try_emplace(std::string(number), 0).first;
    if (place->second >= calls_max) return nullptr;
    ++place->second;
    return std::make_unique<Seat>(*this, number);
}

void NumberQuota::give_back(std::string_view number)
{
    const std::scoped_lock lock(mutex_);
    const auto place = calls_.find(number);
    if (--place->second == 0) calls_.erase(place);
}

Result<std::unique_ptr<NumberQuota::Seat>> take_number_seat(const AccountProfile& profile,
                                                            std::string_view number)
{
    if (profile.calls_per_number_max == 0) return std::unique_ptr<NumberQuota::Seat>();
    auto seat = profile.quotas->numbers.take(number, profile.calls_per_number_max);
    if (seat) return seat;
    return fail(Reason::overload, Phase::queue,
                fmt::format("{} calls to {} are in flight, which is the limit "
                            "(limits.calls_per_number_max of account {})",
                            profile.calls_per_number_max, printable(number), profile.id));
}

}  // namespace pivot::exchange
