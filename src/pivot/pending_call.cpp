#include "pivot/pending_call.hpp"

#include "pivot/lane.hpp"
#include "pivot/question.hpp"

#include <utility>

namespace pivot {

void hand_over(const Engine::Done& done, const OutcomeView& outcome) noexcept
{
    try {
        if (done) done(outcome);
    } catch (...) {
    }
}

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

void PendingCall::deliver_processed(std::string_view flow)
{
    if (is_delivered_) return;
    OutcomeView view = outcome(OutcomeKind::processed);
    view.flow = flow;
    deliver(view);
}

void PendingCall::deliver_processed(const ShownDocument& document)
{
    if (is_delivered_) return;
    OutcomeView view = outcome(OutcomeKind::processed);
    view.format = Format::twiml;
    view.verbs = document.verbs();
    view.warnings = document.warnings();
    deliver(view);
}

void PendingCall::deliver_failed(const Failure& failure)
{
    if (is_delivered_) return;
    OutcomeView view = outcome(OutcomeKind::failed);
    view.next = request.next();
    view.failure = &failure;
    deliver(view);
}

void PendingCall::deliver_skipped()
{
    if (is_delivered_) return;
    OutcomeView view = outcome(OutcomeKind::skipped);
    view.next = request.next();
    deliver(view);
}

OutcomeView PendingCall::outcome(OutcomeKind kind) const
{
    OutcomeView view;
    view.kind = kind;
    view.call_id = request.call_id();
    view.iteration = request.iteration();
    // Not the turn's time: a turn may have overrun, and the outcome is late then.
    const reactor::Nanoseconds elapsed_ns = monotonic_now() - started;
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
    hand_over(std::exchange(done_, nullptr), outcome);
}

void PendingCall::deliver()
{
    lane().begin(*this);
}

}  // namespace pivot
