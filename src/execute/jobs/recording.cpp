#include "execute/jobs/recording.hpp"

namespace pivot::execute::jobs {

Task<RecordingEnded> record(LiveCall& call, Recording recording, JobId& job, Deadline& deadline)
{
    job = call.begin(JobKind::recording, call.leg(), limit_of(recording));
    const Until until;
    const Stage recorded(call, call.leg(), Stage::Keys::own, job, until);
    call.fail_unless(call.channel().record(job, call.leg(), recording), job);
    co_await call.finish(recorded, deadline);
    co_return std::get<RecordingEnded>(*recorded.end());
}

}  // namespace pivot::execute::jobs
