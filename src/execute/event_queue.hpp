// The events of a call, in order, until its coroutine reads them.
//
//   open ── HungUp ─────────────────────► over
//    │ ▲                                    ▲
//    │ └─ cancel: it still hears the ends   │ HungUp
//    │    of what it stops                  │
//    └─ Moved, rest ──► resting ────────────┘
//
// The call's deadline is here, because it expires in the moment in which the caller hangs up or is
// moved, or the host gives the call up: so an exchange in flight is cancelled at once. Earlier
// events can still be read.
#pragma once

#include "reactor/clock.hpp"
#include "reactor/deadline.hpp"
#include "reactor/timers.hpp"

#include <pivot/event.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace pivot::execute {

// When a call began, was answered and ended, by its own clock. The first two may lie long before
// its session: a dialplan can answer and play before it pivots.
struct CallTimes {
    Nanoseconds began_at = 0;
    std::optional<Nanoseconds> answered_at;
    Nanoseconds ended_at = never;  // the caller's hang-up
};

class EventQueue {
public:
    // `clock` may be the reactor's, or a manual one: then a call that waits takes no time, and the
    // requests that it makes take none of the call's. When `host` expires nothing is waited for any
    // more. The call begins now, unanswered.
    EventQueue(reactor::Clock& clock, reactor::Deadline& host)
        : clock_(clock), host_(host), deadline_(host)
    {
        times_.began_at = clock.now();
    }

    // What the host knows of the call, before its session begins.
    void set_times(const CallTimes& times) { times_ = times; }
    // The answer and the end count from the moments that came with their events.
    const CallTimes& times() const { return times_; }

    reactor::Clock& clock() { return clock_; }

    // Expired: the call is over, as far as its caller is concerned, or given up.
    reactor::Deadline& deadline() { return deadline_; }

    // On the reactor's thread. `at`: when it happened. After Moved only HungUp is taken, and after
    // that nothing.
    void push(Event event, Nanoseconds at);
    void push(Event event) { push(std::move(event), clock_.now()); }

    // The host gives the call up. What runs on the channel is still to be stopped, and its ends are
    // still to be read.
    void cancel();
    bool is_cancelled() const { return is_cancelled_; }

    // Whether nothing can come any more that the call still waits for: the caller is gone or
    // elsewhere, or the host does not wait.
    bool is_silent() const { return state_ != State::open || host_.has_expired(); }

    // Whether nothing but HungUp is taken any more.
    bool is_closed() const { return state_ != State::open; }

    // The call is the host's again: from now on only HungUp is taken.
    void rest();

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

    // The next event. None: it is `until` by the call's clock, or the call has just been cancelled,
    // or it is silent and there is no event left. One coroutine at a time.
    Wait next(Nanoseconds until);

    // The same of a call that rests: HungUp, or none after cancel() or without a host.
    Wait next_at_rest();

private:
    enum class State : std::uint8_t { open, resting, over };

    reactor::Clock& clock_;
    reactor::Deadline& host_;
    reactor::Deadline deadline_;
    CallTimes times_;
    // Caps unread key presses: a caller can lean on the keypad.
    static constexpr std::size_t unread_max = 256;

    std::vector<Event> events_;
    Wait* wait_ = nullptr;
    Observer* observer_ = nullptr;
    State state_ = State::open;
    bool is_cancelled_ = false;
};

class EventQueue::Wait final : private reactor::Timer, private reactor::Waiter {
public:
    Wait(EventQueue& queue, Nanoseconds until, bool is_at_rest)
        : queue_(queue), until_(until), is_at_rest_(is_at_rest)
    {
    }

    bool await_ready() const;
    void await_suspend(std::coroutine_handle<> waiting);
    std::optional<Event> await_resume();

private:
    friend class EventQueue;

    void fired() override;
    void interrupt(const reactor::Deadline& deadline) override;
    bool is_in_vain() const;
    void resume();

    EventQueue& queue_;
    const Nanoseconds until_;
    const bool is_at_rest_;
    std::coroutine_handle<> waiting_;
};

inline EventQueue::Wait EventQueue::next(Nanoseconds until)
{
    return Wait(*this, until, false);
}

inline EventQueue::Wait EventQueue::next_at_rest()
{
    return Wait(*this, never, true);
}

}  // namespace pivot::execute
