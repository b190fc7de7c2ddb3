#include "execute/event_queue.hpp"

#include "reactor/reactor.hpp"

#include <cassert>
#include <utility>

namespace pivot::execute {

void EventQueue::push(Event event)
{
    if (is_over_) return;
    if (events_.size() >= unread_max && std::holds_alternative<KeyPressed>(event)) return;
    const bool is_last =
        std::holds_alternative<HungUp>(event) || std::holds_alternative<Moved>(event);
    const bool is_answer = std::holds_alternative<Answered>(event) && !times_.answered_at;
    if (is_answer) times_.answered_at = clock_.now();
    if (observer_ != nullptr) observer_->happened(event);
    events_.push_back(std::move(event));
    if (wait_ != nullptr) wait_->resume();
    if (!is_last) return;
    is_over_ = true;
    deadline_.expire(Reason::cancelled);
}

bool EventQueue::Wait::await_ready() const
{
    return !queue_.events_.empty() || queue_.deadline_.has_expired() ||
           queue_.clock_.now() >= until_;
}

void EventQueue::Wait::await_suspend(std::coroutine_handle<> waiting)
{
    assert(queue_.wait_ == nullptr);
    waiting_ = waiting;
    queue_.wait_ = this;
    queue_.deadline_.add(*this);
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
