#include "pivot/load/load_reactor.hpp"

#include <algorithm>
#include <utility>

namespace pivot::tools {

namespace {

// How long the pacing thread rests where a start is overdue and nothing can start.
constexpr Nanoseconds nap_ns = 1'000'000;

// Callers of a closed load who found the engine full start again a few at a time.
constexpr unsigned restarts_a_nap = 16;

// How long no pivot starts after one that failed with overload.
constexpr Nanoseconds full_ns = 10'000'000;

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
      pace_(setup.pace),
      callers_(setup.callers),
      paced_request_(setup.request, 2 * setup.index),
      next_request_(setup.request, 2 * setup.index + 1)
{
    idle_.reserve(setup.callers);
    for (std::size_t i = setup.callers; i > 0; --i) {
        idle_.push_back(static_cast<std::uint32_t>(i - 1));
    }
}

Nanoseconds LoadReactor::start_due(Nanoseconds now)
{
    for (unsigned restarts = 0; restarts < restarts_a_nap;) {
        std::uint32_t index = 0;
        Nanoseconds due = now;
        {
            const std::lock_guard lock(mutex_);
            const bool is_ramp_over = loop_ == LoadLoop::closed && pace_.taken() >= callers_.size();
            if (!is_ramp_over && pace_.next() > now) return pace_.next();
            if (idle_.empty() && is_ramp_over) return never;
            if (idle_.empty() || !has_room(now)) return now + nap_ns;
            if (is_ramp_over) ++restarts;
            index = idle_.back();
            idle_.pop_back();
            if (loop_ == LoadLoop::open) due = pace_.next();
            pace_.take();
        }
        start(index, due, now, paced_request_, paced_starts_);
    }
    return now + nap_ns;
}

bool LoadReactor::has_room(Nanoseconds now) const
{
    return engine_->calls_in_flight() < calls_max_ &&
           now >= full_until_.load(std::memory_order_relaxed);
}

void LoadReactor::start(std::uint32_t index, Nanoseconds due, Nanoseconds now,
                        NumberedRequest& request, Counter& started)
{
    const auto [may_start, may_count] = window_.admit(now);
    if (!may_start) return;
    Caller& caller = callers_[index];
    caller.due = due;
    caller.started = now;
    caller.may_count = may_count;
    started.add(1);
    engine_->start(request.next(),
                   [this, index](const Outcome& outcome) { finished(index, outcome); });
}

void LoadReactor::finished(std::uint32_t index, const Outcome& outcome)
{
    const Nanoseconds now = monotonic_now();
    Caller& caller = callers_[index];
    if (caller.may_count && window_.covers(now)) {
        statistics_.add(outcome, now, caller.due, caller.started + timeout_ns_);
    }
    finished_.add(1);
    if (!std::exchange(caller.is_warm, true)) warm_.add(1);
    if (outcome.failure && outcome.failure->reason == Reason::overload) {
        full_until_.store(now + full_ns, std::memory_order_relaxed);
    }
    start_next(index, now);
}

void LoadReactor::start_next(std::uint32_t index, Nanoseconds now)
{
    Nanoseconds due = now;
    if (loop_ == LoadLoop::open || !has_room(now)) {
        const std::lock_guard lock(mutex_);
        const bool is_due = loop_ == LoadLoop::open && has_room(now) && pace_.next() <= now;
        if (!is_due) {
            idle_.push_back(index);
            return;
        }
        due = pace_.next();
        pace_.take();
    }
    start(index, due, now, next_request_, next_starts_);
}

bool LoadReactor::has_ramped()
{
    const std::lock_guard lock(mutex_);
    return pace_.taken() >= callers_.size();
}

std::uint64_t LoadReactor::in_flight() const
{
    // Read one after the other while they grow: what has finished comes first, so that it is never
    // more than what has started.
    const std::uint64_t finished = finished_.count();
    return paced_starts_.count() + next_starts_.count() - finished;
}

}  // namespace pivot::tools
