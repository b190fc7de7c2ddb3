// A call on which anything may happen that the contract of a channel allows, drawn by lot: legs
// that answer and leave, keys, jobs that fail, a caller who hangs up at a chosen moment. It checks
// what the executor asks for, too. One that lies breaks the contract as well: it drops ends, tells
// them twice, late, or as another kind's.
//
// The caller presses `callers_keys`, those who are dialled the others.
#pragma once

#include "execute/event_queue.hpp"

#include <pivot/channel.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::test {

using namespace execute;  // the floor that it tests

inline constexpr std::string_view callers_keys = "01234*";
inline constexpr std::string_view callees_keys = "56789#";

class UnrulyChannel final : public Channel {
public:
    // The caller hangs up when the call has waited so often.
    UnrulyChannel(EventQueue& events, unsigned seed, unsigned waits_max)
        : events_(events), lots_(seed + 1), waits_max_(waits_max)
    {
    }

    // From now on.
    void lie() { lies_ = true; }

    void hang_up_caller();

    // The call only waits, until this time. True: nothing happens before it.
    bool wait(Nanoseconds until);

    // Whether the call has waited for the end of a job that has a limit, and for nothing else, with
    // no limit of its own.
    bool was_stuck() const { return was_stuck_; }

    // The caller is gone, or the call is elsewhere.
    int ends() const { return ends_; }
    bool is_over() const { return is_over_; }
    unsigned waits() const { return waits_; }
    std::function<void()> on_over;

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
    bool run_flow(JobId job, std::string_view flow) override;
    void ended(const SessionEnd&) override { ++ends_; }

private:
    enum class Kind {
        playback,
        recording,
        speech,
        dial,
        bridge,
        room,
        queue,
        mix,
        stream,
        refer,
        elsewhere
    };
    struct Job {
        JobId id;
        Kind kind;
        LegId leg;
        bool is_partial = false;  // of speech: wanted
    };
    struct Leg {
        LegId id;
        JobId dial;
        bool has_answered = false;
    };

    unsigned draw(unsigned count) { return static_cast<unsigned>(lots_() % count); }
    void press();
    void begin(JobId job, Kind kind, LegId leg, std::string_view shown);
    void expect_intact(JobId ended);
    void go_on(const Job& job);
    void go_on_dialling(const Job& job);
    void end(const Job& job, JobEnd how);
    void end_leg(LegId leg);
    void end_legs_of(JobId dial, LegId but);
    void move_away();
    void finish(Event last);
    void push(Event event);
    void push_lie(Event event);
    bool may_wait_for_ever() const;
    bool can_do_all() const { return waits_max_ % 3 != 0; }

    EventQueue& events_;
    std::minstd_rand lots_;
    const unsigned waits_max_;
    unsigned waits_ = 0;
    std::vector<Job> jobs_;
    std::vector<Leg> legs_;
    std::vector<Job> unended_;  // as far as the executor can know, and not to be stopped
    std::vector<Event> late_;
    std::set<JobId> known_jobs_;
    std::map<JobId, std::pair<std::string_view, std::string>> shown_;  // and a copy of it
    std::set<LegId> known_legs_;
    int ends_ = 0;
    bool is_answering_ = false;
    bool is_over_ = false;
    bool has_moved_ = false;
    bool has_pushed_ = false;
    bool lies_ = false;
    bool was_stuck_ = false;
};

}  // namespace pivot::test
