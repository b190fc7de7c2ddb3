// The events of a call, in order, until its coroutine reads them.
//
// The call's deadline is here, because it expires in the moment in which the caller hangs up: so an
// exchange in flight is cancelled at once. What happened before can still be read.
#pragma once

#include "reactor/clock.hpp"
#include "reactor/deadline.hpp"
#include "reactor/timers.hpp"

#include <pivot/event.hpp>

#include <coroutine>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace pivot::execute {

// When a call began and when it was answered, by its own clock. Both may lie long before its
// session: a dialplan can answer and play before it pivots.
struct CallTimes {
    Nanoseconds began_at = 0;
    std::optional<Nanoseconds> answered_at;
};

class EventQueue {
public:
    // `clock` may be the reactor's, or a manual one: then a call that waits takes no time, and the
    // requests that it makes take none of the call's. `host` expires when the host gives the call
    // up. The call begins now, unanswered.
    EventQueue(reactor::Clock& clock, reactor::Deadline& host)
        : clock_(clock), deadline_(host), times_{clock.now(), {}}
    {
    }

    // What the host knows of the call, before its session begins.
    void set_times(const CallTimes& times) { times_ = times; }
    // The answer counts from the moment in which Answered was pushed.
    const CallTimes& times() const { return times_; }

    reactor::Clock& clock() { return clock_; }

    // Expired: the call is over, as far as its caller is concerned.
    reactor::Deadline& deadline() { return deadline_; }

    // On the reactor's thread. After HungUp or Moved nothing more is taken.
    void push(Event event);

    class Wait;

    // Sees what happens before anybody reads it.
    class Observer {
    public:
        virtual void happened(const Event& event) = 0;

    protected:
        ~Observer() = default;
    };

    // `observer` may be null. Returns the one before it.
    Observer* observe(Observer* observer) { return std::exchange(observer_, observer); }

    // The next event. None: it is `until` by the call's clock, or the call's deadline has expired
    // and there is no event left. One coroutine at a time.
    Wait next(Nanoseconds until);

private:
    reactor::Clock& clock_;
    reactor::Deadline deadline_;
    CallTimes times_;
    // Caps unread key presses: a caller can lean on the keypad.
    static constexpr std::size_t unread_max = 256;

    std::vector<Event> events_;
    Wait* wait_ = nullptr;
    Observer* observer_ = nullptr;
    bool is_over_ = false;
};

class EventQueue::Wait final : private reactor::Timer, private reactor::Waiter {
public:
    Wait(EventQueue& queue, Nanoseconds until) : queue_(queue), until_(until) {}

    bool await_ready() const;
    void await_suspend(std::coroutine_handle<> waiting);
    std::optional<Event> await_resume();

private:
    friend class EventQueue;

    void fired() override;
    void interrupt(const reactor::Deadline& deadline) override;
    void resume();

    EventQueue& queue_;
    const Nanoseconds until_;
    std::coroutine_handle<> waiting_;
};

inline EventQueue::Wait EventQueue::next(Nanoseconds until)
{
    return Wait(*this, until);
}

}  // namespace pivot::execute
