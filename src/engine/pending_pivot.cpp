#include "engine/pending_pivot.hpp"

#include "exchange/attempts.hpp"
#include "exchange/tally.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pivot::engine {

namespace {

std::string_view doing(Phase phase)
{
    switch (phase) {
        case Phase::queue: return "before anything was asked";
        case Phase::dns: return "while the name was resolved";
        case Phase::connect: return "while connecting";
        case Phase::tls: return "in the TLS handshake";
        case Phase::send: return "while the request was sent";
        case Phase::wait: return "while waiting for the first byte of the response";
        case Phase::read: return "while the response was read";
        case Phase::parse: return "while the response was parsed";
    }
    return "";
}

}  // namespace

void hand_over(const Engine::Done& done, const OutcomeView& outcome) noexcept
{
    try {
        if (done) done(outcome);
    } catch (...) {
    }
}

void PendingPivot::prepare(const Request& given, const ActionLimits& limits, Engine::Done done,
                           reactor::Nanoseconds now)
{
    request.pack(given, limits);
    done_ = std::move(done);
    started = now;
}

void PendingPivot::deliver_processed(std::string_view flow, std::span<const Breach> warnings)
{
    if (deadline_->is_delivered) return;
    OutcomeView view = outcome(OutcomeKind::processed);
    view.flow = flow;
    view.warnings = warnings;
    deliver(view);
}

void PendingPivot::deliver_processed(const exchange::ShownDocument& document)
{
    if (deadline_->is_delivered) return;
    OutcomeView view = outcome(OutcomeKind::processed);
    view.format = Format::twiml;
    view.verbs = document.verbs();
    view.warnings = document.warnings();
    view.unknown_element = document.unknown_element();
    view.has_unknown_verbs = document.has_unknown_verbs();
    deliver(view);
}

void PendingPivot::deliver_failed(const Failure& failure)
{
    if (deadline_->is_delivered) return;
    OutcomeView view = outcome(OutcomeKind::failed);
    view.next = request.next();
    view.failure = &failure;
    deliver(view);
}

void PendingPivot::deliver_skipped()
{
    if (deadline_->is_delivered) return;
    OutcomeView view = outcome(OutcomeKind::skipped);
    view.next = request.next();
    deliver(view);
}

OutcomeView PendingPivot::outcome(OutcomeKind kind) const
{
    OutcomeView view;
    view.kind = kind;
    view.call_id = request.call_id();
    view.iteration = request.iteration();
    // Not the time of the turn, which may have overrun: then the outcome is late.
    const reactor::Nanoseconds elapsed_ns = monotonic_now() - started;
    view.elapsed = std::chrono::nanoseconds(elapsed_ns);
    if (attempts != nullptr && attempts->request().has_begun()) {
        http::Progress& progress = attempts->progress();
        progress.timings_us.total = (started + elapsed_ns - progress.started) / 1'000;
        view.exchange = &attempts->request();
    }
    return view;
}

// What is wrong with the action comes before what is wrong with the answer.
void PendingPivot::deliver(OutcomeView& outcome)
{
    deadline_->is_delivered = true;
    std::vector<Breach> all;
    if (attempts != nullptr && !attempts->warning().empty()) {
        all.push_back({"", std::string(attempts->warning())});
    }
    for (const auto& [at, error] : request.warnings()) {
        all.push_back({at, "in the action: " + error});
    }
    if (!all.empty()) {
        all.insert(all.end(), outcome.warnings.begin(), outcome.warnings.end());
        outcome.warnings = all;
    }
    count(outcome);
    hand_over(std::exchange(done_, nullptr), outcome);
}

void PendingPivot::count(const OutcomeView& outcome)
{
    const reactor::Nanoseconds elapsed_ns = outcome.elapsed.count();
    if (outcome.failure == nullptr) {
        if (outcome.kind == OutcomeKind::skipped) return tally_->skipped.add();
        return tally_->succeed(elapsed_ns);
    }
    tally_->fail(*outcome.failure, elapsed_ns);
    if (outcome.failure->reason != Reason::timeout) return;
    const auto late = outcome.elapsed - request.timeout();
    tally_->lateness.add(std::max<reactor::Nanoseconds>(late.count(), 0));
}

void PendingPivot::end()
{
    attempts = nullptr;
    seat.reset();
    deadline_.reset();
    request.clear();
}

PendingPivot::Limit::Limit(reactor::Reactor& reactor, PendingPivot& pivot)
    : Deadline(reactor, pivot.started + std::chrono::nanoseconds(pivot.request.timeout()).count()),
      pivot_(pivot)
{
}

void PendingPivot::Limit::notify_expired()
{
    exchange::Attempts* attempts = pivot_.attempts;
    const Phase phase = attempts != nullptr ? attempts->progress().phase : Phase::queue;
    std::string message = reason() == Reason::timeout
                              ? fmt::format("no outcome within {} ms: the time was up {}",
                                            pivot_.request.timeout().count(), doing(phase))
                              : fmt::format("cancelled {}", doing(phase));
    if (const auto* first = attempts != nullptr ? attempts->first_failure() : nullptr) {
        message += "; this was the fallback, after: " + first->message;
    }
    pivot_.deliver_failed({reason(), phase, std::move(message), {}});
}

}  // namespace pivot::engine
