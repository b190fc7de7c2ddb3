#include "execute/playing.hpp"

namespace pivot::execute {

namespace {

Task<Heard> finish(LiveCall& call, JobId job, std::string_view stop_keys, Deadline& deadline)
{
    const LegId leg = call.leg();
    Heard heard;
    while (!call.must_stop() && heard.key == 0) {
        const auto event = co_await call.next(never);
        if (!event) co_return heard;
        if (job_ended(*event) == job) {
            const auto* ended = std::get_if<JobEnded>(&*event);
            heard.has_failed = ended != nullptr && ended->end == JobEnd::failed;
            co_return heard;
        }
        const auto* pressed = std::get_if<KeyPressed>(&*event);
        const bool is_ours = pressed != nullptr && pressed->leg == leg;
        if (is_ours && stop_keys.find(pressed->key) != stop_keys.npos) heard.key = pressed->key;
    }
    co_await call.stop(job, deadline);
    co_return heard;
}

}  // namespace

Task<Heard> play(LiveCall& call, Media media, std::string_view stop_keys, Deadline& deadline)
{
    const JobId job = call.next_job();
    call.channel().play(call.leg(), job, media);
    co_return co_await finish(call, job, stop_keys, deadline);
}

Task<Heard> say(LiveCall& call, Speech speech, std::string_view stop_keys, Deadline& deadline)
{
    const JobId job = call.next_job();
    call.channel().say(call.leg(), job, speech);
    co_return co_await finish(call, job, stop_keys, deadline);
}

Task<Heard> send_keys(LiveCall& call, std::string keys, milliseconds key_length, Deadline& deadline)
{
    const JobId job = call.next_job();
    call.channel().send_keys(call.leg(), job, keys, key_length);
    co_return co_await finish(call, job, "", deadline);
}

}  // namespace pivot::execute
