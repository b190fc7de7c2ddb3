// A call on no switch, which notes what it is asked for and does at once what a test tells it.
//
// Its time is made up: it jumps to what happens next when the call only waits. A call that waits
// for nothing that will ever happen is "stuck", and hung up.
#pragma once

#include "execute/event_queue.hpp"
#include "execute/live_call.hpp"

#include <pivot/channel.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::test {

using namespace execute;  // the floor that it tests

class FakeClock final : public CallClock {
public:
    using CallClock::CallClock;

    void after(milliseconds time, std::function<void()> what)
    {
        const Nanoseconds at = now() + std::chrono::nanoseconds(time).count();
        const auto later = [&](const auto& other) { return other.first > at; };
        agenda_.insert(std::ranges::find_if(agenda_, later), {at, std::move(what)});
    }

    bool has_event = false;
    std::function<void()> on_stuck;

private:
    void wait_begins(Nanoseconds until) override
    {
        has_event = false;
        while (!has_event) {
            const bool is_due = !agenda_.empty() && agenda_.front().first <= until;
            if (!is_due && until != never) return jump_to(until);
            if (!is_due) return on_stuck();
            auto [at, what] = std::move(agenda_.front());
            agenda_.erase(agenda_.begin());
            jump_to(at);
            what();
        }
    }

    std::vector<std::pair<Nanoseconds, std::function<void()>>> agenda_;
};

class FakeChannel final : public Channel {
public:
    using Reaction = std::function<void(JobId job)>;

    FakeChannel(FakeClock& clock, EventQueue& events);

    // What it does in place of what it does by itself: `play`, `dial`, …
    void on(std::string command, Reaction reaction);

    void push(Event event);
    void press(std::string_view keys);
    void finish(JobId job) { push(JobEnded{job, JobEnd::finished, ""}); }
    void fail(JobId job) { push(JobEnded{job, JobEnd::failed, ""}); }
    // What still runs ends first.
    void hang_up_caller();
    void move_caller();
    LegId first_leg() const { return first_leg_; }

    std::vector<std::string> commands;
    // The call was answered before its session.
    void be_answered() { events_.set_times({clock_.now(), clock_.now()}); }

    // Commands that it cannot do: `enqueue`, `listen`, …
    std::set<std::string> lacks;

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
    bool stream(JobId job, LegId leg, const Stream& order) override;
    void mute(LegId leg, bool is_muted) override;
    void set_variable(LegId leg, const VariableName& name, const OpaqueText& value,
                      bool is_exported) override;
    bool refer(JobId job, const SipUri& uri) override;
    bool transfer(JobId job, const Transfer& order) override;
    bool park(JobId job, const SlotName& slot) override;
    bool run_module(JobId job, std::string_view module, std::string_view data) override;
    bool run_flow(JobId job, std::string_view) override { return react_or_refuse("run_flow", job); }

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

private:
    static std::string on_leg(LegId leg);
    void note(std::string command);
    void react(const std::string& command, JobId job, const Reaction& preset);
    bool react_or_refuse(const std::string& command, JobId job);

    std::vector<std::string> words_;  // of commands without an order
    FakeClock& clock_;
    EventQueue& events_;
    std::map<std::string, Reaction> reactions_;
    std::set<JobId> ended_;
    bool is_gone_ = false;
    JobId dial_ = 0;
    JobId recording_ = 0;
    LegId first_leg_ = caller;
};

}  // namespace pivot::test
