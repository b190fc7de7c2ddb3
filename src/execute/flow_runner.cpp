#include "execute/flow_runner.hpp"

#include "base/text.hpp"
#include "execute/modules/call_recordings.hpp"
#include "execute/modules/module_table.hpp"
#include "execute/modules/node_data.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute {

using modules::ModuleEnd;

namespace {

// FNV-1a: a call that is played again draws the same endpoints.
std::uint64_t seed_of(std::string_view call_id)
{
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : call_id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
}

// The longest wait for a switch to report the end of a stopped recording.
constexpr milliseconds recording_timeout{2'000};

}  // namespace

FlowRunner::FlowRunner(LiveCall& call, bool apologizes)
    : Watcher(call), call_(call), apologizes_(apologizes)
{
    memory_.random = seed_of(call.session().call().call_id);
    memory_.early_keys = call.session().store().digits(modules::default_collection);
}

// Not a coroutine: a call waits for long in the returned task, and keeps nothing of this function.
// The parameter lives as long as the caller awaits.
Task<NextStep> FlowRunner::run(std::string flow, Deadline& deadline)
{
    std::string text = std::move(flow);
    const JobId job = text.empty() ? 0 : call_.begin(caller, HostFlow{text});
    if (job != 0) return hand_over(job, std::move(text), deadline);
    return run_nodes(begin(text), deadline);
}

Task<NextStep> FlowRunner::hand_over(JobId job, std::string flow, Deadline& deadline)
{
    const JobEnded ended = co_await modules::finish(call_, job, deadline);
    if (ended.end != JobEnd::failed) co_return next_step(NextStep::Kind::over);
    call_.warn("flow", with_reason("the host could not take it", ended.why));
    co_return co_await run_nodes(begin(flow), deadline);
}

// Returns false if there is nothing to run.
bool FlowRunner::begin(std::string_view flow)
{
    if (flow.empty()) return resume();
    auto read = Flow::read(flow);
    if (!read) {
        call_.warn("flow", read.error().message);
        return resume();
    }
    current_.flow = std::move(*read);
    current_.node = Flow::root;
    return true;
}

Task<NextStep> FlowRunner::run_nodes(bool is_running, Deadline& deadline)
{
    NextStep step;
    while (is_running && !call_.must_stop()) {
        const ModuleEnd end = co_await begin_module(deadline);
        if (call_.must_stop() || end.kind == ModuleEnd::Kind::over) {
            co_return next_step(NextStep::Kind::over);
        }
        if (end.kind == ModuleEnd::Kind::pivot) {
            co_await await_recordings(deadline);
            if (call_.must_stop()) co_return next_step(NextStep::Kind::over);
            co_return pivot_step();
        }
        is_running = take(end);
        const bool has_cause = end.kind == ModuleEnd::Kind::stop && !end.text.empty();
        if (is_running) continue;
        if (has_cause || end.kind == ModuleEnd::Kind::hang_up) step.kind = NextStep::Kind::hang_up;
        if (!has_cause) continue;
        const auto cause = CauseName::of(end.text);
        co_await call_.hang_up(cause, deadline);
    }
    if (is_running) step.kind = NextStep::Kind::over;
    co_return step;
}

// The node's module, which has read its data when this returns.
Task<ModuleEnd> FlowRunner::begin_module(Deadline& deadline)
{
    if (call_.is_answered()) {
        modules::begin_armed_recordings(call_, memory_, ArmedRecording::Moment::answer);
    }
    const modules::Work work{call_, memory_, current_.flow, current_.node};
    json::Document document(Flow::depth_max);
    const auto data = document.read(current_.flow.data(current_.node));
    assert(data);  // it was JSON when the flow was read
    if (modules::is_true(*data, "skip_module")) {
        call_.take_branch("_", "skip_module");
        return modules::ready(modules::go_on(), deadline);
    }
    const std::string_view name = current_.flow.module(current_.node);
    modules::Module* const module = modules::find(name);
    if (module == nullptr) {
        const bool is_last = apologizes_ && waiting_.empty() && !work.has_child("_");
        return modules::hand_over(work, is_last, deadline);
    }
    if (call_.session().is_offered(name)) {
        if (const JobId job = modules::offer(work); job != 0) {
            return modules::run_by_host(work, job, deadline);
        }
    }
    return module(work, *data, deadline);
}

// Returns false if nothing is left to run.
bool FlowRunner::take(const ModuleEnd& end)
{
    switch (end.kind) {
        case ModuleEnd::Kind::go_on: return go_on(end.text, end.why);
        case ModuleEnd::Kind::stop: return resume();
        case ModuleEnd::Kind::branch: return branch(end.text);
        case ModuleEnd::Kind::hang_up:
        case ModuleEnd::Kind::pivot:
        case ModuleEnd::Kind::over: break;
    }
    return false;
}

bool FlowRunner::go_on(std::string_view key, std::string_view why)
{
    const Flow& flow = current_.flow;
    const std::string_view module = flow.module(current_.node);
    auto child = flow.child(current_.node, key);
    const bool is_missing = !child;
    if (is_missing) child = flow.child(current_.node, "_");
    if (!child || flow.is_empty(*child)) return resume();

    if (is_missing) {
        call_.take_branch("_", fmt::format("{}: there is no {}", module, key));
    } else if (!why.empty()) {
        call_.take_branch("_", fmt::format("{}: {}", module, why));
    } else if (key != "_") {
        call_.take_branch(key, module);
    }
    current_.node = *child;
    return true;
}

bool FlowRunner::branch(std::string_view flow)
{
    if (branches_ == call_.config().branches_max) {
        call_.warn(
            current_.flow.module(current_.node),
            fmt::format("the call has branched to {} other flows, which is the limit", branches_));
        return false;
    }
    ++branches_;
    auto read = Flow::read(flow);
    assert(read);  // it was JSON when the directory or this flow was read
    const auto next = current_.flow.child(current_.node, "_");
    if (next && !current_.flow.is_empty(*next)) {
        current_.node = *next;
        waiting_.push_back(std::move(current_));
    }
    current_.flow = std::move(*read);
    current_.node = Flow::root;
    return true;
}

bool FlowRunner::resume()
{
    if (waiting_.empty()) return false;
    current_ = std::move(waiting_.back());
    waiting_.pop_back();
    return true;
}

// The next web server is told of a stopped recording, so its end comes first.
Task<> FlowRunner::await_recordings(Deadline& deadline)
{
    co_await call_.catch_up(deadline);
    const Nanoseconds until = call_.in(recording_timeout);
    while (!call_.must_stop() &&
           std::ranges::any_of(memory_.recordings, &RunningRecording::is_stopping)) {
        const bool has_happened = co_await call_.next(until);
        if (!has_happened) break;
    }
}

// Leaves the flow: the answer, or the node's `_`, takes the node's place.
NextStep FlowRunner::pivot_step()
{
    NextStep step = next_step(NextStep::Kind::pivot);
    step.node = std::make_unique<std::string>();
    current_.flow.append_node(*step.node, current_.node);
    current_ = Position();
    return step;
}

void FlowRunner::note(const Event& event)
{
    if (std::holds_alternative<Answered>(event)) {
        modules::begin_armed_recordings(call_, memory_, ArmedRecording::Moment::answer);
    }
    const auto* recorded = std::get_if<RecordingEnded>(&event);
    if (recorded == nullptr) return;
    const auto forgotten = std::erase_if(memory_.recordings, [recorded](const auto& running) {
        return running.job == recorded->job;
    });
    if (forgotten == 0) return;
    modules::keep_result(call_, *recorded);
    const bool has_failed = recorded->end == RecordingEnd::failed;
    if (has_failed) modules::warn_of_failure(call_, recorded->why);
}

}  // namespace pivot::execute
