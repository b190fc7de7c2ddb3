// A call on Asterisk.
//
//     engine threads ── commands ──► Errand ──┐
//                                             ├─ on the switch's thread ─► requests, one at a time
//     Asterisk ── events ──► AriApplication ─────┘
//
// Everything but the commands is on the switch's thread, and so is all state.
//
//     arriving ─► performed ─┬─► hung up: all jobs end, HungUp, ended()
//        │                   ├─► given back: the dialplan goes on; HungUp when the caller is gone
//        └─► refused         └─► ended() by itself, as when the engine stops: as given back
#pragma once

#include "switches/asterisk/arrival.hpp"
#include "switches/asterisk/job.hpp"
#include "switches/asterisk/requests.hpp"
#include "switches/asterisk/targets.hpp"

#include <pivot/channel.hpp>
#include <pivot/engine.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::switches::asterisk {

class AriChannel final : public Channel, private reactor::Message {
public:
    // `finished` is called once, when the call is over here in every respect. It may destroy this
    // object.
    AriChannel(Switchboard& switchboard, const StasisStart& start,
               std::function<void(AriChannel&)> finished);
    ~AriChannel() override;

    // ---- the switch's side, on its thread -----------------------------------------------------

    // Asks Asterisk for the rest of the facts, and then has the call taken, or refused if `refusal`
    // is not empty.
    void arrive(std::string refusal);

    // For a call that the host has made and somebody has answered.
    void arrive_answered(const OutboundCall& call);

    void hear(const AriEvent& event);

    // Checks the state of everything, and tells that events may have been lost.
    void look_again();

    // A party has transferred the other one and left; `by` takes their place.
    void replace(const std::string& channel, std::string by);

    // Asterisk no longer has the call. It ends with the cause that Asterisk has told, else with
    // this one; 0 for none.
    void lose(int cause = 0);

    // The host ends the call, even if it is back in the dialplan.
    void be_hung_up();

    const std::string& id() const { return caller_.channel; }
    const std::string& call_id() const { return call_id_; }
    const std::string& account_id() const { return account_id_; }
    bool is_given_back() const { return is_given_back_; }
    bool has_left() const { return has_left_; }
    unsigned hops() const { return arriving_.hops; }

    // ---- for its jobs -------------------------------------------------------------------------

    Switchboard& switchboard() const { return switchboard_; }
    void ask(JobId job, AriRequest request, Requests::Done done);
    void ask_now(JobId job, AriRequest request, Requests::Done done);
    bool withdraw(JobId job) { return requests_.withdraw(job); }
    void tell(Event event);
    void note(std::string_view text);
    void end(Job& job, Event event);

    // A new leg, whose channel its job makes. The job tells of its end, with the cause.
    Leg& add_leg(LegId number);
    void hang_up_leg(Leg& leg, int cause);

    // Takes the events of a channel that is nobody's leg.
    void own(const std::string& channel) { switchboard_.owners.insert_or_assign(channel, this); }
    void disown(std::string_view channel);

    // What the caller hears while others are being dialled.
    void begin_ringback(const Media& media);
    void end_ringback();

    // Ends all other jobs and hangs up the legs, before the caller leaves for elsewhere. Then the
    // call is like one that was given back.
    void stop_others(const Job& job);
    bool has_only(const Job& job) const;
    void let_go();
    void give_away() { is_given_back_ = true; }

    // Variables for legs, too.
    const Variables& exported() const { return exported_; }

    // ---- commands, on any thread --------------------------------------------------------------

    Abilities abilities() const override;
    void answer() override;
    void reject(int sip_code, const ReasonPhrase& phrase) override;
    void hang_up(LegId leg, const CauseName& cause) override;
    void stop(JobId job) override;
    SoundForm sound_form(LegId leg) const override;
    bool play(JobId job, LegId leg, const Media& media) override;
    bool say(JobId job, LegId leg, const Speech& speech) override;
    bool send_keys(JobId job, LegId leg, const KeySequence& keys,
                   std::chrono::milliseconds key_length) override;
    bool record(JobId job, LegId leg, const Recording& recording) override;
    bool dial(JobId job, const Dial& dial) override;
    bool bridge(JobId job, LegId leg) override;
    bool mix(JobId job, const MixName& mix, unsigned members_max) override;
    bool transfer(JobId job, const Transfer& transfer) override;
    bool park(JobId job, const SlotName& slot) override;
    void mute(LegId leg, bool is_muted) override;
    void set_variable(LegId leg, const VariableName& name, const OpaqueText& value,
                      bool is_exported) override;
    void warned(std::string_view where, std::string_view what) override;
    void branched(std::string_view branch, std::string_view why) override;
    void given_back(const SessionEnd& end) override;
    void ended(const SessionEnd& end) override;

private:
    reactor::Task<> welcome(std::string refusal, reactor::Reactor& reactor);
    void take();
    void refuse(const Refusal& refusal);

    void ask_for_formats();

    void hear_on_leg(Leg& leg, const AriEvent& event);
    void hear_of_jobs(const AriEvent& event);
    void hear_change(Leg& leg, std::string_view state);
    void hear_progress(Leg& leg, std::string_view status);
    void hear_key(const Leg& leg, char key);
    void hear_hang_up(Leg& leg, const ChannelHangupRequest& request);
    void hear_destroyed(Leg& leg, const ChannelDestroyed& destroyed);
    void hear_left(Leg& leg);
    void tell_jobs(Leg& leg, LegNews news);
    void tell_up();
    void end_leg(Leg& leg, int cause);
    void lose_jobs_of(const Leg& leg);
    void leave(int cause = 0);
    void conclude();
    HungUp hung_up() const;

    void do_answer();
    void do_reject(int sip_code);
    void do_hang_up(LegId leg, const std::string& cause);
    void hang_up_with(int q850);
    void do_set_variable(LegId leg, const std::string& name, const std::string& value,
                         bool is_exported);
    void go_on(std::string_view status, std::string_view reason, std::string_view branch);
    void give_back(const std::string& branch);
    void end_session();

    // From any thread to the switch's.
    void post(std::function<void()> work);
    bool post_job(JobId job, LegId leg, std::function<std::unique_ptr<Job>(Leg& leg)> make);
    void begin(JobId job, LegId leg, const std::function<std::unique_ptr<Job>(Leg& leg)>& make);

    Leg* find_leg(LegId leg);
    Leg* find_leg_of(std::string_view channel);
    Job* find_job(JobId job);
    Requests::Done while_runs(JobId job, Requests::Done done);

    void sweep_soon();
    void deliver() override;  // sweeps
    bool is_finished() const;

    Switchboard& switchboard_;
    const std::function<void(AriChannel&)> finished_;
    Arriving arriving_;
    std::string call_id_;
    std::string account_id_;
    Engine::Ticket ticket_;
    Leg caller_;
    std::atomic<bool> is_wideband_ = false;   // the caller's channel
    std::vector<std::unique_ptr<Leg>> legs_;  // dialled ones
    std::vector<std::unique_ptr<Leg>> gone_;  // their jobs may still look at them
    Variables exported_;
    Requests requests_;
    std::vector<std::unique_ptr<Job>> jobs_;
    std::vector<std::unique_ptr<Job>> over_;  // until none of their functions is running
    std::vector<Event> early_;                // from before the session began
    std::string reason_;                      // of the last `_`
    int sip_code_ = 0;
    int refused_with_ = 0;
    bool is_welcoming_ = false;
    bool is_outbound_ = false;  // made by the host, so no dialplan can continue it
    bool has_begun_ = false;    // the session has begun
    bool was_told_up_ = false;
    bool is_hanging_up_ = false;  // on request
    bool is_given_back_ = false;
    bool is_heard_to_end_ = false;  // given back, and Asterisk will tell of its end
    bool has_left_ = false;         // the application
    bool is_over_ = false;          // HungUp has been told
    bool has_ended_ = false;        // the session has ended, or there is none
    bool is_swept_soon_ = false;
};

}  // namespace pivot::switches::asterisk
