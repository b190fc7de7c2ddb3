// The one thing that ends a wait.
//
// A deadline expires when its time comes, when its parent expires, or when somebody expires it by
// hand (the caller hung up, the host cancelled, another attempt won). It is absolute, it flows down
// unchanged, and every suspended operation answers to it.
//
//   expire ─► notify_expired() at once ─► in this turn or the next ones, a bounded number a turn:
//                                         interrupt() of every waiter
//
// So outcomes are delivered on time, however many connections there are to tear down behind them.
#pragma once

#include "base/list.hpp"
#include "reactor/timers.hpp"

#include <pivot/failure.hpp>

namespace pivot::reactor {

class Deadline;
class FramePool;
class Reactor;

// What is suspended under a deadline.
class Waiter : public ListHook<Waiter> {
protected:
    ~Waiter() = default;

private:
    friend class Deadline;

    // `deadline` has expired. The waiter has left its list; it resumes soon, or asks the kernel to
    // cancel and resumes when that is done.
    virtual void interrupt(const Deadline& deadline) = 0;
};

class Deadline : private Timer, private Waiter, public ListHook<Deadline> {
public:
    Deadline(Reactor& reactor, Nanoseconds at);

    // Expires with its parent, for the parent's reason, or earlier: at its own time or by hand.
    explicit Deadline(Deadline& parent, Nanoseconds at = never);

    // No waiter is left.
    virtual ~Deadline();

    // timeout or cancelled. The first reason stays.
    void expire(Reason reason);

    bool has_expired() const { return has_expired_; }
    Reason reason() const { return reason_; }
    Nanoseconds at() const { return at_; }

    // What a wait that was interrupted returns.
    Failure failure(Phase phase) const;

    Reactor& reactor() const { return reactor_; }
    FramePool& frames() const;

    // A wait begins and ends. It must not begin after the deadline has expired.
    void add(Waiter& waiter);

    // Interrupts waiters until none is left or the budget is used up. True: none is left.
    bool interrupt_waiters(unsigned& budget);

private:
    void fired() override;                            // as a Timer
    void interrupt(const Deadline& parent) override;  // as a Waiter under its parent

    virtual void notify_expired() {}

    Reactor& reactor_;
    const Nanoseconds at_;
    List<Waiter> waiters_;
    Reason reason_ = Reason::timeout;
    bool has_expired_ = false;
};

}  // namespace pivot::reactor
