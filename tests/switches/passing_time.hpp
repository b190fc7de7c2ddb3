// Lets the time of a scripted call pass.
#pragma once

#include "reactor/clock.hpp"

#include <chrono>

namespace pivot::test {

// All that is due within this time happens, in its order.
inline void pass(std::chrono::nanoseconds time, reactor::Clock& clock)
{
    class End final : public reactor::Timer {
        void fired() override {}
    };
    while (clock.is_due()) clock.advance();
    End end;
    clock.timers().set(end, clock.now() + time.count());
    while (end.is_set()) clock.advance();
}

}  // namespace pivot::test
