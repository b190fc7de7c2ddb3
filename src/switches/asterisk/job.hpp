// One job of a call, from its command to the event that ends it.
#pragma once

#include "switches/asterisk/ari_event.hpp"
#include "switches/asterisk/requests.hpp"

#include <pivot/event.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace pivot::switches::asterisk {

class AriChannel;

// One side of a call.
struct Leg {
    LegId number = caller;
    std::string channel;
    bool is_up = false;
    bool is_hanging_up = false;
    bool has_early_media = false;
    bool is_substitute = false;  // for one who has transferred the other party
    bool was_told = false;  // of one that was dialled: that it rings or has answered
    int cause = 0;          // of Q.850, of its end; 0: unknown
};

// What happens to a leg that was dialled.
enum class LegNews : std::uint8_t { entered, rings, progresses, answered, busy, congested, gone };

class Job {
public:
    Job(AriChannel& call, Leg& leg, JobId id) : call_(call), leg_(leg), id_(id) {}
    virtual ~Job() = default;
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    JobId id() const { return id_; }
    const Leg& leg() const { return leg_; }

    virtual void begin() = 0;

    // The engine wants no more of it; may come twice.
    virtual void stop() = 0;

    // The leg is gone.
    virtual void lose() = 0;

    // Its end may have been missed.
    virtual void look_again() {}

    // What happens on its leg.
    virtual void hear(const PlaybackFinished&) {}
    virtual void hear(const RecordingStarted&) {}
    virtual void hear(const RecordingFinished&) {}
    virtual void hear_key(char) {}

    // What happens to any leg that was dialled, and on a channel that is nobody's leg.
    virtual void hear_leg(Leg&, LegNews) {}
    virtual void hear_entered(std::string_view) {}

    // All others of its call have ended.
    virtual void hear_alone() {}

protected:
    // `done` is not called after the job has ended.
    void ask(AriRequest request, Requests::Done done = {});
    void ask_now(AriRequest request, Requests::Done done = {});

    // Takes back what has not been asked yet. False: that was nothing.
    bool withdraw();

    void tell(Event event);

    // Tells what ends the job. It is destroyed soon, but not in here.
    void end(Event event);
    void end(JobEnd how, std::string why = {}) { end(JobEnded{id_, how, "", std::move(why)}); }

    // What the leg hears before the answer is early media, which has to be announced once.
    void open_media();

    // A request for the job was not done.
    void end_failed(const Result<AriAnswer>& answer);

    AriChannel& call() const { return call_; }
    Switchboard& switchboard() const;
    std::string target(std::string_view rest) const;  // of its leg's channel

private:
    AriChannel& call_;
    Leg& leg_;
    const JobId id_;
};

}  // namespace pivot::switches::asterisk
