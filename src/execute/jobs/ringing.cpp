#include "execute/jobs/ringing.hpp"

namespace pivot::execute::jobs {

Task<RingResult> ring(LiveCall& call, Dial dial, Deadline& deadline)
{
    RingResult result;
    const JobId job = call.begin(caller, std::move(dial));
    if (job == 0) {
        result.kind = RingResult::Kind::failed;
        co_return result;
    }
    const Finished finished = co_await call.finish(job, Until(), deadline);
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
