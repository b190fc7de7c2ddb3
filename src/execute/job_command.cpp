#include "execute/job_command.hpp"

#include <algorithm>

namespace pivot::execute {

namespace {

template <typename Command>
constexpr JobKind kind = Command::kind;
template <>
constexpr JobKind kind<Media> = JobKind::playback;
template <>
constexpr JobKind kind<Speech> = JobKind::playback;
template <>
constexpr JobKind kind<Recording> = JobKind::recording;
template <>
constexpr JobKind kind<Speaking> = JobKind::speech;
template <>
constexpr JobKind kind<Stream> = JobKind::stream;
template <>
constexpr JobKind kind<Dial> = JobKind::dial;
template <>
constexpr JobKind kind<Conference> = JobKind::room;
template <>
constexpr JobKind kind<Queue> = JobKind::queue;
template <>
constexpr JobKind kind<Transfer> = JobKind::move;

milliseconds limit(const Media& media, const JobLimits& limits)
{
    if (media.loops() == 0) return unlimited;
    if (media.kind() == Media::Kind::tone) return media.tone().length() * media.loops();
    return limits.play;
}

milliseconds limit(const Speech& speech)
{
    constexpr milliseconds least{30'000};
    return least +
           milliseconds(200) * std::max(speech.text.bytes().size(), speech.ssml.bytes().size());
}

milliseconds limit(const SentKeys& sent)
{
    constexpr milliseconds gap{500};
    milliseconds length{0};
    for (const char key : sent.keys.text()) {
        length += key == 'W' ? 2 * gap : sent.key_length + gap;
    }
    return std::max(length, gap);
}

milliseconds limit(const Recording& recording)
{
    return recording.runs_beside ? unlimited : recording.length_max;
}

// Where speech may begin at any time, there is none.
milliseconds limit(const Speaking& speaking)
{
    const bool has_limit = speaking.begin_timeout != unlimited && speaking.length_max != unlimited;
    return has_limit ? speaking.begin_timeout + speaking.length_max + speaking.end_timeout
                     : unlimited;
}

milliseconds limit(const Dial& dial)
{
    return dial.timeout;
}

milliseconds limit(const Dequeue& dequeue)
{
    return dequeue.timeout;
}

// Gives the command to one channel.
struct Giver {
    Channel& channel;
    JobId job;
    LegId leg;

    bool operator()(const Media& media) const { return channel.play(job, leg, media); }
    bool operator()(const Speech& speech) const { return channel.say(job, leg, speech); }
    bool operator()(const SentKeys& sent) const
    {
        return channel.send_keys(job, leg, sent.keys, sent.key_length);
    }
    bool operator()(const Recording& recording) const
    {
        return channel.record(job, leg, recording);
    }
    bool operator()(const Speaking& speaking) const { return channel.listen(job, leg, speaking); }
    bool operator()(const Stream& stream) const { return channel.stream(job, leg, stream); }
    bool operator()(const Dial& dial) const { return channel.dial(job, dial); }
    bool operator()(const Bridge&) const { return channel.bridge(job, leg); }
    bool operator()(const Conference& room) const { return channel.join(job, room); }
    bool operator()(const Queue& queue) const { return channel.enqueue(job, queue); }
    bool operator()(const Dequeue& dequeue) const
    {
        return channel.dequeue(job, dequeue.queue, dequeue.timeout);
    }
    bool operator()(const Mix& mix) const { return channel.mix(job, mix.name, mix.members_max); }
    bool operator()(const Refer& refer) const { return channel.refer(job, refer.target); }
    bool operator()(const Transfer& transfer) const { return channel.transfer(job, transfer); }
    bool operator()(const Park& park) const { return channel.park(job, park.slot); }
    bool operator()(const HostModule& module) const
    {
        return channel.run_module(job, module.name, module.data);
    }
    bool operator()(const HostFlow& host) const { return channel.run_flow(job, host.flow); }
};

}  // namespace

std::string_view name_of(JobKind kind)
{
    switch (kind) {
        case JobKind::playback: return "playback";
        case JobKind::recording: return "recording";
        case JobKind::speech: return "speech input";
        case JobKind::dial: return "dial";
        case JobKind::bridge: return "bridge";
        case JobKind::room: return "conference";
        case JobKind::queue: return "queue";
        case JobKind::mix: return "mix";
        case JobKind::stream: return "stream";
        case JobKind::refer: return "refer";
        case JobKind::module: return "module";
        case JobKind::move: return "transfer";
    }
    return "";
}

JobKind kind_of(const JobCommand& command)
{
    return std::visit([]<typename Command>(const Command&) { return kind<Command>; }, command);
}

milliseconds limit_of(const JobCommand& command, const JobLimits& limits)
{
    const JobKind kind = kind_of(command);
    if (kind == JobKind::move || kind == JobKind::refer) return limits.transfer;
    return std::visit(
        [&limits](const auto& one) {
            if constexpr (requires { limit(one, limits); }) return limit(one, limits);
            if constexpr (requires { limit(one); }) return limit(one);
            return unlimited;
        },
        command);
}

bool give(Channel& channel, JobId job, LegId leg, const JobCommand& command)
{
    return std::visit(Giver{channel, job, leg}, command);
}

}  // namespace pivot::execute
