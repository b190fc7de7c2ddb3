#include "reactor/wait.hpp"

#include "reactor/reactor.hpp"

#include <cstring>

namespace pivot::reactor {

Request::Request(const io_uring_sqe& request, Deadline& deadline) : deadline_(deadline)
{
    std::memcpy(request_.data(), &request, sizeof request);
}

void Request::await_suspend(std::coroutine_handle<> waiting)
{
    waiting_ = waiting;
    deadline_.add(*this);
    io_uring_sqe request;
    std::memcpy(&request, request_.data(), sizeof request);
    deadline_.reactor().ring().submit(*this, request);
}

void Request::completed(int result, std::uint32_t)
{
    result_ = result;
    Waiter::unlink();
    deadline_.reactor().resume_soon(waiting_);
}

void Request::cancel()
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

void Yield::await_suspend(std::coroutine_handle<> waiting)
{
    deadline_.reactor().resume_next_turn(waiting);
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
