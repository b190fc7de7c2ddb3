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
    bool is_substitute = false;  // stands in for a party who has transferred the other
    bool was_told = false;       // a dialled one: that it rings or has answered
    int cause = 0;               // Q.850, once it has ended; 0 if unknown
    unsigned playbacks = 0;      // that have begun
};

// Events of a dialled leg.
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

    // The engine has told the job to stop. May be called twice.
    virtual void stop() = 0;

    // The leg is gone.
    virtual void lose() = 0;

    // Checks the job's state, because its end may have been missed.
    virtual void look_again() {}

    // Events on its own leg.
    virtual void hear(const PlaybackFinished&) {}
    virtual void hear(const RecordingStarted&) {}
    virtual void hear(const RecordingFinished&) {}
    virtual void hear_key(char) {}

    // Events of any dialled leg, and on a channel that is nobody's leg.
    virtual void hear_leg(Leg&, LegNews) {}
    virtual void hear_entered(std::string_view) {}

    // All other jobs of the call have ended.
    virtual void hear_alone() {}

protected:
    // `done` is not called once the job has ended.
    void ask(AriRequest request, Requests::Done done = {});
    void ask_now(AriRequest request, Requests::Done done = {});

    // Drops the request if it has not been sent. Returns false if none was waiting.
    bool withdraw();

    void tell(Event event);

    // Tells the event that ends the job. The job is destroyed later, never in here.
    void end(Event event);
    void end(JobEnd how, std::string why = {}) { end(JobEnded{id_, how, "", std::move(why)}); }

    // The name of the next playback to its leg.
    std::string next_playback();

    // Announces early media once, if the call is not answered yet.
    void open_media();

    // Ends the job because a request has failed.
    void end_failed(const Result<AriAnswer>& answer);

    AriChannel& call() const { return call_; }
    Switchboard& switchboard() const;
    std::string target(std::string_view rest) const;  // under its leg's channel

private:
    AriChannel& call_;
    Leg& leg_;
    const JobId id_;
};

}  // namespace pivot::switches::asterisk
