// The one thing that ends a wait.
//
// A deadline expires when its time comes, when its parent expires, or when expire() is called (the
// caller hung up, the host cancelled, another attempt won). It is absolute, it flows down
// unchanged, and every suspended operation answers to it.
//
// It expires in two phases, because ten thousand deadlines can expire at the same moment:
//
//   expire() ─► 1. notify_expired()    now: the outcome is delivered
//          └──► 2. interrupt()         of each waiter, this turn or later, 64 a turn:
//                     │                each costs a cancel request and a teardown
//                     └─► the waiter resumes, sees has_expired(), and returns through its own lines
//
// So outcomes are on time, however many connections there are to tear down afterwards.
//
// Between the phases has_expired() is true, and waiters are still suspended. What can happen then:
//
//   * The operation completes first. Its waiter leaves the list, is not interrupted, and resumes
//     with the result as it came: bytes that won the race are not lost. A coroutine that must not
//     go on after the deadline asks has_expired() itself.
//   * The operation completes while the kernel is cancelling it. Again the completion counts: a
//     cancel request is only a wish, and exactly one final completion comes either way. Until then
//     the kernel owns the operation and its buffer, so the coroutine is not destroyed, only
//     resumed.
//   * A coroutine of the same call wants to wait again. It must not: add() asserts that the
//     deadline has not expired. Every awaiter checks that in await_ready() and resumes at once.
//   * The deadline is expired once more, by its own timer or its parent. The first reason stays,
//     and neither phase is repeated.
//   * The deadline is destroyed. It asserts that no waiter is left: whoever owns it has joined what
//     waits on it, and a coroutine that was interrupted has unlinked its waiter by resuming.
//
// A child deadline is a waiter of its parent. It expires in the parent's phase 2, with the parent's
// reason; its own waiters follow in later turns at the latest.
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

    // Called in phase 2, after the waiter has left the list of `deadline`. The waiter resumes soon,
    // or asks the kernel to cancel its operation and resumes when that has completed.
    virtual void interrupt(const Deadline& deadline) = 0;
};

class Deadline : private Timer, private Waiter, public ListHook<Deadline> {
public:
    Deadline(Reactor& reactor, Nanoseconds at);

    // Expires with its parent and for the parent's reason, or earlier: at its own time, or by
    // expire().
    explicit Deadline(Deadline& parent, Nanoseconds at = never);

    // No waiter is left.
    virtual ~Deadline();

    // Expires it for `reason`, which is timeout or cancelled. Does nothing if it has expired
    // already.
    void expire(Reason reason);

    bool has_expired() const { return has_expired_; }
    Reason reason() const { return reason_; }
    Nanoseconds at() const { return at_; }

    // What a wait that was interrupted returns.
    Failure failure(Phase phase) const;

    Reactor& reactor() const { return reactor_; }
    FramePool& frames() const;

    // Begins a wait, which must not begin after the deadline has expired. It ends when the waiter
    // unlinks itself or is interrupted.
    void add(Waiter& waiter);

    // Interrupts waiters, each for one of `budget`. Returns whether none is left.
    bool interrupt_waiters(unsigned& budget);

private:
    void fired() override;                            // as a Timer
    void interrupt(const Deadline& parent) override;  // as a Waiter under its parent

    // Phase 1. Must not resume anybody.
    virtual void notify_expired() {}

    Reactor& reactor_;
    const Nanoseconds at_;
    List<Waiter> waiters_;
    Reason reason_ = Reason::timeout;
    bool has_expired_ = false;
};

}  // namespace pivot::reactor
