#include "reactor/wait.hpp"

#include "reactor/reactor.hpp"

#include <cassert>
#include <cstring>

namespace pivot::reactor {

Request::Request(const io_uring_sqe& request, Deadline& deadline) : deadline_(deadline)
{
    std::memcpy(request_.data(), &request, sizeof request);
}

void Request::await_suspend(std::coroutine_handle<> waiting)
{
    assert(!is_in_flight() && !Waiter::is_linked());  // it is awaited once
    waiting_ = waiting;
    deadline_.add(*this);
    io_uring_sqe request;
    std::memcpy(&request, request_.data(), sizeof request);
    deadline_.reactor().ring().submit(*this, request);
}

void Request::completed(int result, std::uint32_t)
{
    assert(!is_in_flight());  // one request, one completion
    result_ = result;
    Waiter::unlink();  // if the completion came first; interrupted, it has left already
    deadline_.reactor().resume_soon(waiting_);
}

// The coroutine stays suspended until the completion comes: until then the kernel may still read or
// write the buffer that the coroutine owns.
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
    Waiter::unlink();  // both may be due in this turn: the first one wins
    deadline_.reactor().resume_soon(waiting_);
}

void Sleep::interrupt(const Deadline&)
{
    assert(is_set());  // else it has fired and left the deadline
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
    assert(ListHook<Wait>::is_linked());
    ListHook<Wait>::unlink();  // the event must not resume it a second time
    deadline_.reactor().resume_soon(waiting_);
}

// Only for those who wait now. They resume after this returns, so one that waits again is not
// resumed twice, and this loop ends.
void Event::happen()
{
    while (!waits_.empty()) {
        Wait& wait = waits_.front();
        wait.ListHook<Wait>::unlink();
        assert(wait.Waiter::is_linked());  // an interrupted wait has left both lists
        wait.Waiter::unlink();
        wait.has_happened_ = true;
        wait.deadline_.reactor().resume_soon(wait.waiting_);
    }
}

}  // namespace pivot::reactor
