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

    // The engine has told the job to stop. May be called twice.
    virtual void stop() = 0;

    // The call is gone, or somebody else has taken it.
    virtual void lose() = 0;

    // One of its commands was refused or could not be sent.
    virtual void fail(std::string why) = 0;

    // A marker says that its queued commands are done.
    virtual void pass() {}

    // An event of the call or of one of its legs.
    virtual void hear(const CallEvent&) {}

    // Whether it occupies the caller, who hears nothing else meanwhile.
    virtual bool has_caller() const { return false; }
    virtual bool is_recording() const { return false; }

    // Whether it dials, or has connected the caller with a leg.
    virtual bool dials() const { return false; }
    virtual bool has_leg(LegId) const { return false; }
    virtual void bridge(JobId) {}
    virtual void hang_up(LegId, const std::string&) {}

    // The numbers of its last message and of the marker that it waits for; 0 for none.
    std::uint64_t message = 0;
    std::uint64_t place = 0;

protected:
    void tell(Event event);

    // Tells the event that ends the job. The job is destroyed later, never in here.
    void end(Event event);
    void end(JobEnd how, std::string why = {}) { end(JobEnded{id_, how, "", std::move(why)}); }

    // Continues for another job of the engine, or for none.
    void set_id(JobId id) { id_ = id; }

    PerformedCall& call() const { return call_; }

private:
    PerformedCall& call_;
    JobId id_;
};

}  // namespace pivot::switches::kazoo
