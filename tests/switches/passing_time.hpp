// Lets the time of a scripted call pass while it only waits.
#pragma once

#include "execute/event_queue.hpp"
#include "reactor/deadline.hpp"
#include "reactor/reactor.hpp"
#include "reactor/scope.hpp"
#include "reactor/task.hpp"

#include <chrono>
#include <vector>

namespace pivot::test {

inline reactor::Task<> read_until(execute::EventQueue& queue, Nanoseconds until,
                                  std::vector<Event>& events, reactor::Deadline&)
{
    while (true) {
        const auto event = co_await queue.next(until);
        if (!event) break;
        events.push_back(*event);
    }
}

// What happens on the call within this time of its own, in order.
inline std::vector<Event> events_within(std::chrono::nanoseconds time, execute::EventQueue& queue,
                                        reactor::Reactor& reactor, reactor::Deadline& host)
{
    reactor::Clock& clock = queue.clock();
    std::vector<Event> events;
    while (clock.is_due()) clock.advance();
    reactor::Scope scope(reactor);
    scope.spawn(read_until(queue, clock.now() + time.count(), events, host));
    while (scope.running() > 0) {
        const bool can_go_on = reactor.next_turn() <= reactor.now();
        if (!can_go_on) clock.advance();
        reactor.turn(0);
    }
    return events;
}

}  // namespace pivot::test
