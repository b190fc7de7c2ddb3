// The time of a call: the reactor's, or one that jumps over what nobody would wait for.
#pragma once

#include "base/clock.hpp"
#include "reactor/reactor.hpp"

namespace pivot::execute {

class CallClock {
public:
    explicit CallClock(reactor::Reactor& reactor) : reactor_(reactor) {}
    virtual ~CallClock() = default;

    reactor::Reactor& reactor() const { return reactor_; }

    Nanoseconds now() const { return reactor_.now() + ahead_; }

    // The same moment as the reactor has it.
    Nanoseconds on_reactor(Nanoseconds moment) const
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
