#include "execute/jobs/ringing.hpp"

#include <utility>

namespace pivot::execute::jobs {

namespace {

// Why the last leg that was not reached was not, in case the dial does not say more.
class LegFailures final : private Watcher {
public:
    explicit LegFailures(LiveCall& call) : Watcher(call) {}

    std::string why;

private:
    void note(const Event& event) override
    {
        const auto* ended = std::get_if<LegEnded>(&event);
        if (ended != nullptr && !ended->why.empty()) why = ended->why;
    }
};

}  // namespace

Task<RingResult> ring(LiveCall& call, Dial dial, Deadline& deadline)
{
    RingResult result;
    LegFailures legs(call);
    Cause refusal = call.permit(dial);
    if (!refusal.name.empty() && dial.targets.empty()) {
        result.kind = RingResult::Kind::failed;
        result.cause = std::move(refusal);
        co_return result;
    }
    const JobId job = call.begin(caller, std::move(dial));
    if (job == 0) {
        result.kind = RingResult::Kind::failed;
        result.why = no_such_command;
        co_return result;
    }
    Finished finished = co_await call.finish(job, Until(), deadline);
    if (const auto* answered = std::get_if<LegAnswered>(&finished.end)) {
        result.kind = RingResult::Kind::answered;
        result.leg = answered->leg;
    } else if (!call.must_stop()) {
        result.kind = RingResult::Kind::failed;
        auto& failed = std::get<DialFailed>(finished.end);
        result.cause = std::move(failed.cause);
        result.why = std::move(failed.why.empty() ? legs.why : failed.why);
    }
    co_return result;
}

}  // namespace pivot::execute::jobs
