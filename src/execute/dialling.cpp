#include "execute/dialling.hpp"

namespace pivot::execute {

namespace {

// A channel keeps the time of a dial itself; this is for one that does not.
constexpr milliseconds grace{10'000};

}  // namespace

Task<RingResult> ring(LiveCall& call, Dial dial, Deadline& deadline)
{
    const JobId job = call.next_job();
    const Nanoseconds until = dial.timeout == unlimited ? never : call.in(dial.timeout + grace);
    call.channel().dial(job, dial);
    RingResult result;
    while (!call.must_stop()) {
        const auto event = co_await call.next(until);
        if (!event) break;
        if (const auto* answered = std::get_if<LegAnswered>(&*event)) {
            result.kind = RingResult::Kind::answered;
            result.leg = answered->leg;
            co_return result;
        }
        const auto* failed = std::get_if<DialFailed>(&*event);
        if (failed != nullptr && failed->job == job) {
            result.kind = RingResult::Kind::failed;
            result.cause = failed->cause;
            co_return result;
        }
    }
    co_await call.stop(job, deadline);
    if (!call.must_stop()) {
        result.kind = RingResult::Kind::failed;
        result.cause.name = "NO_ANSWER";
    }
    co_return result;
}

Task<TalkResult> talk(LiveCall& call, LegId leg, TalkRules rules, Deadline& deadline)
{
    const JobId job = call.next_job();
    const Nanoseconds until = rules.length_max == unlimited ? never : call.in(rules.length_max);
    call.channel().bridge(leg, job);
    TalkResult result;
    bool is_over = false;
    while (!is_over && !call.must_stop()) {
        const auto event = co_await call.next(until);
        if (!event) break;
        const auto* gone = std::get_if<LegEnded>(&*event);
        if (gone != nullptr && gone->leg == leg) result.cause = gone->cause;
        is_over = job_ended(*event) == job;
        const auto* pressed = std::get_if<KeyPressed>(&*event);
        if (pressed == nullptr || pressed->leg != caller || rules.hang_up_key == 0) continue;
        result.was_ended_by_key = pressed->key == rules.hang_up_key;
        if (result.was_ended_by_key) break;
    }
    call.channel().hang_up(leg, "");
    if (!is_over) co_await call.stop(job, deadline);
    if (result.was_ended_by_key) call.keys().clear();
    co_return result;
}

}  // namespace pivot::execute
