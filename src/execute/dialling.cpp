#include "execute/dialling.hpp"

namespace pivot::execute {

Task<RingResult> ring(LiveCall& call, Dial dial, Deadline& deadline)
{
    const JobId job = call.begin(dial);
    call.channel().dial(job, dial);
    const Finished finished = co_await call.finish(job, Until(), deadline);
    RingResult result;
    if (const auto* answered = std::get_if<LegAnswered>(&finished.end)) {
        result.kind = RingResult::Kind::answered;
        result.leg = answered->leg;
    } else if (!call.must_stop()) {
        result.kind = RingResult::Kind::failed;
        result.cause = std::get<DialFailed>(finished.end).cause;
    }
    co_return result;
}

// What the caller presses meanwhile is for the other side.
Task<> talk(LiveCall& call, LegId leg, TalkRules rules, Deadline& deadline)
{
    Until until;
    if (rules.length_max != unlimited) until.time = call.in(rules.length_max);
    if (rules.hang_up_key != 0) until.keys = std::string_view(&rules.hang_up_key, 1);
    const JobId job = call.begin(JobKind::bridge, leg, unlimited);
    const Stage talking(call, caller, Stage::Keys::own, job, until);
    call.channel().bridge(leg, job);
    while (!call.must_stop()) co_await call.next(never);
    call.channel().hang_up(leg, CauseName());
    co_await call.finish(talking, deadline);
}

}  // namespace pivot::execute
