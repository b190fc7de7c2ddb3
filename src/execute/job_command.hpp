// A command that has a job: what a channel is to do, and for how long at most.
//
// It stays where it is until the channel has told the end of the job, so a switch may hand a
// reference to it to a thread of its own.
#pragma once

#include <pivot/channel.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

namespace pivot::execute {

using std::chrono::milliseconds;

enum class JobKind : std::uint8_t {
    playback,  // play, say, send_keys
    recording,
    speech,
    dial,
    bridge,
    room,
    queue,  // enqueue, dequeue
    mix,
    stream,
    refer,
    module,
    move,  // transfer, park, run_flow
};

std::string_view name_of(JobKind kind);

// Commands that the public face has no struct for.
struct SentKeys {
    static constexpr JobKind kind = JobKind::playback;
    KeySequence keys;
    milliseconds key_length{0};
};
struct Bridge {
    static constexpr JobKind kind = JobKind::bridge;
};
struct Dequeue {
    static constexpr JobKind kind = JobKind::queue;
    QueueName queue;
    milliseconds timeout{0};  // until somebody is there
    // A document that the caller taken out of the queue hears before the two are connected, by its
    // absolute URL. Of queues that the engine keeps; empty if there is none.
    std::string greeting_url = {};
    Method greeting_method = Method::post;
};
struct Refer {
    static constexpr JobKind kind = JobKind::refer;
    SipUri target;
};
struct Park {
    static constexpr JobKind kind = JobKind::move;
    SlotName slot;
};
struct Mix {
    static constexpr JobKind kind = JobKind::mix;
    MixName name;
    unsigned members_max = 0;  // 0: any number
};
struct HostModule {
    static constexpr JobKind kind = JobKind::module;
    std::string name;
    std::string data;  // JSON
};
struct HostFlow {
    static constexpr JobKind kind = JobKind::move;
    std::string flow;  // JSON
};

using JobCommand =
    std::variant<Media, Speech, SentKeys, Recording, Speaking, Stream, Dial, Bridge, Conference,
                 Queue, Dequeue, Mix, Refer, Transfer, Park, HostModule, HostFlow>;

JobKind kind_of(const JobCommand& command);

// What a document says nothing about.
struct JobLimits {
    milliseconds stop{2'000};        // until a job that was told to stop has ended
    milliseconds play{3'600'000};    // a sound whose length is not known
    milliseconds transfer{120'000};  // transfer, refer, park, a flow that the host runs
};

// How long the job takes at most; unlimited: as long as the document or the caller wants.
milliseconds limit_of(const JobCommand& command, const JobLimits& limits);

// Commands the channel. Returns false where it cannot do such a thing.
bool give(Channel& channel, JobId job, LegId leg, const JobCommand& command);

}  // namespace pivot::execute
