// A call on no switch, which notes what it is asked for and does at once what a test tells it.
//
// A call that waits for what will never happen is "stuck", and hung up.
#pragma once

#include "execute/event_queue.hpp"
#include "execute/live_call.hpp"

#include <pivot/session.hpp>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::test {

using namespace execute;  // the floor that it tests

class FakeChannel final : public Channel {
public:
    using Reaction = std::function<void(JobId job)>;

    explicit FakeChannel(EventQueue& events) : events_(events) {}

    // What it does in place of what it does by itself: `play`, `dial`, …
    void on(std::string command, Reaction reaction);

    void push(Event event);
    void press(std::string_view keys);
    void finish(JobId job) { push(JobEnded{job, JobEnd::finished, ""}); }
    void fail(JobId job) { push(JobEnded{job, JobEnd::failed, "", "it is not there"}); }
    // What still runs ends first.
    void hang_up_caller();
    void move_caller();
    void get_stuck();
    // The host gives the call up.
    void cancel();
    LegId first_leg() const { return first_leg_; }

    std::vector<std::string> commands;
    // The call was answered before its session.
    void be_answered() { events_.set_times({events_.clock().now(), events_.clock().now()}); }

    // What it is told.
    using Hear = std::function<void(std::string_view, std::string_view)>;
    Hear on_warned = [](std::string_view, std::string_view) {};
    int documents = 0;  // that have begun
    bool unknown_verbs = false;
    Hear on_branched = [](std::string_view, std::string_view) {};

    // Commands that it cannot do: `enqueue`, `listen`, …
    std::set<std::string> lacks;
    // And what its commands can do beyond the least: all of it.
    Abilities able{true, true, true, true, true, true, true, true, true};

    Abilities abilities() const override { return able; }
    void answer() override;
    void reject(int sip_code, const ReasonPhrase& phrase) override;
    void hang_up(LegId leg, const CauseName& cause) override;
    bool play(JobId job, LegId leg, const Media& media) override;
    bool say(JobId job, LegId leg, const Speech& speech) override;
    bool send_keys(JobId job, LegId leg, const KeySequence& keys, milliseconds length) override;
    void stop(JobId job) override;
    bool record(JobId job, LegId, const Recording& order) override;
    bool listen(JobId job, LegId leg, const Speaking& speaking) override;
    bool dial(JobId job, const Dial& order) override;
    bool bridge(JobId job, LegId leg) override;
    bool join(JobId job, const Conference& conference) override;
    bool enqueue(JobId job, const Queue& order) override;
    bool dequeue(JobId job, const QueueName& queue, milliseconds timeout) override;
    bool mix(JobId job, const MixName& mix, unsigned members_max) override;
    bool stream(JobId job, LegId leg, const Stream& order) override;
    void mute(LegId leg, bool is_muted) override;
    void set_variable(LegId leg, const VariableName& name, const OpaqueText& value,
                      bool is_exported) override;
    bool refer(JobId job, const SipUri& uri) override;
    bool transfer(JobId job, const Transfer& order) override;
    bool park(JobId job, const SlotName& slot) override;
    bool run_module(JobId job, std::string_view module, std::string_view data) override;
    bool run_flow(JobId job, std::string_view) override { return react_or_refuse("run_flow", job); }
    void warned(std::string_view where, std::string_view what) override { on_warned(where, what); }
    void branched(std::string_view branch, std::string_view why) override
    {
        on_branched(branch, why);
    }
    void document_began(bool has_unknown_verbs) override
    {
        ++documents;
        unknown_verbs |= has_unknown_verbs;
    }
    void given_back(const SessionEnd& so_far) override;
    void ended(const SessionEnd& end) override { ends.push_back(end); }

    // Every text of these orders that is not opaque, as it has come.
    std::vector<std::string> names() const;

    std::vector<Conference> conferences;
    std::vector<Dial> dials;
    std::vector<Queue> queues;
    std::vector<Recording> recordings;
    std::vector<Speaking> speakings;
    std::vector<Media> sounds;
    std::vector<Speech> speeches;
    std::vector<Stream> streams;
    std::vector<SessionEnd> ends;

private:
    static std::string on_leg(LegId leg);
    void note(std::string command);
    void react(const std::string& command, JobId job, const Reaction& preset);
    bool react_or_refuse(const std::string& command, JobId job);

    std::vector<std::string> words_;  // of commands without an order
    EventQueue& events_;
    std::map<std::string, Reaction> reactions_;
    std::set<JobId> ended_;
    bool is_gone_ = false;
    JobId dial_ = 0;
    JobId recording_ = 0;
    LegId first_leg_ = caller;
};

}  // namespace pivot::test
