#include "execute/live_call.hpp"

#include <algorithm>
#include <cassert>

namespace pivot::execute {

namespace {

// More is not typed ahead.
constexpr std::size_t keys_max = 128;

// A channel ends what it is asked to end, but a call must not wait for ever for one that does not.
constexpr milliseconds stop_timeout{2'000};
constexpr milliseconds hang_up_timeout{5'000};

}  // namespace

JobId job_ended(const Event& event)
{
    if (const auto* ended = std::get_if<JobEnded>(&event)) return ended->job;
    if (const auto* ended = std::get_if<RecordingEnded>(&event)) return ended->job;
    if (const auto* ended = std::get_if<DialFailed>(&event)) return ended->job;
    if (const auto* ended = std::get_if<BridgeEnded>(&event)) return ended->job;
    if (const auto* ended = std::get_if<QueueEnded>(&event)) return ended->job;
    if (const auto* heard = std::get_if<SpeechHeard>(&event); heard && !heard->is_partial) {
        return heard->job;
    }
    return 0;
}

Stage::Stage(LiveCall& call, LegId leg, const Ends& ends)
    : call_(call), outer_(call.stage_), leg_(leg), ends_(ends)
{
    call_.stage_ = this;
}

Stage::~Stage()
{
    assert(call_.stage_ == this);
    call_.stage_ = outer_;
}

bool Stage::ends_with(const Event& event) const
{
    const auto* key = std::get_if<KeyPressed>(&event);
    if (ends_.at_a_key && key != nullptr && key->leg == leg_) return true;
    const auto* gone = std::get_if<LegEnded>(&event);
    if (leg_ != caller && gone != nullptr && gone->leg == leg_) return true;
    const auto* happened = std::get_if<ConferenceHappened>(&event);
    const bool has_begun = happened != nullptr && happened->kind == ConferenceEventKind::start;
    const bool is_connected = has_begun || std::holds_alternative<QueueBridged>(event);
    if (ends_.at_connection && is_connected) return true;
    return ends_.job != 0 && job_ended(event) == ends_.job;
}

void Stage::note(const Event& event)
{
    if (ends_with(event)) is_over_ = true;
    if (ends_.job == 0 || job_ended(event) != ends_.job) return;
    end_ = std::make_unique<const Event>(event);
}

Watcher::Watcher(LiveCall& call) : call_(call), outer_(call.watcher_)
{
    call_.watcher_ = this;
}

Watcher::~Watcher()
{
    assert(call_.watcher_ == this);
    call_.watcher_ = outer_;
}

bool LiveCall::must_stop()
{
    if (is_over()) return true;
    for (const Stage* stage = stage_; stage != nullptr; stage = stage->outer_) {
        if (stage->is_over()) return true;
    }
    return false;
}

bool LiveCall::must_stop_after(const Event& event) const
{
    const Stage* stage = stage_;
    while (stage != nullptr && !stage->ends_with(event)) stage = stage->outer_;
    return stage != nullptr;
}

bool LiveCall::can_leave() const
{
    const Stage* stage = stage_;
    while (stage != nullptr && !stage->ends_.at_leave) stage = stage->outer_;
    return stage != nullptr;
}

Task<> LiveCall::catch_up(Deadline&)
{
    while (true) {
        const auto event = co_await next(now());
        if (!event) co_return;
    }
}

Task<> LiveCall::answer(Deadline&)
{
    if (channel_.is_answered()) co_return;
    channel_.answer();
    const Nanoseconds until = in(config_.answer_timeout);
    while (!must_stop()) {
        const auto event = co_await next(until);
        if (!event || std::holds_alternative<Answered>(*event)) co_return;
    }
}

Task<> LiveCall::pause(milliseconds time, Deadline&)
{
    const Nanoseconds until = in(time);
    while (!must_stop()) {
        const auto event = co_await next(until);
        if (!event) co_return;
    }
}

Task<> LiveCall::hang_up(std::string_view cause, Deadline&)
{
    if (is_here()) channel_.hang_up(caller, cause);
    const Nanoseconds until = in(hang_up_timeout);
    while (true) {
        const auto event = co_await next(until);
        if (!event) co_return;
    }
}

Task<> LiveCall::stop(JobId job, Deadline&)
{
    channel_.stop(job);
    const Nanoseconds until = in(stop_timeout);
    while (true) {
        const auto event = co_await next(until);
        if (!event || job_ended(*event) == job) co_return;
    }
}

void LiveCall::note(const Event& event)
{
    for (Stage* stage = stage_; stage != nullptr; stage = stage->outer_) stage->note(event);
    for (Watcher* watcher = watcher_; watcher != nullptr; watcher = watcher->outer_) {
        watcher->note(event);
    }
    if (const auto* pressed = std::get_if<KeyPressed>(&event)) {
        if (pressed->leg == leg() && keys_.size() < keys_max) keys_ += pressed->key;
    } else if (std::holds_alternative<Answered>(event)) {
        session_.set_call_status("in-progress");
    } else if (const auto* hung_up = std::get_if<HungUp>(&event)) {
        cause_ = hung_up->cause;
        has_hung_up_ = true;
        session_.set_call_status(channel_.is_answered() ? "completed" : "canceled");
    } else if (std::holds_alternative<Moved>(event)) {
        has_moved_ = true;
    }
}

JobId LiveCall::forget_stream(std::string_view name)
{
    const auto found = std::ranges::find(streams_, name, &std::pair<std::string, JobId>::first);
    if (found == streams_.end()) return 0;
    const JobId job = found->second;
    streams_.erase(found);
    return job;
}

void LiveCall::warn(std::string_view where, std::string_view what)
{
    if (config_.journal != nullptr) config_.journal->warn(where, what);
}

void LiveCall::take_branch(std::string_view branch, std::string_view why)
{
    session_.note_branch(branch);
    if (config_.journal != nullptr) config_.journal->take_branch(branch, why);
}

}  // namespace pivot::execute
