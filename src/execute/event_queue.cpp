#include "execute/event_queue.hpp"

#include "reactor/reactor.hpp"

#include <cassert>
#include <utility>

namespace pivot::execute {

void EventQueue::push(Event event, Nanoseconds at)
{
    const bool is_hang_up = std::holds_alternative<HungUp>(event);
    if (state_ == State::over || (state_ == State::resting && !is_hang_up)) return;
    if (events_.size() >= unread_max && std::holds_alternative<KeyPressed>(event)) return;
    const bool is_move = std::holds_alternative<Moved>(event);
    const bool is_answer = std::holds_alternative<Answered>(event) && !times_.answered_at;
    if (is_answer) times_.answered_at = at;
    if (is_hang_up) times_.ended_at = at;
    if (observer_ != nullptr) observer_->happened(event);
    events_.push_back(std::move(event));
    if (is_hang_up) state_ = State::over;
    if (is_move) state_ = State::resting;
    if (wait_ != nullptr) wait_->resume();
    if (is_hang_up || is_move) deadline_.expire(Reason::cancelled);
}

void EventQueue::cancel()
{
    if (is_cancelled_ || state_ == State::over) return;
    is_cancelled_ = true;
    if (wait_ != nullptr) wait_->resume();
    deadline_.expire(Reason::cancelled);
}

void EventQueue::rest()
{
    if (state_ == State::open) state_ = State::resting;
}

bool EventQueue::Wait::await_ready() const
{
    return !queue_.events_.empty() || is_in_vain() || queue_.clock_.now() >= until_;
}

bool EventQueue::Wait::is_in_vain() const
{
    if (!is_at_rest_) return queue_.is_silent();
    return queue_.state_ == State::over || queue_.is_cancelled_ || queue_.host_.has_expired();
}

void EventQueue::Wait::await_suspend(std::coroutine_handle<> waiting)
{
    assert(queue_.wait_ == nullptr);
    waiting_ = waiting;
    queue_.wait_ = this;
    queue_.host_.add(*this);
    if (until_ != never) queue_.clock_.timers().set(*this, until_);
}

std::optional<Event> EventQueue::Wait::await_resume()
{
    if (queue_.events_.empty()) return std::nullopt;
    std::optional<Event> event(std::move(queue_.events_.front()));
    queue_.events_.erase(queue_.events_.begin());
    // A call that waits keeps no memory for it; `= {}` would keep the vector's.
    if (queue_.events_.empty()) std::vector<Event>().swap(queue_.events_);
    return event;
}

void EventQueue::Wait::fired()
{
    resume();
}

void EventQueue::Wait::interrupt(const reactor::Deadline&)
{
    resume();
}

void EventQueue::Wait::resume()
{
    queue_.clock_.timers().stop(*this);
    Waiter::unlink();
    queue_.wait_ = nullptr;
    queue_.deadline_.reactor().resume_soon(waiting_);
}

}  // namespace pivot::execute
