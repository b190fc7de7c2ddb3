// A call on the switch of a host in C.
#pragma once

#include "abi/shown_command.hpp"

#include <pivot/channel.hpp>
#include <pivot/session.h>

#include <memory>
#include <utility>
#include <vector>

namespace pivot::abi {

// Made with `new`: deletes itself when the session has ended.
class HostChannel final : public Channel {
public:
    // Both are the host's, and live as long.
    HostChannel(const pivot_channel& channel, void* call) : channel_(channel), call_(call) {}

    Abilities abilities() const override;
    void answer() override;
    void reject(int sip_code, const ReasonPhrase& phrase) override;
    void hang_up(LegId leg, const CauseName& cause) override;
    void stop(JobId job) override;
    bool play(JobId job, LegId leg, const Media& media) override;
    bool say(JobId job, LegId leg, const Speech& speech) override;
    bool send_keys(JobId job, LegId leg, const KeySequence& keys,
                   std::chrono::milliseconds key_length) override;
    bool record(JobId job, LegId leg, const Recording& recording) override;
    bool listen(JobId job, LegId leg, const Speaking& speaking) override;
    bool stream(JobId job, LegId leg, const Stream& stream) override;
    bool dial(JobId job, const Dial& dial) override;
    bool bridge(JobId job, LegId leg) override;
    bool join(JobId job, const Conference& conference) override;
    bool enqueue(JobId job, const Queue& queue) override;
    bool dequeue(JobId job, const QueueName& queue, std::chrono::milliseconds timeout) override;
    bool mix(JobId job, const MixName& name, unsigned members_max) override;
    bool refer(JobId job, const SipUri& uri) override;
    bool transfer(JobId job, const Transfer& transfer) override;
    bool park(JobId job, const SlotName& slot) override;
    bool run_module(JobId job, std::string_view module, std::string_view data) override;
    bool run_flow(JobId job, std::string_view flow) override;
    void mute(LegId leg, bool is_muted) override;
    void set_variable(LegId leg, const VariableName& name, const OpaqueText& value,
                      bool is_exported) override;
    void warned(std::string_view where, std::string_view what) override;
    void branched(std::string_view branch, std::string_view why) override;
    void released(JobId job) override;
    void given_back(const SessionEnd& end) override;
    void ended(const SessionEnd& end) override;

private:
    // Calls `command`, unless it is null, with the call, the job and these.
    template <typename... Taken, typename... Given>
    bool command(void (*command)(void*, pivot_job, Taken...), JobId job, Given... given) const;

    // The struct that the command of `job` shows; a pointer to it stays good until released().
    template <typename Shown, typename Made>
    const Shown& keep(JobId job, const Made& made);

    const pivot_channel& channel_;
    void* const call_;
    std::vector<std::pair<JobId, std::unique_ptr<ShownCommand>>> shown_;
};

}  // namespace pivot::abi
