#include "pivot/load/load_reactor.hpp"

#include <algorithm>
#include <utility>

namespace pivot::tools {

namespace {

// How long the pacing thread rests if a start is overdue and nothing can start.
constexpr Nanoseconds nap_ns = 500'000;

// How many starts the pacing thread may be ahead of the engine's thread.
constexpr std::uint64_t slice_starts = 64;

// The pause in starts after a pivot that failed with overload.
constexpr Nanoseconds full_ns = 10'000'000;

bool has_failed(const OutcomeView& outcome, Reason reason)
{
    return outcome.failure && outcome.failure->reason == reason;
}

}  // namespace

tl::expected<std::unique_ptr<LoadReactor>, std::string> LoadReactor::open(
    const EngineConfig& config, const Setup& setup, LoadWindow& window)
{
    std::unique_ptr<LoadReactor> reactor(new LoadReactor(setup, window));
    auto engine = Engine::create(config);
    if (!engine) return tl::unexpected(std::move(engine.error()));
    reactor->engine_owner_ = std::move(*engine);
    reactor->engine_ = reactor->engine_owner_.get();
    return reactor;
}

LoadReactor::LoadReactor(const Setup& setup, LoadWindow& window)
    : loop_(setup.loop),
      timeout_ns_(std::chrono::nanoseconds(setup.request.node.action->timeout).count()),
      calls_max_(setup.callers + setup.callers / 16 + 64),
      window_(window),
      schedule_(setup.loop, setup.callers, setup.pace, setup.restarts_a_second),
      callers_(setup.callers),
      paced_request_(setup.request, 2 * setup.index),
      next_request_(setup.request, 2 * setup.index + 1),
      skipping_request_(setup.request)
{
    skipping_request_.node.action->skip_module = true;
}

Nanoseconds LoadReactor::start_due(Nanoseconds now)
{
    while (has_room(now) && !is_slice_pending_.load(std::memory_order_acquire)) {
        const auto due = take_due(now);
        if (!due) break;
        start(*due, now, paced_request_, paced_starts_);
        if (paced_starts_.value() % slice_starts == 0) end_slice();
    }
    const std::lock_guard lock(mutex_);
    const Nanoseconds next = schedule_.next();
    return next > now ? next : now + nap_ns;
}

void LoadReactor::end_slice()
{
    is_slice_pending_.store(true, std::memory_order_relaxed);
    engine_->start(skipping_request_, [this](const OutcomeView&) {
        is_slice_pending_.store(false, std::memory_order_release);
    });
}

std::optional<LoadSchedule::Due> LoadReactor::take_due(Nanoseconds now)
{
    const std::lock_guard lock(mutex_);
    return schedule_.take(now);
}

bool LoadReactor::has_room(Nanoseconds now) const
{
    return engine_->calls_in_flight() < calls_max_ &&
           now >= full_until_.load(std::memory_order_relaxed);
}

void LoadReactor::start(LoadSchedule::Due due, Nanoseconds now, NumberedRequest& request,
                        Counter& started)
{
    const auto [may_start, may_count] = window_.admit(now);
    if (!may_start) return;
    Caller& caller = callers_[due.caller];
    caller.due = due.at;
    caller.started = now;
    caller.may_count = may_count;
    started.add(1);
    engine_->start(request.next(), [this, index = due.caller](const OutcomeView& outcome) {
        finished(index, outcome);
    });
}

void LoadReactor::finished(std::uint32_t index, const OutcomeView& outcome)
{
    const Nanoseconds now = monotonic_now();
    Caller& caller = callers_[index];
    if (caller.may_count && window_.covers(now)) {
        statistics_.add(outcome, now, caller.due, caller.started + timeout_ns_);
    }
    finished_.add(1);
    if (!std::exchange(caller.is_warm, true)) warm_.add(1);
    if (has_failed(outcome, Reason::overload)) {
        full_until_.store(now + full_ns, std::memory_order_relaxed);
    }
    if (loop_ == LoadLoop::closed && !has_failed(outcome, Reason::timeout) && has_room(now)) {
        start({index, now}, now, next_request_, next_starts_);
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        schedule_.rest(index, now);
    }
    if (loop_ == LoadLoop::closed || !has_room(now)) return;
    if (const auto due = take_due(now)) start(*due, now, next_request_, next_starts_);
}

bool LoadReactor::has_ramped()
{
    const std::lock_guard lock(mutex_);
    return schedule_.have_all_begun();
}

std::uint64_t LoadReactor::in_flight() const
{
    // Both numbers grow meanwhile. The finished ones are read first, so that they are never more
    // than the started ones.
    const std::uint64_t finished = finished_.value();
    return paced_starts_.value() + next_starts_.value() - finished;
}

}  // namespace pivot::tools
