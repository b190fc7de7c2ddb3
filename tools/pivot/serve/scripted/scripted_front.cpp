#include "pivot/serve/scripted/scripted_front.hpp"

#include "base/random_id.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

ScriptedFront::ScriptedFront(const ScriptedSettings& settings, Script script, Reception& reception)
    : settings_(settings), script_(std::move(script)), reception_(reception)
{
}

ScriptedFront::~ScriptedFront()
{
    stop();
}

std::string ScriptedFront::description() const
{
    if (settings_.calls == 0) return "a script for calls of the API";
    return fmt::format("{} scripted call{}, {} a second", settings_.calls,
                       settings_.calls == 1 ? "" : "s", settings_.rate);
}

void ScriptedFront::start()
{
    if (settings_.calls > 0) {
        next_at_ = monotonic_now();
        stage_.clock.timers().set(*this, next_at_);
    }
    thread_ = std::thread([this] { run(); });
}

void ScriptedFront::refuse_calls()
{
    const std::scoped_lock lock(stage_.mutex);
    if (next_at_ == never) return;  // all calls are made
    stage_.clock.timers().stop(*this);
    next_at_ = never;
    report_if_over();
}

void ScriptedFront::take_calls()
{
    const std::scoped_lock lock(stage_.mutex);
    if (next_at_ != never || made_ == settings_.calls) return;
    next_at_ = monotonic_now();
    stage_.clock.timers().set(*this, next_at_);
    stage_.changed.notify_one();
}

void ScriptedFront::hang_up(std::string call_id)
{
    const std::scoped_lock lock(stage_.mutex);
    const auto call = calls_.find(call_id);
    if (call == calls_.end()) return;
    stage_.clock.read();
    call->second->be_hung_up();
    stage_.changed.notify_one();
}

void ScriptedFront::stop()
{
    if (!thread_.joinable()) return;
    refuse_calls();
    {
        const std::scoped_lock lock(stage_.mutex);
        for (const auto& [id, call] : calls_) call->be_hung_up();
        is_stopping_ = true;
        stage_.changed.notify_one();
    }
    thread_.join();
    calls_.clear();
}

void ScriptedFront::run()
{
    std::unique_lock lock(stage_.mutex);
    while (!is_stopping_) {
        stage_.clock.read();
        stage_.clock.fire();
        for (const std::string& call_id : std::exchange(ended_, {})) calls_.erase(call_id);
        const Nanoseconds next = stage_.clock.next();
        if (next == never) {
            stage_.changed.wait(lock);
        } else if (next > stage_.clock.now()) {
            stage_.changed.wait_for(lock, std::chrono::nanoseconds(next - stage_.clock.now()));
        }
    }
}

// Late calls are made up for, because each is due at its own time.
void ScriptedFront::fired()
{
    make_call();
    const bool is_last = ++made_ == settings_.calls;
    next_at_ = is_last ? never : next_at_ + second_ns / settings_.rate;
    if (!is_last) return stage_.clock.timers().set(*this, next_at_);
    report_if_over();
}

void ScriptedFront::make_call()
{
    const std::string call_id = "CA" + random_id();
    Arrival arrival;
    arrival.front = name();
    arrival.call.from.user = settings_.from;
    arrival.call.caller_id_number = settings_.from;
    arrival.call.to.user = settings_.to;
    arrival.call.request.user = settings_.to;
    arrival.said = settings_.action;
    arrival.called = settings_.to;
    auto call = std::make_unique<ScriptedCall>(
        stage_, reception_, script_, call_id,
        [this, call_id](const SessionEnd& end) { end_call(call_id, end); });
    if (call->begin(std::move(arrival))) {
        calls_.emplace(call_id, std::move(call));
        ++in_flight_;
    } else {
        ++refused_;
    }
}

// The call is still on the stack, so it is removed later.
void ScriptedFront::end_call(const std::string& call_id, const SessionEnd& end)
{
    if (!end.failure.empty()) ++failed_;
    ended_.push_back(call_id);
    --in_flight_;
    report_if_over();
}

void ScriptedFront::place(const OutboundCall& call)
{
    const std::scoped_lock lock(stage_.mutex);
    stage_.clock.read();
    const std::string call_id = call.call.call_id;
    auto placed = std::make_unique<ScriptedCall>(
        stage_, reception_, script_, call_id,
        [this, call_id](const SessionEnd&) { ended_.push_back(call_id); });
    ScriptedCall& made = *placed;
    calls_.emplace(call_id, std::move(placed));
    made.place(call);
    stage_.changed.notify_one();
}

void ScriptedFront::report_if_over() const
{
    if (next_at_ == never && in_flight_ == 0) report();
}

void ScriptedFront::report() const
{
    reception_.log().write(LogLevel::info, "",
                           fmt::format("all {} scripted calls have ended: {} failed, {} refused",
                                       made_, failed_, refused_));
}

}  // namespace pivot::tools
