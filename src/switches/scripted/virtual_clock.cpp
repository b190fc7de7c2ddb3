#include "switches/scripted/virtual_clock.hpp"

#include <algorithm>

namespace pivot::switches::scripted {

VirtualClock::VirtualClock(reactor::Reactor& reactor)
    : CallClock(reactor),
      began_(reactor.now()),
      began_unix_ms_(CallClock::unix_now_ms()),
      now_(began_)
{
}

std::int64_t VirtualClock::unix_now_ms() const
{
    return began_unix_ms_ + (now_ - began_) / 1'000'000;
}

Nanoseconds VirtualClock::next() const
{
    return std::min(events_.earliest(), waits_.earliest());
}

bool VirtualClock::advance()
{
    if (next() == never) return false;
    now_ = std::max(now_, next());
    reactor::Timers& due = events_.earliest() <= now_ ? events_ : waits_;
    due.fire_earliest();
    return true;
}

}  // namespace pivot::switches::scripted
