#include "reactor/deadline.hpp"

#include "reactor/reactor.hpp"

#include <algorithm>
#include <cassert>

namespace pivot::reactor {

Deadline::Deadline(Reactor& reactor, Nanoseconds at) : reactor_(reactor), at_(at)
{
    if (at != never) reactor_.timers().set(*this, at);
}

Deadline::Deadline(Deadline& parent, Nanoseconds at)
    : reactor_(parent.reactor_), at_(std::min(at, parent.at_))
{
    if (parent.has_expired()) {
        has_expired_ = true;
        reason_ = parent.reason_;
        return;
    }
    parent.add(*this);
    if (at < parent.at_) reactor_.timers().set(*this, at);
}

Deadline::~Deadline()
{
    assert(waiters_.empty());
    reactor_.timers().stop(*this);
}

void Deadline::expire(Reason reason)
{
    if (has_expired_) return;
    has_expired_ = true;
    reason_ = reason;
    reactor_.timers().stop(*this);
    Waiter::unlink();  // a parent that expires later has nothing more to tell it
    if (!waiters_.empty()) reactor_.interrupt_soon(*this);
    notify_expired();
}

Failure Deadline::failure(Phase phase) const
{
    assert(has_expired_);
    return {reason_, phase, reason_ == Reason::timeout ? "deadline exceeded" : "cancelled", {}};
}

FramePool& Deadline::frames() const
{
    return reactor_.frames();
}

void Deadline::add(Waiter& waiter)
{
    assert(!has_expired_);
    waiters_.push_back(waiter);
}

bool Deadline::interrupt_waiters(unsigned& budget)
{
    while (!waiters_.empty()) {
        if (budget == 0) return false;
        --budget;
        Waiter& waiter = waiters_.front();
        waiter.unlink();
        waiter.interrupt(*this);
    }
    return true;
}

void Deadline::fired()
{
    expire(Reason::timeout);
}

void Deadline::interrupt(const Deadline& parent)
{
    assert(parent.has_expired_ && !has_expired_);  // a child that has expired does not wait
    expire(parent.reason_);
}

}  // namespace pivot::reactor
