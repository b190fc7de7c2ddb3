#include "execute/jobs/playback.hpp"

namespace pivot::execute::jobs {

namespace {

Task<PlaybackResult> finish(LiveCall& call, JobId job, std::string_view stop_keys,
                            Deadline& deadline)
{
    Until until;
    until.keys = stop_keys;
    const Finished finished = co_await call.finish(job, until, deadline);
    PlaybackResult heard;
    heard.key = finished.key;
    heard.has_failed = std::get<JobEnded>(finished.end).end == JobEnd::failed;
    co_return heard;
}

}  // namespace

Task<PlaybackResult> play(LiveCall& call, Media media, std::string_view stop_keys,
                          Deadline& deadline)
{
    const JobId job = call.begin(JobKind::playback, call.leg(), limit_of(media));
    call.fail_unless(call.channel().play(job, call.leg(), media), job);
    co_return co_await finish(call, job, stop_keys, deadline);
}

Task<PlaybackResult> say(LiveCall& call, Speech speech, std::string_view stop_keys,
                         Deadline& deadline)
{
    const JobId job = call.begin(JobKind::playback, call.leg(), limit_of(speech));
    call.fail_unless(call.channel().say(job, call.leg(), speech), job);
    co_return co_await finish(call, job, stop_keys, deadline);
}

Task<PlaybackResult> send_keys(LiveCall& call, KeySequence keys, milliseconds key_length,
                               Deadline& deadline)
{
    const milliseconds limit = limit_of_keys(keys, key_length);
    const JobId job = call.begin(JobKind::playback, call.leg(), limit);
    call.fail_unless(call.channel().send_keys(job, call.leg(), keys, key_length), job);
    co_return co_await finish(call, job, "", deadline);
}

}  // namespace pivot::execute::jobs
