// The smallest switch there is, from which the author of an adapter can start.
//
// It plays, speaks and records for as long as its owner lets it, and can do nothing else: every
// other command returns false by itself.
#pragma once

#include <pivot/channel.hpp>

#include <functional>
#include <map>
#include <string>
#include <utility>

namespace pivot::test {

class ToyChannel final : public Channel {
public:
    // `tell` takes what happens on the call.
    explicit ToyChannel(std::function<void(Event)> tell) : tell_(std::move(tell)) {}

    // What happens on the toy's side of the call.
    void press(char key) { tell_(KeyPressed{caller, key}); }
    void hang_up_caller() { end_call("NORMAL_CLEARING"); }
    void finish_all()
    {
        while (!jobs_.empty()) end(jobs_.begin()->first, JobEnd::finished);
    }

    void answer() override
    {
        if (!is_over_ && !std::exchange(is_answered_, true)) tell_(Answered());
    }
    void reject(int, const ReasonPhrase&) override { end_call("CALL_REJECTED"); }
    void hang_up(LegId leg, const CauseName& cause) override
    {
        if (leg == caller) end_call(cause.empty() ? "NORMAL_CLEARING" : cause.text());
    }
    void stop(JobId job) override { end(job, JobEnd::stopped); }
    void ended(const SessionEnd&) override {}

    bool play(JobId job, LegId leg, const Media&) override { return begin(job, leg, false); }
    bool say(JobId job, LegId leg, const Speech&) override { return begin(job, leg, false); }
    bool record(JobId job, LegId leg, const Recording&) override { return begin(job, leg, true); }

private:
    // The caller's is the only leg: a job on any other ends at once.
    bool begin(JobId job, LegId leg, bool is_recording)
    {
        if (is_over_) return true;
        jobs_.emplace(job, is_recording);
        if (leg != caller) end(job, JobEnd::stopped);
        return true;
    }

    void end(JobId job, JobEnd how)
    {
        const auto found = jobs_.find(job);
        if (found == jobs_.end()) return;
        const bool is_recording = found->second;
        jobs_.erase(found);
        if (!is_recording) return tell_(JobEnded{job, how, ""});
        RecordingEnded ended;
        ended.job = job;
        tell_(std::move(ended));
    }

    void end_call(std::string cause)
    {
        if (std::exchange(is_over_, true)) return;
        while (!jobs_.empty()) end(jobs_.begin()->first, JobEnd::stopped);
        tell_(HungUp{{std::move(cause), 0}});
    }

    const std::function<void(Event)> tell_;
    std::map<JobId, bool> jobs_;  // whether each is a recording
    bool is_answered_ = false;
    bool is_over_ = false;
};

}  // namespace pivot::test
