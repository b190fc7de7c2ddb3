// A job that ends when KAZOO has performed its command: playing, speaking, or sending keys.
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
    std::string why_;  // why the switch could not perform it
};

}  // namespace pivot::switches::kazoo
