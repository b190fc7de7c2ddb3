// Turns a reactor until a condition holds, with a bound that only a hang reaches.
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
    const reactor::Nanoseconds limit = reactor.now() + 60 * second_ns;
    while (!condition()) {
        ASSERT_LT(reactor.now(), limit) << "a hang";
        reactor.turn(limit);
    }
}

inline void run_until_idle(reactor::Reactor& reactor)
{
    run_until(reactor, [&] { return reactor.is_idle(); });
}

}  // namespace pivot::test
