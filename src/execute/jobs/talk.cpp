#include "execute/jobs/talk.hpp"

namespace pivot::execute::jobs {

// What the caller presses meanwhile is for the other side.
Task<std::string> talk(LiveCall& call, LegId leg, TalkRules rules, Deadline& deadline)
{
    Until until;
    if (rules.length_max != unlimited) until.time = call.in(rules.length_max);
    if (rules.hang_up_key != 0) until.keys = std::string_view(&rules.hang_up_key, 1);
    const JobId job = call.begin(leg, Bridge());
    const Stage talking(call, caller, Stage::Keys::own, job, until);
    while (job != 0 && !call.must_stop()) co_await call.next(never);
    call.channel().hang_up(leg, CauseName());
    if (job == 0) co_return std::string(no_such_command);
    co_await call.finish(talking, deadline);
    co_return std::get<BridgeEnded>(*talking.end()).why;
}

}  // namespace pivot::execute::jobs
