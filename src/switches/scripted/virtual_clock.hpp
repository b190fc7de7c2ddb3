// A clock that jumps to the next thing that happens while a call does nothing but wait. While it
// does something else, an exchange for example, time is real.
#pragma once

#include "execute/call_clock.hpp"

namespace pivot::switches::scripted {

// What is going to happen in one call.
class Agenda {
public:
    virtual Nanoseconds earliest() const = 0;  // `never`: nothing

    // Makes the earliest happen. True: the one who runs the call has an event to look at.
    virtual bool happen() = 0;

    // What was set on the reactor's clock is now due earlier.
    virtual void clock_jumped() = 0;

protected:
    ~Agenda() = default;
};

class VirtualClock final : public execute::CallClock {
public:
    using CallClock::CallClock;

    void follow(Agenda& agenda) { agenda_ = &agenda; }

    void wait_begins(Nanoseconds until) override;

private:
    Agenda* agenda_ = nullptr;
};

}  // namespace pivot::switches::scripted
