// A call on no switch: what happens in it is made up, exact, and the same each time.
//
// Speech takes as long as its words do, files three seconds; legs, queues and rooms behave as they
// are told, callers press what they are told. On a VirtualClock no time passes while the call only
// waits; while an exchange is under way, time is real.
#pragma once

#include "execute/channel.hpp"
#include "switches/scripted/behaviour.hpp"
#include "switches/scripted/deed.hpp"
#include "switches/scripted/virtual_clock.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::switches::scripted {

using execute::JobId;
using execute::LegId;

class ScriptedChannel final : public execute::Channel, private Agenda, private reactor::Timer {
public:
    // On a VirtualClock call follow() before anything waits. `transcript` may be null.
    ScriptedChannel(execute::CallClock& clock, reactor::Deadline& host, Transcript* transcript);
    ~ScriptedChannel() override;

    // Lets `clock`, the channel's, jump.
    void let_jump(VirtualClock& clock) { clock.follow(*this); }

    // Of those who are dialled from now on: all, or the one at this place among the targets (from
    // 1), or with this address.
    void set_behaviour(const LegBehaviour& behaviour) { legs_behave_ = behaviour; }
    void set_behaviour(unsigned place, const LegBehaviour& behaviour)
    {
        places_[place] = behaviour;
    }
    void set_behaviour(std::string address, const LegBehaviour& behaviour)
    {
        addresses_[std::move(address)] = behaviour;
    }
    LegBehaviour& behaviour() { return legs_behave_; }
    CallerBehaviour& caller_behaviour() { return caller_behaves_; }
    QueueBehaviour& queue_behaviour() { return queue_behaves_; }
    RoomBehaviour& room_behaviour() { return room_behaves_; }

    // What the caller does, now.
    void press(char key);
    void press(LegId leg, char key);
    void speak(std::string words);
    void hang_up_caller(std::string_view cause = "NORMAL_CLEARING");

    // Runs `what` after this time of the call.
    void after(milliseconds time, std::function<void()> what);

    bool is_over() const { return is_over_; }
    Nanoseconds since_begin() const { return clock_.now() - began_; }
    void note(std::string actor, std::string kind, std::string subject, std::string text);

    execute::EventQueue& events() override { return events_; }
    bool can(execute::Ability ability) const override;
    bool is_answered() const override { return is_answered_; }
    void answer() override;
    void reject(int sip_code, std::string_view phrase) override;
    void hang_up(LegId leg, std::string_view cause) override;
    void play(LegId leg, JobId job, const execute::Media& media) override;
    void say(LegId leg, JobId job, const execute::Speech& speech) override;
    void send_keys(LegId leg, JobId job, std::string_view keys, milliseconds key_length) override;
    void stop(JobId job) override;
    void record(LegId leg, JobId job, const execute::Recording& recording) override;
    void listen(JobId job, const execute::Speaking& speaking) override;
    void dial(JobId job, const execute::Dial& dial) override;
    void bridge(LegId leg, JobId job) override;
    void join(JobId job, const execute::Conference& conference) override;
    void enqueue(JobId job, const execute::Queue& queue) override;
    void dequeue(JobId job, std::string_view queue, milliseconds timeout) override;
    void stream(JobId job, const execute::Stream& stream) override;
    void mute(bool is_muted) override;
    void set_variable(std::string_view name, std::string_view value, bool is_exported) override;
    void transfer(JobId job, const execute::Transfer& transfer) override;
    void park(JobId job, std::string_view slot) override;
    bool run_module(JobId job, std::string_view module, std::string_view data) override;
    bool run_flow(JobId job, std::string_view flow) override;

private:
    enum class JobKind : std::uint8_t {
        playback,
        recording,
        speech,
        dial,
        bridge,
        room,
        queue,
        other
    };
    struct Job {
        JobId id;
        JobKind kind;
        LegId leg;
        Nanoseconds began;
        std::string keys;         // of a recording, that end it
        bool is_bridged = false;  // of a queue
    };
    struct Leg {
        LegId id;
        JobId dial;
        std::string name;  // `LEG 1`
        LegBehaviour behaviour;
        bool has_begun = false;  // was called, and not only going to be
        bool has_answered = false;
    };
    struct Due {
        Nanoseconds at;
        std::function<void()> what;
    };

    void begin(JobId job, JobKind kind, LegId leg);
    Job* find(JobId job);
    Leg* find_leg(LegId leg);
    std::string who(LegId leg) const;
    void finish_after(milliseconds time, JobId job);
    void end(JobId job, execute::JobEnd how);  // whatever kind it is
    void end_recording(const Job& job, execute::RecordingEnd how, char key);
    void end_leg(LegId leg, std::string_view cause, int sip_code);
    void ring(JobId dial, std::vector<execute::Target> targets, bool is_sequential,
              milliseconds timeout);
    void leg_answers(LegId leg);
    void leg_fails(LegId leg, std::vector<execute::Target> rest, milliseconds timeout);
    void fail_dial(JobId dial, const execute::Cause& cause);
    LegBehaviour behaviour_of(const execute::Target& target, unsigned place) const;
    void arm();

    Nanoseconds earliest() const override;
    bool happen() override;
    void clock_jumped() override { arm(); }
    void fired() override;

    execute::CallClock& clock_;
    execute::EventQueue events_;
    Transcript* const transcript_;
    const Nanoseconds began_;
    std::vector<Due> agenda_;  // the earliest last
    std::vector<Job> jobs_;
    std::vector<Leg> legs_;
    LegBehaviour legs_behave_;
    std::map<unsigned, LegBehaviour> places_;
    std::map<std::string, LegBehaviour, std::less<>> addresses_;
    CallerBehaviour caller_behaves_;
    QueueBehaviour queue_behaves_;
    RoomBehaviour room_behaves_;
    std::string spoken_;  // and not yet heard
    bool has_pushed_ = false;
    bool is_answered_ = false;
    bool is_over_ = false;
};

}  // namespace pivot::switches::scripted
