#include "reactor/clock.hpp"

#include <algorithm>

namespace pivot::reactor {

Clock::Clock(Kind kind)
    : kind_(kind), now_(monotonic_now()), began_(now_), began_unix_ms_(pivot::unix_now_ms())
{
}

std::int64_t Clock::unix_now_ms() const
{
    if (!is_manual()) return pivot::unix_now_ms();
    return began_unix_ms_ + (now_ - began_) / millisecond_ns;
}

void Clock::read()
{
    if (!is_manual()) now_ = monotonic_now();
}

bool Clock::advance()
{
    if (next() == never) return false;
    now_ = std::max(now_, next());
    fire();
    return true;
}

}  // namespace pivot::reactor
