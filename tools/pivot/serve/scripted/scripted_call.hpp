// One call of a script, in real time.
//
//     engine threads ── commands ──┐
//                                  ├─ one at a time ─► ScriptedChannel ── events ──► Engine::tell
//     the front's thread ─ timers ─┘
#pragma once

#include "pivot/serve/calls/reception.hpp"
#include "reactor/clock.hpp"
#include "switches/scripted/script.hpp"
#include "switches/scripted/script_player.hpp"
#include "switches/scripted/scripted_channel.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

// Shared by the calls of one front: the system's clock, and a mutex whose holder may act.
struct Stage {
    std::mutex mutex;
    std::condition_variable changed;  // wakes the thread that runs the timers
    reactor::Clock clock;
};

// What callers and callees do.
struct Script {
    std::string file;  // if empty, callers listen to everything and press nothing
    std::vector<switches::scripted::Step> steps;

    // The error is a sentence that names the file and the line.
    static tl::expected<Script, std::string> read(const std::string& file);
};

class ScriptedCall final : public Channel, private switches::scripted::Transcript {
public:
    // `ended` is the last call back to the host, with the mutex held. The object is made and
    // destroyed with the mutex held.
    ScriptedCall(Stage& stage, Reception& reception, const Script& script, std::string call_id,
                 std::function<void(const SessionEnd&)> ended);

    // Returns false if the call is refused.
    bool begin(Arrival arrival);

    // Makes an outbound call: the session begins when somebody answers, as scripted. With the mutex
    // held.
    void place(const OutboundCall& call);

    // The host hangs the call up, with the mutex held.
    void be_hung_up();

    Abilities abilities() const override { return channel_.abilities(); }
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
    bool mix(JobId job, const MixName& mix, unsigned members_max) override;
    bool refer(JobId job, const SipUri& uri) override;
    bool transfer(JobId job, const Transfer& transfer) override;
    bool park(JobId job, const SlotName& slot) override;
    bool run_module(JobId job, std::string_view module, std::string_view data) override;
    void mute(LegId leg, bool is_muted) override;
    void set_variable(LegId leg, const VariableName& name, const OpaqueText& value,
                      bool is_exported) override;
    void warned(std::string_view where, std::string_view what) override;
    void branched(std::string_view branch, std::string_view why) override;
    void ended(const SessionEnd& end) override;

private:
    void note(switches::scripted::Deed deed) override;
    void begin_answered();
    void end_unanswered(const Cause& cause, std::string_view why);

    Stage& stage_;
    Reception& reception_;
    const Script& script_;
    const std::string call_id_;
    const std::function<void(const SessionEnd&)> ended_;
    Engine::Ticket ticket_;
    bool is_ringing_ = false;  // an outbound call that nobody has answered yet
    switches::scripted::ScriptedChannel channel_;
    switches::scripted::ScriptPlayer player_;
};

}  // namespace pivot::tools
