#include "reactor/wait.hpp"

#include "reactor/reactor.hpp"

namespace pivot::reactor {

void Request::await_suspend(std::coroutine_handle<> waiting)
{
    waiting_ = waiting;
    deadline_.add(*this);
    deadline_.reactor().ring().submit(*this, request_);
}

void Request::completed(int result, std::uint32_t)
{
    result_ = result;
    Waiter::unlink();
    deadline_.reactor().resume_soon(waiting_);
}

void Request::interrupt(const Deadline&)
{
    deadline_.reactor().ring().cancel(*this);
}

void Sleep::await_suspend(std::coroutine_handle<> waiting)
{
    waiting_ = waiting;
    deadline_.add(*this);
    deadline_.reactor().timers().set(*this, until_);
}

void Sleep::fired()
{
    was_reached_ = true;
    Waiter::unlink();
    deadline_.reactor().resume_soon(waiting_);
}

void Sleep::interrupt(const Deadline&)
{
    deadline_.reactor().timers().stop(*this);
    deadline_.reactor().resume_soon(waiting_);
}

void Event::Wait::await_suspend(std::coroutine_handle<> waiting)
{
    waiting_ = waiting;
    deadline_.add(*this);
    event_.waits_.push_back(*this);
}

void Event::Wait::interrupt(const Deadline&)
{
    ListHook<Wait>::unlink();
    deadline_.reactor().resume_soon(waiting_);
}

void Event::happen()
{
    while (!waits_.empty()) {
        Wait& wait = waits_.front();
        wait.ListHook<Wait>::unlink();
        wait.Waiter::unlink();
        wait.has_happened_ = true;
        wait.deadline_.reactor().resume_soon(wait.waiting_);
    }
}

}  // namespace pivot::reactor
