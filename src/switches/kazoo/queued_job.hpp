// A job that is over when KAZOO has done its command: something is played or said, or keys are
// sent.
#pragma once

#include "switches/kazoo/call_job.hpp"

#include <string>

namespace pivot::switches::kazoo {

class QueuedJob final : public CallJob {
public:
    QueuedJob(PerformedCall& call, JobId id, std::string command)
        : CallJob(call, id), command_(std::move(command))
    {
    }

    void begin() override;
    void stop() override;
    void lose() override { end(JobEnd::stopped); }
    void fail(std::string why) override { end(JobEnd::failed, std::move(why)); }
    void pass() override { end(why_.empty() ? JobEnd::finished : JobEnd::failed, why_); }
    void hear(const CallEvent& event) override;

private:
    std::string command_;
    std::string why_;  // the switch could not do it
};

}  // namespace pivot::switches::kazoo
