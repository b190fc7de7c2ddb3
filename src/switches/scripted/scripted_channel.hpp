// A call on no switch: what happens in it is made up, exact, and the same each time.
//
// Speech takes as long as its words do, files three seconds; legs, queues and rooms behave as they
// are told, callers press what they are told. On a VirtualClock it takes no time.
#pragma once

#include "execute/channel.hpp"
#include "switches/scripted/behaviour.hpp"
#include "switches/scripted/deed.hpp"
#include "switches/scripted/dial_plan.hpp"
#include "switches/scripted/plan.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::switches::scripted {

using execute::JobId;
using execute::LegId;

class ScriptedChannel final : public execute::Channel, private reactor::Timer {
public:
    // `transcript` may be null.
    ScriptedChannel(execute::CallClock& clock, reactor::Deadline& host, Transcript* transcript);
    ~ScriptedChannel() override;

    // What is going to happen in the dials, recordings, queues, conferences, streams and modules to
    // come, one by one.
    void plan(const DialBehaviour& said) { dials_.add(said); }
    void plan(const TalkBehaviour& said) { talks_.add(said); }
    void plan(const QueueBehaviour& said) { queues_.add(said); }
    void plan(const RoomBehaviour& said) { rooms_.add(said); }
    void plan(const StreamBehaviour& said) { streams_.add(said); }
    void plan(const ModuleBehaviour& said) { modules_.push_back(said); }

    // What members of conferences know the caller by.
    void set_call_id(std::string call_id) { call_id_ = std::move(call_id); }

    // What the caller does, now.
    void press(char key);
    void speak(std::string words);
    void hang_up_caller();

    // The simulation has lasted as long as it may.
    void run_out_of_time();

    // Others in the caller's conference; one who joins before he does is there from the beginning.
    void join_someone();
    void part_someone();

    // Runs `what` after this time of the call.
    void after(milliseconds time, std::function<void()> what);

    enum class Ending : std::uint8_t { none, caller, pivot, rejected, moved, out_of_time };

    bool is_over() const { return ending_ != Ending::none; }
    Ending ending() const { return ending_; }
    Nanoseconds length() const { return ended_at_ - began_; }  // of the call, when it is over
    Nanoseconds since_begin() const { return clock_.now() - began_; }
    void note(std::string actor, std::string kind, std::string subject, std::string text);

    execute::EventQueue& events() override { return events_; }
    bool can(execute::Ability ability) const override;
    Nanoseconds began_at() const override { return began_; }
    std::optional<Nanoseconds> answered_at() const override { return answered_at_; }
    void answer() override;
    void reject(int sip_code, const execute::ReasonPhrase& phrase) override;
    void hang_up(LegId leg, const execute::CauseName& cause) override;
    void play(LegId leg, JobId job, const execute::Media& media) override;
    void say(LegId leg, JobId job, const execute::Speech& speech) override;
    void send_keys(LegId leg, JobId job, const execute::KeySequence& keys,
                   milliseconds key_length) override;
    void stop(JobId job) override;
    void record(LegId leg, JobId job, const execute::Recording& recording) override;
    void listen(LegId leg, JobId job, const execute::Speaking& speaking) override;
    void dial(JobId job, const execute::Dial& dial) override;
    void bridge(LegId leg, JobId job) override;
    void join(JobId job, const execute::Conference& conference) override;
    void enqueue(JobId job, const execute::Queue& queue) override;
    void dequeue(JobId job, const execute::QueueName& queue, milliseconds timeout) override;
    void stream(JobId job, const execute::Stream& stream) override;
    void mute(bool is_muted) override;
    void set_variable(const execute::VariableName& name, const execute::OpaqueText& value,
                      bool is_exported) override;
    void set_language(const execute::LanguageTag& language) override;
    void refer(JobId job, const execute::SipUri& uri) override;
    void transfer(JobId job, const execute::Transfer& transfer) override;
    void park(JobId job, const execute::SlotName& slot) override;
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
        stream,
        other
    };
    struct Job {
        JobId id = 0;
        JobKind kind = JobKind::other;
        LegId leg = execute::caller;
        Nanoseconds began = 0;
        std::string url;                 // of a stream
        std::string keys;                // of a recording, that end it
        milliseconds talks_for{0};       // of a recording
        Nanoseconds bridged_at = never;  // of a queue
        unsigned others = 0;             // of a room: who else is in it
        bool trims_silence = false;
        bool wants_partial = false;  // of speech
        bool has_started = false;    // of a room
        bool ends_room = false;      // with the caller
    };
    struct Leg {
        LegId id;
        JobId dial;
        unsigned place;  // among those dialled together, from 1: `leg 2` of a script
        std::string address;
        LegBehaviour behaviour;
        bool has_begun = false;  // was called, and not only going to be
        bool has_answered = false;
    };
    struct Due {
        Nanoseconds at;
        std::function<void()> what;
    };

    Job* begin(JobId job, JobKind kind, LegId leg);
    Job* find(JobId job);
    Job* find(JobKind kind);
    Leg* find_leg(LegId leg);
    std::string name_of(LegId leg);  // `LEG 2`, after its place
    std::string to(LegId leg);       // ` to LEG 2`; of the caller nothing
    bool is_there(LegId leg);
    void push(execute::Event event);
    void note_key(LegId leg, char key);
    void finish_after(milliseconds time, JobId job);
    void end(JobId job, execute::JobEnd how);  // whatever kind it is
    void end_recording(const Job& job, execute::RecordingEnd how, char key);
    void end_call(Ending ending, execute::Cause cause);
    void hear(const Job& job, const std::string& words);
    void fail_stream(JobId job);
    void move_away(JobId job);
    std::optional<ModuleBehaviour> take_module(std::string_view module);  // none: not planned

    void ring(JobId dial, std::vector<execute::Target> targets, bool is_sequential);
    void ring_one(JobId dial, const execute::Target& target, std::vector<execute::Target> rest);
    void leg_answers(LegId leg);
    void leg_fails(LegId leg, const execute::Cause& cause, std::vector<execute::Target> rest);
    void end_leg(LegId leg, std::string_view cause, int sip_code);
    void fail_dial(JobId dial, const execute::Cause& cause);

    void happens(JobId room, execute::ConferenceEventKind kind, std::string member,
                 std::string text);
    void join_someone(JobId room);
    void end_room(JobId room);
    void end_queue(const Job& job, execute::QueueEnd how);

    void arm();
    void fired() override;

    execute::CallClock& clock_;
    execute::EventQueue events_;
    Transcript* const transcript_;
    const Nanoseconds began_;
    Nanoseconds ended_at_;
    std::vector<Due> agenda_;  // the earliest last
    std::vector<Job> jobs_;
    std::vector<Leg> legs_;
    std::vector<Leg> uncalled_;  // whose turn had not come when one before them answered
    DialPlan dials_;
    Plan<TalkBehaviour> talks_;
    Plan<QueueBehaviour> queues_;
    Plan<RoomBehaviour> rooms_;
    Plan<StreamBehaviour> streams_;
    std::vector<ModuleBehaviour> modules_;
    std::string call_id_;
    std::string spoken_;  // and not yet heard
    std::optional<Nanoseconds> answered_at_;
    Ending ending_ = Ending::none;
};

}  // namespace pivot::switches::scripted
