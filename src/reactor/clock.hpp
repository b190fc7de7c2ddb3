// What time it is, and what is due: by the system's clock, or by one that its driver advances.
//
// A manual clock stands. Its driver advances it when there is nothing left to do, so what only
// waits takes no time, and everything happens in the same order at the same times:
//
//     turn the reactor until it only waits ─► does anything real go on? ─► advance() ─► and again
#pragma once

#include "base/clock.hpp"
#include "reactor/timers.hpp"

#include <cstdint>

namespace pivot::reactor {

class Clock {
public:
    enum class Kind : bool { system, manual };

    // Both kinds begin with the system's time.
    explicit Clock(Kind kind = Kind::system);

    bool is_manual() const { return kind_ == Kind::manual; }

    // As of the last read(), so that it does not change in the middle of a turn.
    Nanoseconds now() const { return now_; }

    // Milliseconds since 1970. The system's may be set back.
    std::int64_t unix_now_ms() const;

    Timers& timers() { return timers_; }

    // Asks the system. A manual clock stands.
    void read();

    // Fires what is due now.
    void fire() { timers_.fire(now_); }

    // When something is due next; `never` if nothing is.
    Nanoseconds next() const { return timers_.earliest(); }

    // Manual: whether something is due at this moment, so that no time passes until then.
    bool is_due() const { return next() <= now_; }

    // Manual: jumps to the next moment at which something is due, and fires all that is due then,
    // in the order in which it was set. False: there is nothing.
    bool advance();

private:
    const Kind kind_;
    Nanoseconds now_;
    const Nanoseconds began_;
    const std::int64_t began_unix_ms_;
    Timers timers_;
};

}  // namespace pivot::reactor
