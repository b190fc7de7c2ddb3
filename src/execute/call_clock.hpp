// The time of a call: the reactor's, or one that passes as its driver likes.
#pragma once

#include "base/clock.hpp"
#include "reactor/reactor.hpp"
#include "reactor/timers.hpp"

#include <cstdint>

namespace pivot::execute {

class CallClock {
public:
    explicit CallClock(reactor::Reactor& reactor) : reactor_(reactor) {}
    virtual ~CallClock() = default;

    reactor::Reactor& reactor() const { return reactor_; }

    virtual Nanoseconds now() const { return reactor_.now() + ahead_; }

    // The calendar's time, in milliseconds since 1970.
    virtual std::int64_t unix_now_ms() const { return pivot::unix_now_ms(); }

    // Timers by the time that on_timers() gives: of the events to come, which channels set, and of
    // the coroutines that wait for them.
    virtual reactor::Timers& events() { return reactor_.timers(); }
    virtual reactor::Timers& waits() { return reactor_.timers(); }

    Nanoseconds on_timers(Nanoseconds moment) const
    {
        return moment == never ? never : moment - ahead_;
    }

    // From now on the call does nothing but wait, until `until` or until something happens.
    virtual void wait_begins(Nanoseconds until) { static_cast<void>(until); }

protected:
    void jump_to(Nanoseconds moment)
    {
        if (moment > now()) ahead_ += moment - now();
    }

private:
    reactor::Reactor& reactor_;
    Nanoseconds ahead_ = 0;
};

}  // namespace pivot::execute
