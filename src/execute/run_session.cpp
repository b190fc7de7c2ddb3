#include "execute/run_session.hpp"

#include "execute/exchange_watch.hpp"
#include "execute/flow_runner.hpp"
#include "execute/perform.hpp"

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

// `ended` is the time of day; what lies before it is as long ago as the call's clock has it.
session::EndOfCall end_of(LiveCall& call)
{
    const std::int64_t ended_s = call.unix_now_ms() / 1'000;
    const auto at = [&](Nanoseconds moment) {
        return ended_s - (call.now() - moment) / 1'000'000'000;
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
    explicit Flows(LiveCall& call) : call_(call) {}

    Task<NextStep> run(std::string flow, Deadline& deadline)
    {
        if (!runner_) runner_ = std::make_unique<FlowRunner>(call_);
        return runner_->run(std::move(flow), deadline);
    }

    // Those that wait for the end of another are not resumed.
    void forget_waiting()
    {
        if (runner_) runner_->forget_waiting();
    }

private:
    LiveCall& call_;
    std::unique_ptr<FlowRunner> runner_;
};

// No coroutine: a call waits for long in what this returns.
Task<NextStep> perform_answer(LiveCall& call, Flows& flows, Result<session::Answer>& answer,
                              std::string& next, Deadline& deadline)
{
    if (!answer) {
        if (call.config().journal != nullptr) call.config().journal->fail_pivot();
        call.take_branch("_", failure_text(answer.error()));
        return flows.run(std::exchange(next, std::string()), deadline);
    }
    if (answer->document) return perform(call, answer->document->verbs(), deadline);
    if (!answer->flow.empty()) return flows.run(std::move(answer->flow), deadline);
    return perform_plain(call, *answer, deadline);
}

// `next` becomes the `_` child of a pivot node. The answer goes where the call keeps it: there is
// no second one in its frame.
Task<> ask(LiveCall& call, NextStep step, std::string& next, Result<session::Answer>& answer,
           Deadline&)
{
    session::Session& session = call.session();
    ExchangeWatch exchange(call);
    if (step.kind == Kind::begin) {
        answer = co_await session.begin(exchange.deadline());
        co_return;
    }
    if (step.kind == Kind::ask) {
        session::Request ask = std::move(*step.ask);
        ask.leads_to_branch = true;
        answer = co_await session.ask(std::move(ask), exchange.deadline());
        co_return;
    }
    auto node = ActionNode::from_json(*step.node, session.action_limits());
    if (!node) {
        next.clear();
        answer = tl::unexpected(std::move(node.error()));
        co_return;
    }
    next = std::move(node->next);
    answer = co_await session.pivot(std::move(*node), exchange.deadline());
}

// The host sends the call elsewhere. Nothing goes on that the document or the flow has begun.
NextStep follow(const Redirected& redirected, Flows& flows)
{
    flows.forget_waiting();
    session::Request ask;
    ask.url = redirected.url;
    ask.method = redirected.method;
    return ask_next(std::move(ask));
}

// The caller is gone, and the answer of no use.
Task<> report(session::Session& session, NextStep step, Deadline& host)
{
    session::Request ask = std::move(*step.ask);
    static_cast<void>(co_await session.ask(std::move(ask), host));
}

}  // namespace

Task<> run_session(session::Session& session, Channel& channel, EventQueue& events,
                   std::string next, const ExecutorConfig& config, Deadline& host)
{
    LiveCall call(channel, events, session, config, host);
    Deadline& deadline = call.deadline();
    Flows flows(call);
    session.set_call_status(call.is_answered() ? "in-progress" : "ringing");

    NextStep step = next_step(Kind::begin);
    Result<session::Answer> answer;
    if (session.action().skip_module) {
        call.take_branch("_", "skip_module");
        step = co_await flows.run(std::move(next), deadline);
    }
    while (true) {
        co_await call.catch_up(deadline);
        if (call.is_over()) break;
        const auto redirect = call.take_redirect();
        if (redirect) step = follow(*redirect, flows);
        if (!step.asks()) break;
        NextStep asking = std::move(step);
        co_await ask(call, std::move(asking), next, answer, deadline);
        co_await call.catch_up(deadline);
        if (call.is_over()) break;
        if (call.must_stop()) continue;  // redirected: the answer is of no use
        step = co_await perform_answer(call, flows, answer, next, deadline);
    }
    const CauseName normal;
    co_await call.hang_up(normal, deadline);
    call.end_streams();
    const session::EndOfCall end = end_of(call);  // before the report, for whose answer nobody pays
    if (step.kind == Kind::report) co_await report(session, std::move(step), host);
    session.end(end);
}

}  // namespace pivot::execute
