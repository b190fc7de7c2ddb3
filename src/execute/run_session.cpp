#include "execute/run_session.hpp"

#include "execute/flow_runner.hpp"
#include "execute/perform.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::execute {

namespace {

using Kind = NextStep::Kind;

// A switch that does not say that a call has ended is not waited for.
constexpr milliseconds hang_up_timeout{5'000};

// The caller is gone when this returns.
Task<> hang_up(LiveCall& call, Deadline&)
{
    if (!call.is_over()) call.channel().hang_up(caller, "");
    const Nanoseconds until = call.in(hang_up_timeout);
    while (true) {
        const auto event = co_await call.next(until);
        if (!event) break;
    }
}

std::string failure_text(const Failure& failure)
{
    return fmt::format("{}: {}", name(failure.reason), failure.message);
}

// `ended` is the time of day; what lies before it is as long ago as the call's clock has it.
EndOfCall end_of(LiveCall& call, Nanoseconds began)
{
    const std::int64_t ended_s = std::chrono::duration_cast<std::chrono::seconds>(
                                     std::chrono::system_clock::now().time_since_epoch())
                                     .count();
    const auto at = [&](Nanoseconds moment) {
        return ended_s - (call.now() - moment) / 1'000'000'000;
    };
    EndOfCall end;
    end.hangup_cause = call.cause().name;
    end.sip_code = call.cause().sip_code;
    end.disposition = call.was_answered() ? "ANSWER" : "";
    end.started_unix_s = at(began);
    if (call.was_answered()) end.answered_unix_s = at(call.answered_at());
    end.ended_unix_s = ended_s;
    return end;
}

}  // namespace

Task<> run_session(Session& session, Channel& channel, std::string next,
                   const ExecutorConfig& config, Deadline& host)
{
    LiveCall call(channel, session, config, host);
    const Nanoseconds began = call.now();
    Deadline& deadline = call.deadline();
    FlowRunner flows(call);
    session.set_call_status(channel.is_answered() ? "in-progress" : "ringing");

    auto answer = co_await session.begin(deadline);
    while (!call.is_over()) {
        NextStep step;
        if (!answer) {
            call.take_branch("_", failure_text(answer.error()));
            std::string flow = std::exchange(next, std::string());
            step = co_await flows.run(std::move(flow), deadline);
        } else if (answer->document) {
            step = co_await perform(call, answer->document->verbs(), deadline);
        } else if (!answer->flow.empty()) {
            std::string flow = std::move(answer->flow);
            step = co_await flows.run(std::move(flow), deadline);
        } else {
            co_await perform_plain(call, *answer, deadline);
        }
        if (step.kind == Kind::report) {
            Ask ask = std::move(step.ask);
            static_cast<void>(co_await session.ask(std::move(ask), host));
            break;
        }
        if (step.kind == Kind::ask) {
            Ask ask = std::move(step.ask);
            answer = co_await session.ask(std::move(ask), deadline);
        } else if (step.kind == Kind::pivot) {
            auto node = ActionNode::from_json(step.node);
            if (node) {
                next = std::move(node->next);
                answer = co_await session.pivot(std::move(*node), deadline);
            } else {
                next.clear();
                answer = tl::unexpected(std::move(node.error()));
            }
        } else {
            break;
        }
    }
    co_await hang_up(call, deadline);
    const EndOfCall end = end_of(call, began);
    session.end(end);
}

}  // namespace pivot::execute
