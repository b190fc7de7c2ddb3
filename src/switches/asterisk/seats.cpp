#include "switches/asterisk/seats.hpp"

namespace pivot::switches::asterisk {

reactor::Task<bool> Seats::take(reactor::Deadline& deadline)
{
    if (deadline.has_expired()) co_return false;
    if (free_ > 0) {
        --free_;
        co_return true;
    }
    Waiting waiting;
    waiting_.push_back(waiting);
    while (!waiting.is_called && !deadline.has_expired()) co_await waiting.called.wait(deadline);
    co_return waiting.is_called;  // the call may have come at the same time
}

// Hands the seat to the first who waits, so that newcomers cannot overtake.
void Seats::leave()
{
    if (waiting_.empty()) {
        ++free_;
        return;
    }
    Waiting& first = waiting_.front();
    first.unlink();
    first.is_called = true;
    first.called.happen();
}

}  // namespace pivot::switches::asterisk
