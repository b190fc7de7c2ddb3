#include "execute/jobs/recording.hpp"

namespace pivot::execute::jobs {

Task<RecordingEnded> record(LiveCall& call, Recording recording, JobId& job, Deadline& deadline)
{
    job = call.begin(call.leg(), std::move(recording));
    if (job == 0) {
        RecordingEnded failed;
        failed.end = RecordingEnd::failed;
        failed.why = no_such_command;
        co_return failed;
    }
    const Until until;
    const Stage recorded(call, call.leg(), Stage::Keys::own, job, until);
    co_await call.finish(recorded, deadline);
    co_return std::get<RecordingEnded>(*recorded.end());
}

}  // namespace pivot::execute::jobs
