// One job of a performed call, from its command to the event that ends it.
#pragma once

#include "switches/kazoo/call_event.hpp"

#include <pivot/event.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace pivot::switches::kazoo {

class PerformedCall;

class CallJob {
public:
    CallJob(PerformedCall& call, JobId id) : call_(call), id_(id) {}
    virtual ~CallJob() = default;
    CallJob(const CallJob&) = delete;
    CallJob& operator=(const CallJob&) = delete;

    JobId id() const { return id_; }

    virtual void begin() = 0;

    // The engine wants no more of it; may come twice.
    virtual void stop() = 0;

    // The call is gone, or somebody else has it.
    virtual void lose() = 0;

    // A command of it was refused, or could not be sent.
    virtual void fail(std::string why) = 0;

    // Its commands in KAZOO's queue are done, as a marker after them says.
    virtual void pass() {}

    // What happens on the call or a leg of it.
    virtual void hear(const CallEvent&) {}

    // It has the caller, who hears nothing else meanwhile.
    virtual bool has_caller() const { return false; }
    virtual bool is_recording() const { return false; }

    // Somebody is called, or talks with the caller.
    virtual bool dials() const { return false; }
    virtual bool has_leg(LegId) const { return false; }
    virtual void bridge(JobId) {}
    virtual void hang_up(LegId, const std::string&) {}

    // The number of its last message, and of the marker that it waits for; 0: there is none.
    std::uint64_t message = 0;
    std::uint64_t place = 0;

protected:
    void tell(Event event);

    // Tells what ends the job. It is destroyed soon, but not in here.
    void end(Event event);
    void end(JobEnd how, std::string why = {}) { end(JobEnded{id_, how, "", std::move(why)}); }

    // It goes on without the engine, or for another job of it.
    void set_id(JobId id) { id_ = id; }

    PerformedCall& call() const { return call_; }

private:
    PerformedCall& call_;
    JobId id_;
};

}  // namespace pivot::switches::kazoo
