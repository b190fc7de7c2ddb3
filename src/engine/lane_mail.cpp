#include "engine/lane_mail.hpp"

namespace pivot::engine {

void Refusal::deliver()
{
    OutcomeView outcome;
    outcome.kind = OutcomeKind::failed;
    outcome.call_id = call_id_;
    outcome.next = next_;
    outcome.failure = &failure_;
    outcome.iteration = iteration_;
    std::atomic<std::size_t>& undelivered = undelivered_;
    hand_over(done_, outcome);
    delete this;
    if (undelivered.fetch_sub(1) == 1) undelivered.notify_all();
}

void Ending::deliver()
{
    (lane_.*how_)();
    delete this;
}

void LeavingCdr::deliver()
{
    lane_.leave_cdr(std::move(cdr_));
    std::atomic<std::size_t>& undelivered = undelivered_;
    delete this;
    if (undelivered.fetch_sub(1) == 1) undelivered.notify_all();
}

void Reloading::deliver()
{
    lane_.take(std::move(accounts_));
    delete this;
}

void Cancellation::deliver()
{
    if (place_.is_of(serial_)) place_.cancel();
    delete this;
}

void Telling::deliver()
{
    if (place_.is_of(serial_)) place_.tell(std::move(event_), at_);
    delete this;
}

}  // namespace pivot::engine
