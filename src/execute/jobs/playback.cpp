#include "execute/jobs/playback.hpp"

namespace pivot::execute::jobs {

namespace {

// Where the leg cannot hear it yet, it is skipped: the call goes on as if it had been heard.
bool is_heard(LiveCall& call)
{
    if (call.leg() != caller) return call.can(Ability::legs_apart);
    return call.is_answered() || call.can(Ability::early_media);
}

Task<PlaybackResult> skip(Deadline&)
{
    co_return PlaybackResult();
}

// `job` is 0 where the switch can do no such thing.
Task<PlaybackResult> finish(LiveCall& call, JobId job, std::string_view stop_keys,
                            Deadline& deadline)
{
    PlaybackResult heard;
    heard.has_failed = job == 0;
    if (heard.has_failed) {
        heard.why = no_such_command;
        co_return heard;
    }
    Until until;
    until.keys = stop_keys;
    Finished finished = co_await call.finish(job, until, deadline);
    heard.key = finished.key;
    auto& ended = std::get<JobEnded>(finished.end);
    heard.has_failed = ended.end == JobEnd::failed;
    heard.why = std::move(ended.why);
    co_return heard;
}

Task<PlaybackResult> begin(LiveCall& call, JobCommand command, std::string_view stop_keys,
                           Deadline& deadline)
{
    if (!is_heard(call)) return skip(deadline);
    return finish(call, call.begin(call.leg(), std::move(command)), stop_keys, deadline);
}

}  // namespace

Task<PlaybackResult> play(LiveCall& call, Media media, std::string_view stop_keys,
                          Deadline& deadline)
{
    return begin(call, std::move(media), stop_keys, deadline);
}

Task<PlaybackResult> say(LiveCall& call, Speech speech, std::string_view stop_keys,
                         Deadline& deadline)
{
    return begin(call, std::move(speech), stop_keys, deadline);
}

Task<PlaybackResult> send_keys(LiveCall& call, KeySequence keys, milliseconds key_length,
                               Deadline& deadline)
{
    SentKeys sent{std::move(keys), key_length};
    return begin(call, std::move(sent), "", deadline);
}

}  // namespace pivot::execute::jobs
