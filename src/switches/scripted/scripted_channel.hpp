// A call on no switch: what happens in it is made up, exact, and the same each time.
//
// Speech takes as long as its words do, files three seconds; legs, queues and rooms behave as they
// are told, callers press what they are told. On a manual clock it takes no time.
//
// It is a host's channel: what happens goes to `tell`, as to Engine::tell().
#pragma once

#include "reactor/clock.hpp"
#include "switches/scripted/behaviour.hpp"
#include "switches/scripted/deed.hpp"
#include "switches/scripted/dial_plan.hpp"
#include "switches/scripted/plan.hpp"

#include <pivot/channel.hpp>
#include <pivot/session.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::switches::scripted {

class ScriptedChannel final : public Channel, private reactor::Timer {
public:
    using Tell = std::function<void(Event event)>;

    // The call begins now, unanswered. `transcript` may be null.
    ScriptedChannel(reactor::Clock& clock, Tell tell, Transcript* transcript);
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

    // What becomes of one more who is called, whatever for.
    Ringing ringing_of(const Address& address);

    // The caller was called, and has answered.
    void be_answered();

    // What the caller does, now.
    void press(char key);
    void speak(std::string words);
    void hang_up_caller();

    // What its host does.
    void redirect(const std::string& url);

    // The simulation has lasted as long as it may.
    void run_out_of_time();

    // Others in the caller's conference; one who joins earlier is there from the beginning.
    void join_someone();
    void part_someone();

    // Runs `what` after this time of the call.
    void after(std::chrono::milliseconds time, std::function<void()> what);

    enum class Ending : std::uint8_t { none, caller, pivot, rejected, moved, out_of_time };

    bool is_answered() const { return is_answered_; }
    bool is_over() const { return ending_ != Ending::none; }
    Ending ending() const { return ending_; }
    Nanoseconds length() const { return ended_at_ - began_at_; }  // of the call, when it is over
    Nanoseconds since_begin() const { return clock_.now() - began_at_; }
    // How many documents and flows were performed, when the session is over.
    int iterations() const { return iterations_; }
    void note(std::string actor, std::string kind, std::string subject, std::string text);

    Abilities abilities() const override;
    void answer() override;
    void reject(int sip_code, const ReasonPhrase& phrase) override;
    void hang_up(LegId leg, const CauseName& cause) override;
    bool play(JobId job, LegId leg, const Media& media) override;
    bool say(JobId job, LegId leg, const Speech& speech) override;
    bool send_keys(JobId job, LegId leg, const KeySequence& keys,
                   std::chrono::milliseconds key_length) override;
    void stop(JobId job) override;
    bool record(JobId job, LegId leg, const Recording& recording) override;
    bool listen(JobId job, LegId leg, const Speaking& speaking) override;
    bool dial(JobId job, const Dial& dial) override;
    bool bridge(JobId job, LegId leg) override;
    bool join(JobId job, const Conference& conference) override;
    bool enqueue(JobId job, const Queue& queue) override;
    bool dequeue(JobId job, const QueueName& queue, std::chrono::milliseconds timeout) override;
    bool mix(JobId job, const MixName& mix, unsigned members_max) override;
    bool stream(JobId job, LegId leg, const Stream& stream) override;
    void mute(LegId leg, bool is_muted) override;
    void set_variable(LegId leg, const VariableName& name, const OpaqueText& value,
                      bool is_exported) override;
    bool refer(JobId job, const SipUri& uri) override;
    bool transfer(JobId job, const Transfer& transfer) override;
    bool park(JobId job, const SlotName& slot) override;
    bool run_module(JobId job, std::string_view module, std::string_view data) override;
    void warned(std::string_view where, std::string_view what) override;
    void branched(std::string_view branch, std::string_view why) override;
    void ended(const SessionEnd& end) override { iterations_ = end.iterations; }

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
        LegId leg = caller;
        Nanoseconds began = 0;
        std::string url;                         // of a stream
        std::string keys;                        // of a recording, that end it
        std::chrono::milliseconds talks_for{0};  // of a recording
        Nanoseconds bridged_at = never;          // of a queue
        unsigned others = 0;                     // of a room: who else is in it
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
    void note_key(LegId leg, char key);
    void finish_after(std::chrono::milliseconds time, JobId job);
    void end(JobId job, JobEnd how);  // whatever kind it is
    void end_recording(const Job& job, RecordingEnd how, char key);
    void end_call(Ending ending, Cause cause);
    void hear(const Job& job, const std::string& words);
    void fail_stream(JobId job, std::string_view why);
    void move_away(JobId job);
    std::optional<ModuleBehaviour> take_module(std::string_view module);  // none: not planned

    void ring(JobId dial, std::vector<Target> targets, bool is_sequential);
    void ring_one(JobId dial, const Target& target, std::vector<Target> rest);
    void leg_answers(LegId leg);
    void leg_fails(LegId leg, const Cause& cause, std::string_view why, std::vector<Target> rest);
    void end_leg(LegId leg, std::string_view cause, int sip_code, std::string_view why = {});
    void fail_dial(JobId dial, const Cause& cause);

    void happens(JobId room, ConferenceEventKind kind, std::string member, std::string text);
    void join_someone(JobId room);
    void end_room(JobId room);
    void end_queue(const Job& job, QueueEnd how, std::string_view why = {});

    void arm();
    void fired() override;

    reactor::Clock& clock_;
    const Tell tell_;
    Transcript* const transcript_;
    const Nanoseconds began_at_;
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
    Ending ending_ = Ending::none;
    bool is_answered_ = false;
    int iterations_ = 0;
};

}  // namespace pivot::switches::scripted
