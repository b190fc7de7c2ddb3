#include "execute/run_session.hpp"

#include "execute/exchange_watch.hpp"
#include "execute/flow_runner.hpp"
#include "execute/perform.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute {

namespace {

using Kind = NextStep::Kind;

std::string failure_text(const Failure& failure)
{
    return fmt::format("{}: {}", name(failure.reason), failure.message);
}

// What lies before now is as long ago as the call's clock has it.
session::EndOfCall end_of(LiveCall& call)
{
    const Nanoseconds now = call.now();
    const std::int64_t unix_now_ms = call.unix_now_ms();
    const Nanoseconds ended_at = std::min(call.times().ended_at, now);
    const std::int64_t ended_s = (unix_now_ms - (now - ended_at) / 1'000'000) / 1'000;
    const auto at = [&](Nanoseconds moment) {
        return ended_s - (ended_at - moment) / 1'000'000'000;
    };
    session::EndOfCall end;
    end.hangup_cause = call.cause().name;
    end.sip_code = call.cause().sip_code;
    end.started_unix_s = at(call.times().began_at);
    if (const auto answered = call.times().answered_at) {
        end.disposition = "ANSWER";
        end.answered_unix_s = at(*answered);
    }
    end.ended_unix_s = ended_s;
    return end;
}

// One call's, made when the first flow comes: many calls see none.
class Flows {
public:
    Flows(LiveCall& call, bool apologizes) : call_(call), apologizes_(apologizes) {}

    Task<NextStep> run(std::string flow, Deadline& deadline)
    {
        if (!runner_) runner_ = std::make_unique<FlowRunner>(call_, apologizes_);
        return runner_->run(std::move(flow), deadline);
    }

    // Those that wait for the end of another are not resumed.
    void forget_waiting()
    {
        if (runner_) runner_->forget_waiting();
    }

    // Whether a flow waits for the end of another.
    bool has_waiting() const { return runner_ && runner_->has_waiting(); }

    void forget() { runner_.reset(); }

private:
    LiveCall& call_;
    const bool apologizes_;  // to a caller who is hung up where a flow cannot go on
    std::unique_ptr<FlowRunner> runner_;
};

// How far the session has come.
struct Course {
    std::string& next;  // the `_` child of the pivot node that asks
    NextStep step;
    Result<session::Answer> answer;              // kept here: there is no second one in any frame
    std::unique_ptr<const std::string> failure;  // of the last pivot that failed; null: none has
    int performed = 0;                           // answers
    bool is_unfollowed = false;  // a pivot has failed or was skipped, and there is no `_`
};

// The child `_`, of which there may be none.
Task<NextStep> take_default(LiveCall& call, Flows& flows, Course& course, std::string_view why,
                            Deadline& deadline)
{
    call.take_branch("_", why);
    course.is_unfollowed = course.next.empty() && !flows.has_waiting();
    return flows.run(std::exchange(course.next, std::string()), deadline);
}

// No coroutine: a call waits for long in what this returns.
Task<NextStep> perform_answer(LiveCall& call, Flows& flows, Course& course, Deadline& deadline)
{
    Result<session::Answer>& answer = course.answer;
    if (!answer) {
        if (call.config().journal != nullptr) call.config().journal->fail_pivot();
        course.failure = std::make_unique<const std::string>(failure_text(answer.error()));
        return take_default(call, flows, course, *course.failure, deadline);
    }
    ++course.performed;
    if (answer->document) {
        call.channel().document_began(answer->document->has_unknown_verbs());
        return perform(call, answer->document->verbs(), deadline);
    }
    if (!answer->flow.empty()) return flows.run(std::move(answer->flow), deadline);
    return perform_plain(call, *answer, deadline);
}

// The `_` child of a pivot node becomes the one to take.
Task<> ask(LiveCall& call, Course& course, Deadline&)
{
    const NextStep step = std::move(course.step);
    session::Session& session = call.session();
    ExchangeWatch exchange(call);
    if (step.kind == Kind::begin) {
        course.answer = co_await session.begin(exchange.deadline());
        co_return;
    }
    if (step.kind == Kind::ask) {
        session::Request ask = std::move(*step.ask);
        ask.leads_to_branch = true;
        course.answer = co_await session.ask(std::move(ask), exchange.deadline());
        co_return;
    }
    auto node = ActionNode::from_json(*step.node, session.action_limits());
    if (!node) {
        course.next.clear();
        course.answer = tl::unexpected(std::move(node.error()));
        co_return;
    }
    course.next = std::move(node->next);
    course.answer = co_await session.pivot(std::move(*node), exchange.deadline());
}

// The host sends the call elsewhere. Nothing goes on that the document or the flow has begun.
void follow_redirect(LiveCall& call, Flows& flows, Course& course)
{
    const auto redirect = call.take_redirect();
    if (!redirect) return;
    flows.forget_waiting();
    session::Request ask;
    ask.url = redirect->url;
    ask.method = redirect->method;
    course.step = ask_next(std::move(ask));
}

// The caller is gone, and the answer is useless.
Task<> report(session::Session& session, NextStep step, Deadline& host)
{
    session::Request ask = std::move(*step.ask);
    static_cast<void>(co_await session.ask(std::move(ask), host));
}

SessionEnd end_of(const LiveCall& call, const Course& course)
{
    SessionEnd end;
    end.has_moved = call.has_moved();
    end.was_answered = call.is_answered();
    end.iterations = course.performed;
    end.cause = call.cause();
    if (course.is_unfollowed) end.branch = "_";
    if (course.failure) end.failure = *course.failure;
    end.owes_cdr = call.owes_cdr();
    return end;
}

// A child of its own, so that a call that waits has no room for what is only needed here.
Task<> conclude(LiveCall& call, Course& course, Deadline&)
{
    const session::EndOfCall end = end_of(call);  // before the report, for whose answer nobody pays
    const bool reports = course.step.kind == Kind::report && !call.is_cancelled();
    if (reports) co_await report(call.session(), std::move(course.step), call.host());
    co_await call.session().end(end, call.host());
}

// Limits how long the account's calls may last; null if they have no limit. For most calls, this
// pointer is all it costs.
std::unique_ptr<Stage> longest_time(LiveCall& call)
{
    const std::chrono::seconds limit = call.session().profile().call_duration_max;
    if (limit == std::chrono::seconds(0)) return nullptr;
    Until until;
    until.time = call.times().began_at + std::chrono::nanoseconds(limit).count();
    return std::make_unique<Stage>(call, caller, Stage::Keys::inherits, 0, until);
}

Task<> hang_up_overdue(LiveCall& call, Deadline& deadline)
{
    call.warn("limits",
              "the caller is hung up: the call has lasted as long as limits.call_s_max of "
              "the account lets it");
    const auto cause = CauseName::of("ALLOTTED_TIMEOUT");
    co_await call.stop_all(deadline);
    co_await call.hang_up(cause, deadline);
}

// Leaves the caller where the document, the flow or the host wants them.
Task<> leave(LiveCall& call, Course& course, AtEnd at_end, bool is_overdue, Deadline& deadline)
{
    const bool is_cancelled = call.is_cancelled();
    if (is_overdue && !is_cancelled && !call.is_over()) {
        co_await hang_up_overdue(call, deadline);
        co_return;
    }
    const bool hangs_up =
        at_end == AtEnd::hang_up || course.step.kind == Kind::hang_up || call.was_hung_up();
    if (hangs_up && !is_cancelled) {
        const CauseName normal;
        co_await call.hang_up(normal, deadline);
        co_return;
    }
    co_await call.stop_all(deadline);
    co_await call.catch_up(deadline);
    if (call.is_here() && !call.is_cancelled()) call.give_back(end_of(call, course));
}

}  // namespace

Task<> run_session(session::Session& session, Channel& channel, EventQueue& events,
                   std::string next, AtEnd at_end, const ExecutorConfig& config, Deadline& host)
{
    Course course{next, {}, {}, {}};
    LiveCall call(channel, events, session, config, host);
    Deadline& deadline = call.deadline();
    Flows flows(call, at_end == AtEnd::hang_up);
    auto longest = longest_time(call);
    const auto is_overdue = [&longest] { return longest && longest->is_over(); };
    session.set_call_status(call.is_answered() ? "in-progress" : "ringing");

    course.step = next_step(Kind::begin);
    if (session.action().skip_module) {
        course.step = co_await take_default(call, flows, course, "skip_module", deadline);
    }
    while (true) {
        co_await call.catch_up(deadline);
        if (call.is_over() || is_overdue()) break;
        follow_redirect(call, flows, course);
        if (!course.step.asks()) break;
        co_await ask(call, course, deadline);
        co_await call.catch_up(deadline);
        if (call.is_over()) break;
        if (call.must_stop()) continue;  // redirected: the answer is useless
        course.is_unfollowed = false;
        course.step = co_await perform_answer(call, flows, course, deadline);
    }
    const bool was_too_long = is_overdue();
    longest.reset();
    co_await leave(call, course, at_end, was_too_long, deadline);
    flows.forget();
    course.answer = session::Answer();
    if (call.rests()) co_await call.rest(deadline);
    call.end_streams();
    co_await conclude(call, course, deadline);
    call.channel().ended(end_of(call, course));
}

}  // namespace pivot::execute
