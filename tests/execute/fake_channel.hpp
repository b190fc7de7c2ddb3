// A call on no switch, which notes what it is asked for and does at once what a test tells it.
//
// Its time is made up: it jumps to what happens next when the call only waits. A call that waits
// for nothing that will ever happen is "stuck", and hung up.
#pragma once

#include "execute/channel.hpp"
#include "execute/live_call.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

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

    FakeChannel(FakeClock& clock, reactor::Deadline& host)
        : began(clock.now()), clock_(clock), queue_(clock, host)
    {
        clock.on_stuck = [this] {
            note("stuck");
            hang_up_caller();
        };
    }

    // What it does in place of what it does by itself: `play`, `dial`, …
    void on(std::string command, Reaction reaction)
    {
        reactions_[std::move(command)] = std::move(reaction);
    }

    void push(Event event)
    {
        clock_.has_event = true;
        ended_.insert(std::holds_alternative<LegAnswered>(event) ? dial_ : job_ended(event));
        queue_.push(std::move(event));
    }
    void press(std::string_view keys)
    {
        for (const char key : keys) push(KeyPressed{caller, key});
    }
    void finish(JobId job) { push(JobEnded{job, JobEnd::finished, ""}); }
    void fail(JobId job) { push(JobEnded{job, JobEnd::failed, ""}); }
    // What still runs ends first.
    void hang_up_caller()
    {
        if (recording_ != 0 && !ended_.contains(recording_)) {
            push(RecordingEnded{recording_, RecordingEnd::hung_up, 0, "http://r/1", "r1", {}});
        }
        is_gone_ = true;
        push(HungUp{{"ORIGINATOR_CANCEL", 487}});
    }
    void move_caller()
    {
        is_gone_ = true;
        push(Moved());
    }
    LegId first_leg() const { return first_leg_; }

    std::vector<std::string> commands;
    Nanoseconds began;
    bool is_up = false;
    Nanoseconds up_since = began;
    std::set<Ability> lacks;

    EventQueue& events() override { return queue_; }
    bool can(Ability ability) const override { return !lacks.contains(ability); }
    Nanoseconds began_at() const override { return began; }
    std::optional<Nanoseconds> answered_at() const override
    {
        return is_up ? std::optional(up_since) : std::nullopt;
    }
    void answer() override
    {
        note("answer");
        react("answer", 0, [this](JobId) {
            is_up = true;
            up_since = clock_.now();
            push(Answered());
        });
    }
    void reject(int sip_code, const ReasonPhrase& phrase) override
    {
        words_.push_back(phrase.text());
        note(fmt::format("reject {} {}", sip_code, phrase.text()));
        react("reject", 0, [this](JobId) { hang_up_caller(); });
    }
    void hang_up(LegId leg, const CauseName& cause) override
    {
        if (is_gone_) return;
        words_.push_back(cause.text());
        note(fmt::format("hang_up {} {}", leg, cause.text()));
        if (leg == caller) return push(HungUp{{cause.text(), 0}});
        push(LegEnded{leg, {"NORMAL_CLEARING", 200}});
    }
    void play(LegId leg, JobId job, const Media& media) override
    {
        static constexpr std::string_view kinds[] = {"url", "name", "prompt", "tone"};
        note(fmt::format("play{} {} {} {}", on_leg(leg),
                         kinds[static_cast<std::size_t>(media.kind())], media.what(),
                         media.language().text()));
        sounds.push_back(media);
        react("play", job, [this](JobId played) { finish(played); });
    }
    void say(LegId leg, JobId job, const Speech& speech) override
    {
        note(fmt::format("say{} {} {} {} {}", on_leg(leg), speech.text.bytes(), speech.voice.text(),
                         speech.language.text(), speech.engine.text()));
        speeches.push_back(speech);
        react("say", job, [this](JobId said) { finish(said); });
    }
    void send_keys(LegId leg, JobId job, const KeySequence& keys, milliseconds length) override
    {
        words_.push_back(keys.text());
        note(fmt::format("send_keys{} {} {}", on_leg(leg), keys.text(), length.count()));
        react("send_keys", job, [this](JobId sent) { finish(sent); });
    }
    void stop(JobId job) override
    {
        if (ended_.contains(job)) return;
        note("stop");
        react("stop", job, [this](JobId stopped) {
            if (stopped == dial_) return push(DialFailed{stopped, {"ORIGINATOR_CANCEL", 487}});
            if (stopped == recording_) {
                return push(
                    RecordingEnded{stopped, RecordingEnd::stopped, 0, "http://r/1", "r1", {}});
            }
            push(JobEnded{stopped, JobEnd::stopped, ""});
        });
    }
    void record(LegId, JobId job, const Recording& order) override
    {
        static constexpr std::string_view formats[] = {"", "mp3", "wav"};
        note(fmt::format("record {} {} {} {}{}", order.url.text(),
                         order.uploads_by_post ? "POST" : "PUT",
                         formats[static_cast<std::size_t>(order.format)], order.length_max.count(),
                         order.runs_beside ? " both" : ""));
        recordings.push_back(order);
        recording_ = job;
        react("record", job, [](JobId) {});
    }
    void listen(LegId leg, JobId job, const Speaking& speaking) override
    {
        note(fmt::format("listen{}", on_leg(leg)));
        speakings.push_back(speaking);
        react("listen", job, [this](JobId heard) { push(SpeechHeard{heard, "", "", false}); });
    }
    void dial(JobId job, const Dial& order) override
    {
        std::string text =
            fmt::format("dial{} {}", order.is_sequential ? " in order" : "", order.timeout.count());
        for (const Target& target : order.targets) {
            text += fmt::format(" {}/{}/{}", target.address.text(), target.delay.count(),
                                target.timeout.count());
        }
        note(text);
        dials.push_back(order);
        dial_ = job;
        first_leg_ = order.targets.empty() ? caller : order.targets.front().leg;
        react("dial", job, [this](JobId failed) { push(DialFailed{failed, {"NO_ANSWER", 480}}); });
    }
    void bridge(LegId leg, JobId job) override
    {
        note(fmt::format("bridge {}", leg));
        react("bridge", job, [this](JobId parted) { push(BridgeEnded{parted}); });
    }
    void join(JobId job, const Conference& conference) override
    {
        note(fmt::format(
            "join {}{}{}{}", conference.room.text(), conference.is_moderator ? " moderator" : "",
            conference.is_muted ? " muted" : "", conference.beeps_on_enter ? "" : " quietly"));
        conferences.push_back(conference);
        react("join", job, [this](JobId left) { finish(left); });
    }
    void enqueue(JobId job, const Queue& order) override
    {
        note(fmt::format("enqueue {}", order.name.text()));
        queues.push_back(order);
        react("enqueue", job, [this](JobId failed) { fail(failed); });
    }
    void dequeue(JobId job, const QueueName& queue, milliseconds timeout) override
    {
        words_.push_back(queue.text());
        note(fmt::format("dequeue {} {}", queue.text(), timeout.count()));
        react("dequeue", job, [this](JobId failed) { fail(failed); });
    }
    void stream(JobId job, const execute::Stream& order) override
    {
        note(fmt::format("stream {}{}", order.name.text(), order.is_two_way ? " both ways" : ""));
        streams.push_back(order);
        react("stream", job, [this](JobId failed) { fail(failed); });
    }
    void mute(bool is_muted) override { note(is_muted ? "mute" : "unmute"); }
    void set_variable(const VariableName& name, const OpaqueText& value, bool is_exported) override
    {
        words_.push_back(name.text());
        note(
            fmt::format("set {}={}{}", name.text(), value.bytes(), is_exported ? " exported" : ""));
    }
    void set_language(const LanguageTag& language) override
    {
        words_.push_back(language.text());
        note(fmt::format("set default_language={}", language.text()));
    }
    void refer(JobId job, const SipUri& uri) override
    {
        words_.push_back(uri.text());
        note(fmt::format("refer {}", uri.text()));
        react("refer", job, [this](JobId referred) { push(Referred{referred, 202, 200}); });
    }
    void transfer(JobId job, const Transfer& order) override
    {
        words_.push_back(order.target.text());
        note(fmt::format("transfer {}{}{}", order.target.text(),
                         order.is_attended ? " attended" : "",
                         order.moves_other_leg ? " bleg" : ""));
        react("transfer", job, [this](JobId) { move_caller(); });
    }
    void park(JobId job, const SlotName& slot) override
    {
        words_.push_back(slot.text());
        note(fmt::format("park {}", slot.text()));
        react("park", job, [this](JobId) { move_caller(); });
    }
    bool run_module(JobId job, std::string_view module, std::string_view data) override
    {
        note(fmt::format("run_module {} {}", module, data));
        return react_or_refuse("run_module", job);
    }
    bool run_flow(JobId job, std::string_view) override { return react_or_refuse("run_flow", job); }

    // Every text of these orders that is not opaque, as it has come.
    std::vector<std::string> names() const
    {
        std::vector<std::string> all = words_;
        const auto add = [&all](std::initializer_list<std::string_view> texts) {
            all.insert(all.end(), texts.begin(), texts.end());
        };
        for (const Media& media : sounds) add({media.what(), media.language()});
        for (const Speech& speech : speeches) {
            add({speech.voice, speech.language, speech.engine});
        }
        for (const Recording& recording : recordings) {
            add({recording.keys, recording.url, recording.name});
        }
        for (const Speaking& speaking : speakings) {
            add({speaking.language, speaking.model});
        }
        for (const Dial& dial : dials) {
            add({dial.caller_id_name, dial.caller_id_number, dial.ringback.what()});
            for (const Target& target : dial.targets) all.push_back(target.address.text());
        }
        for (const Conference& room : conferences) {
            add({room.room, room.label, room.profile});
            for (const Media& music : room.hold_music) all.push_back(music.what());
        }
        for (const Queue& queue : queues) {
            add({queue.name, queue.hold_music.what()});
        }
        for (const execute::Stream& stream : streams) {
            add({stream.url, stream.name});
        }
        return all;
    }

    std::vector<Conference> conferences;
    std::vector<Dial> dials;
    std::vector<Queue> queues;
    std::vector<Recording> recordings;
    std::vector<Speaking> speakings;
    std::vector<Media> sounds;
    std::vector<Speech> speeches;
    std::vector<execute::Stream> streams;

private:
    static std::string on_leg(LegId leg)
    {
        return leg == caller ? std::string() : fmt::format(" on {}", leg);
    }
    void note(std::string command)
    {
        while (command.ends_with(' ')) command.pop_back();
        commands.push_back(std::move(command));
    }
    void react(const std::string& command, JobId job, const Reaction& preset)
    {
        const auto found = reactions_.find(command);
        const Reaction reaction = found == reactions_.end() ? preset : found->second;
        reaction(job);
    }
    bool react_or_refuse(const std::string& command, JobId job)
    {
        const auto found = reactions_.find(command);
        if (found == reactions_.end()) return false;
        found->second(job);
        return true;
    }

    std::vector<std::string> words_;  // of commands without an order
    FakeClock& clock_;
    EventQueue queue_;
    std::map<std::string, Reaction> reactions_;
    std::set<JobId> ended_;
    bool is_gone_ = false;
    JobId dial_ = 0;
    JobId recording_ = 0;
    LegId first_leg_ = caller;
};

}  // namespace pivot::test
