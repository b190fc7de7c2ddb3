// A clock that stands until its driver lets it jump to what is due next. So a call that only waits
// takes no time, and while a server is asked or told no time of the call passes: whatever servers
// do, a call runs in the same order at the same times.
//
//     turn the reactor until it only waits ─► nobody is asked or told? ─► advance() ─► and again
#pragma once

#include "execute/call_clock.hpp"

namespace pivot::switches::scripted {

class VirtualClock final : public execute::CallClock {
public:
    // It begins with the reactor's time and the calendar's.
    explicit VirtualClock(reactor::Reactor& reactor);

    Nanoseconds now() const override { return now_; }
    std::int64_t unix_now_ms() const override;
    reactor::Timers& events() override { return events_; }
    reactor::Timers& waits() override { return waits_; }

    // Whether something is due at this moment, so that no time passes until then.
    bool is_due() const { return next() <= now_; }

    // Fires the timer that is due next; at the same moment events come before those who wait.
    // False: there is no timer.
    bool advance();

private:
    Nanoseconds next() const;

    reactor::Timers events_;
    reactor::Timers waits_;
    const Nanoseconds began_;
    const std::int64_t began_unix_ms_;
    Nanoseconds now_;
};

}  // namespace pivot::switches::scripted
