#include "pivot/pending_call.hpp"

#include "pivot/lane.hpp"
#include "pivot/question.hpp"

#include <algorithm>
#include <utility>

namespace pivot {

void PendingCall::prepare(Lane& lane, const Request& given, const ActionLimits& limits,
                          Engine::Done done, reactor::Nanoseconds now)
{
    lane_.store(&lane, std::memory_order_release);
    request.pack(given, limits);
    done_ = std::move(done);
    started = now;
    is_cancelled = false;
    is_delivered_ = false;
}

void PendingCall::deliver_processed(std::string_view flow, reactor::Nanoseconds now)
{
    if (is_delivered_) return;
    OutcomeView view = outcome(OutcomeKind::processed, now);
    view.flow = flow;
    deliver(view);
}

void PendingCall::deliver_processed(const ShownDocument& document, reactor::Nanoseconds now)
{
    if (is_delivered_) return;
    OutcomeView view = outcome(OutcomeKind::processed, now);
    view.format = Format::twiml;
    view.verbs = document.verbs();
    view.warnings = document.warnings();
    deliver(view);
}

void PendingCall::deliver_failed(const Failure& failure, reactor::Nanoseconds now)
{
    if (is_delivered_) return;
    OutcomeView view = outcome(OutcomeKind::failed, now);
    view.next = request.next();
    view.failure = &failure;
    deliver(view);
}

void PendingCall::deliver_skipped(reactor::Nanoseconds now)
{
    if (is_delivered_) return;
    OutcomeView view = outcome(OutcomeKind::skipped, now);
    view.next = request.next();
    deliver(view);
}

OutcomeView PendingCall::outcome(OutcomeKind kind, reactor::Nanoseconds now) const
{
    OutcomeView view;
    view.kind = kind;
    view.call_id = request.call_id();
    view.iteration = request.iteration();
    // The turn's time may lie before a start in the same turn.
    const reactor::Nanoseconds elapsed_ns = std::max<reactor::Nanoseconds>(now - started, 0);
    view.elapsed = std::chrono::nanoseconds(elapsed_ns);
    if (question != nullptr && question->has_begun()) {
        question->progress().timings_us.total = elapsed_ns / 1'000;
        view.exchange = question;
    }
    return view;
}

void PendingCall::deliver(const OutcomeView& outcome)
{
    is_delivered_ = true;
    std::exchange(done_, nullptr)(outcome);
}

void PendingCall::deliver()
{
    lane().begin(*this);
}

}  // namespace pivot
