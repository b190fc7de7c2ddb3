#include "execute/jobs/ringing.hpp"

namespace pivot::execute::jobs {

Task<RingResult> ring(LiveCall& call, Dial dial, Deadline& deadline)
{
    const JobId job = call.begin(dial);
    call.fail_unless(call.channel().dial(job, dial), job);
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

}  // namespace pivot::execute::jobs
