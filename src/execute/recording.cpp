#include "execute/recording.hpp"

namespace pivot::execute {

Task<RecordingEnded> record(LiveCall& call, Recording recording, Deadline&)
{
    const JobId job = call.next_job();
    call.keys().clear();
    call.channel().record(call.leg(), job, recording);
    bool is_stopping = false;
    RecordingEnded result;
    result.end = RecordingEnd::failed;
    while (true) {
        const auto event = co_await call.next(never);
        if (!event) break;
        const auto* ended = std::get_if<RecordingEnded>(&*event);
        if (ended != nullptr && ended->job == job) {
            result = *ended;
            break;
        }
        if (call.must_stop() && !is_stopping) {
            is_stopping = true;
            call.channel().stop(job);
        }
    }
    if (result.end == RecordingEnd::key) call.keys().clear();
    co_return result;
}

}  // namespace pivot::execute
