// Turns a reactor until a condition holds, with a bound that only a hang reaches. On a manual clock
// it advances the clock whenever the reactor only waits.
#pragma once

#include "base/clock.hpp"
#include "reactor/reactor.hpp"

#include <gtest/gtest.h>

namespace pivot::test {

using pivot::second_ns;

inline reactor::Reactor& open_reactor(std::unique_ptr<reactor::Reactor>& reactor,
                                      const reactor::ReactorConfig& config = {})
{
    auto opened = reactor::Reactor::open(config);
    if (!opened) throw std::runtime_error(opened.error());
    reactor = std::move(*opened);
    return *reactor;
}

template <typename Condition>
void run_until(reactor::Reactor& reactor, Condition condition)
{
    reactor.turn(0);
    const Nanoseconds limit = monotonic_now() + 60 * second_ns;
    while (!condition()) {
        ASSERT_LT(monotonic_now(), limit) << "a hang";
        reactor::Clock& clock = reactor.clock();
        const bool only_waits = reactor.next_turn() > reactor.now();
        const bool jumps = clock.is_manual() && only_waits && clock.advance();
        reactor.turn(jumps ? 0 : limit);
    }
}

// The same for a condition that another thread makes true, which does not end a wait.
template <typename Condition>
void run_until_seen(reactor::Reactor& reactor, Condition condition)
{
    const Nanoseconds limit = monotonic_now() + 60 * second_ns;
    while (!condition()) {
        ASSERT_LT(monotonic_now(), limit) << "a hang";
        reactor.turn(monotonic_now() + millisecond_ns);
    }
}

inline void run_until_idle(reactor::Reactor& reactor)
{
    run_until(reactor, [&] { return reactor.is_idle(); });
}

}  // namespace pivot::test
