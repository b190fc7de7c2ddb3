#include "execute/fake_channel.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

namespace pivot::test {

void FakeChannel::on(std::string command, Reaction reaction)
{
    reactions_[std::move(command)] = std::move(reaction);
}

void FakeChannel::push(Event event)
{
    ended_.insert(std::holds_alternative<LegAnswered>(event) ? dial_ : job_ended(event));
    events_.push(std::move(event));
}

void FakeChannel::press(std::string_view keys)
{
    for (const char key : keys) push(KeyPressed{caller, key});
}

void FakeChannel::hang_up_caller()
{
    if (recording_ != 0 && !ended_.contains(recording_)) {
        push(RecordingEnded{recording_, RecordingEnd::hung_up, 0, "http://r/1", "r1", {}});
    }
    is_gone_ = true;
    push(HungUp{{"ORIGINATOR_CANCEL", 487}});
}

void FakeChannel::move_caller()
{
    is_gone_ = true;
    push(Moved());
}

void FakeChannel::get_stuck()
{
    note("stuck");
    hang_up_caller();
}

void FakeChannel::cancel()
{
    events_.cancel();
}

void FakeChannel::answer()
{
    note("answer");
    react("answer", 0, [this](JobId) { push(Answered()); });
}

void FakeChannel::reject(int sip_code, const ReasonPhrase& phrase)
{
    words_.push_back(phrase.text());
    note(fmt::format("reject {} {}", sip_code, phrase.text()));
    react("reject", 0, [this](JobId) { hang_up_caller(); });
}

void FakeChannel::hang_up(LegId leg, const CauseName& cause)
{
    if (is_gone_) return;
    words_.push_back(cause.text());
    note(fmt::format("hang_up {} {}", leg, cause.text()));
    react("hang_up", 0, [this, leg, cause](JobId) {
        if (leg == caller) return push(HungUp{{cause.text(), 0}});
        push(LegEnded{leg, {"NORMAL_CLEARING", 200}});
    });
}

bool FakeChannel::play(JobId job, LegId leg, const Media& media)
{
    if (lacks.contains("play")) return false;
    static constexpr std::string_view kinds[] = {"url",    "file", "name",
                                                 "prompt", "tone", "hold_music"};
    const bool repeats = media.loops() > 1;
    note(fmt::format("play{} {} {} {}{}", on_leg(leg),
                     kinds[static_cast<std::size_t>(media.kind())], media.what(),
                     media.language().text(), repeats ? fmt::format("x{}", media.loops()) : ""));
    sounds.push_back(media);
    react("play", job, [this](JobId played) { finish(played); });
    return true;
}

bool FakeChannel::say(JobId job, LegId leg, const Speech& speech)
{
    if (lacks.contains("say")) return false;
    note(fmt::format("say{} {} {} {} {}", on_leg(leg), speech.text.bytes(), speech.voice.text(),
                     speech.language.text(), speech.engine.text()));
    speeches.push_back(speech);
    react("say", job, [this](JobId said) { finish(said); });
    return true;
}

bool FakeChannel::send_keys(JobId job, LegId leg, const KeySequence& keys, milliseconds length)
{
    if (lacks.contains("send_keys")) return false;
    words_.push_back(keys.text());
    note(fmt::format("send_keys{} {} {}", on_leg(leg), keys.text(), length.count()));
    react("send_keys", job, [this](JobId sent) { finish(sent); });
    return true;
}

void FakeChannel::stop(JobId job)
{
    if (ended_.contains(job)) return;
    note("stop");
    react("stop", job, [this](JobId stopped) {
        if (stopped == dial_) return push(DialFailed{stopped, {"ORIGINATOR_CANCEL", 487}});
        if (stopped == recording_) {
            return push(RecordingEnded{stopped, RecordingEnd::stopped, 0, "http://r/1", "r1", {}});
        }
        push(JobEnded{stopped, JobEnd::stopped, ""});
    });
}

bool FakeChannel::record(JobId job, LegId, const Recording& order)
{
    if (lacks.contains("record")) return false;
    static constexpr std::string_view formats[] = {"", "mp3", "wav"};
    note(fmt::format("record {} {} {} {}{}", order.url.text(),
                     order.uploads_by_post ? "POST" : "PUT",
                     formats[static_cast<std::size_t>(order.format)], order.length_max.count(),
                     order.runs_beside ? " both" : ""));
    recordings.push_back(order);
    recording_ = job;
    react("record", job, [](JobId) {});
    return true;
}

bool FakeChannel::listen(JobId job, LegId leg, const Speaking& speaking)
{
    if (lacks.contains("listen")) return false;
    note(fmt::format("listen{}", on_leg(leg)));
    speakings.push_back(speaking);
    react("listen", job, [this](JobId heard) { push(SpeechHeard{heard, "", ""}); });
    return true;
}

bool FakeChannel::dial(JobId job, const Dial& order)
{
    if (lacks.contains("dial")) return false;
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
    return true;
}

bool FakeChannel::bridge(JobId job, LegId leg)
{
    if (lacks.contains("bridge")) return false;
    note(fmt::format("bridge {}", leg));
    react("bridge", job, [this](JobId parted) { push(BridgeEnded{parted}); });
    return true;
}

bool FakeChannel::join(JobId job, const Conference& conference)
{
    if (lacks.contains("join")) return false;
    note(fmt::format(
        "join {}{}{}{}", conference.room.text(), conference.is_moderator ? " moderator" : "",
        conference.is_muted ? " muted" : "", conference.beeps_on_enter ? "" : " quietly"));
    conferences.push_back(conference);
    react("join", job, [this](JobId left) { finish(left); });
    return true;
}

bool FakeChannel::enqueue(JobId job, const Queue& order)
{
    if (lacks.contains("enqueue")) return false;
    note(fmt::format("enqueue {}", order.name.text()));
    queues.push_back(order);
    react("enqueue", job, [this](JobId failed) { fail(failed); });
    return true;
}

bool FakeChannel::dequeue(JobId job, const QueueName& queue, milliseconds timeout)
{
    if (lacks.contains("dequeue")) return false;
    words_.push_back(queue.text());
    note(fmt::format("dequeue {} {}", queue.text(), timeout.count()));
    react("dequeue", job, [this](JobId failed) { fail(failed); });
    return true;
}

bool FakeChannel::mix(JobId job, const MixName& mix, unsigned members_max)
{
    if (lacks.contains("mix")) return false;
    words_.push_back(mix.text());
    note(fmt::format("mix {} {}", mix.text(), members_max));
    react("mix", job, [](JobId) {});
    return true;
}

bool FakeChannel::stream(JobId job, LegId, const Stream& order)
{
    if (lacks.contains("stream")) return false;
    note(fmt::format("stream {}{}", order.name.text(), order.is_two_way ? " both ways" : ""));
    streams.push_back(order);
    react("stream", job, [this](JobId failed) { fail(failed); });
    return true;
}

void FakeChannel::mute(LegId, bool is_muted)
{
    note(is_muted ? "mute" : "unmute");
}

void FakeChannel::set_variable(LegId, const VariableName& name, const OpaqueText& value,
                               bool is_exported)
{
    words_.push_back(name.text());
    note(fmt::format("set {}={}{}", name.text(), value.bytes(), is_exported ? " exported" : ""));
}

bool FakeChannel::refer(JobId job, const SipUri& uri)
{
    if (lacks.contains("refer")) return false;
    words_.push_back(uri.text());
    note(fmt::format("refer {}", uri.text()));
    react("refer", job, [this](JobId referred) { push(Referred{referred, 202, 200}); });
    return true;
}

bool FakeChannel::transfer(JobId job, const Transfer& order)
{
    if (lacks.contains("transfer")) return false;
    words_.push_back(order.target.text());
    note(fmt::format("transfer {}{}{}", order.target.text(), order.is_attended ? " attended" : "",
                     order.moves_other_leg ? " bleg" : ""));
    react("transfer", job, [this](JobId) { move_caller(); });
    return true;
}

bool FakeChannel::park(JobId job, const SlotName& slot)
{
    if (lacks.contains("park")) return false;
    words_.push_back(slot.text());
    note(fmt::format("park {}", slot.text()));
    react("park", job, [this](JobId) { move_caller(); });
    return true;
}

bool FakeChannel::run_module(JobId job, std::string_view module, std::string_view data)
{
    if (lacks.contains("run_module")) return false;
    note(fmt::format("run_module {} {}", module, data));
    return react_or_refuse("run_module", job);
}

void FakeChannel::given_back(const SessionEnd& so_far)
{
    note("given_back " + so_far.branch);
    react("given_back", 0, [this](JobId) { hang_up_caller(); });
}

std::vector<std::string> FakeChannel::names() const
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
        add({room.room, room.label, room.coached_label, room.profile, room.hold_music.what()});
    }
    for (const Queue& queue : queues) {
        add({queue.name, queue.hold_music.what()});
    }
    for (const Stream& stream : streams) {
        add({stream.url, stream.name});
    }
    return all;
}

std::string FakeChannel::on_leg(LegId leg)
{
    return leg == caller ? std::string() : fmt::format(" on {}", leg);
}

void FakeChannel::note(std::string command)
{
    while (command.ends_with(' ')) command.pop_back();
    commands.push_back(std::move(command));
}

void FakeChannel::react(const std::string& command, JobId job, const Reaction& preset)
{
    const auto found = reactions_.find(command);
    const Reaction reaction = found == reactions_.end() ? preset : found->second;
    reaction(job);
}

bool FakeChannel::react_or_refuse(const std::string& command, JobId job)
{
    const auto found = reactions_.find(command);
    if (found == reactions_.end()) return false;
    found->second(job);
    return true;
}

}  // namespace pivot::test
