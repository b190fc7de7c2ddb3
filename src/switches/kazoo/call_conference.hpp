// Keeps the caller in one of KAZOO's conferences until they leave it or it ends.
//
// KAZOO joins them by itself, and does not report keys while they are in it.
#pragma once

#include "reactor/timers.hpp"
#include "switches/kazoo/call_job.hpp"

#include <pivot/command.hpp>

#include <string>

namespace pivot::switches::kazoo {

class CallConference final : public CallJob, private reactor::Timer {
public:
    CallConference(PerformedCall& call, JobId id, const Conference& asked);
    ~CallConference() override;

    void begin() override;
    void stop() override;
    void lose() override { leave(JobEnd::stopped); }
    void fail(std::string why) override { leave(JobEnd::failed, std::move(why)); }
    void pass() override;
    void hear(const CallEvent& event) override;
    bool has_caller() const override { return true; }

private:
    void fired() override;  // nobody has told that the caller has joined
    void join();
    void pull_out();
    void leave(JobEnd how, std::string why = {});
    void tell_of(ConferenceEventKind kind);

    const Conference asked_;
    const std::string conference_;  // its id
    bool is_in_ = false;
};

}  // namespace pivot::switches::kazoo
