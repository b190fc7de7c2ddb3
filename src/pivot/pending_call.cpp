#include "pivot/pending_call.hpp"

#include "pivot/lane.hpp"

#include <algorithm>
#include <utility>

namespace pivot {

void PendingCall::prepare(Lane& lane, Request new_request, Engine::Done done,
                          reactor::Nanoseconds now)
{
    lane_.store(&lane, std::memory_order_release);
    request = std::move(new_request);
    done_ = std::move(done);
    record = ExchangeRecord();
    started = now;
    is_cancelled = false;
    is_delivered_ = false;
}

void PendingCall::deliver(Outcome outcome)
{
    if (std::exchange(is_delivered_, true)) return;
    std::exchange(done_, nullptr)(std::move(outcome));
}

Outcome PendingCall::outcome(OutcomeKind kind, reactor::Nanoseconds now) const
{
    Outcome outcome;
    outcome.kind = kind;
    outcome.call_id = request.call.call_id;
    outcome.iteration = request.iteration;
    // The turn's time may lie before a start in the same turn.
    const reactor::Nanoseconds elapsed_ns = std::max<reactor::Nanoseconds>(now - started, 0);
    outcome.elapsed = std::chrono::nanoseconds(elapsed_ns);
    if (kind != OutcomeKind::processed) outcome.next = request.node.next;
    if (!record.url.empty()) {
        outcome.exchange = record.to_exchange();
        outcome.exchange->timings_us.total = elapsed_ns / 1'000;
    }
    return outcome;
}

void PendingCall::deliver()
{
    lane().begin(*this);
}

}  // namespace pivot
