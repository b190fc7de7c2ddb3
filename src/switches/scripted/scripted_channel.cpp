#include "switches/scripted/scripted_channel.hpp"

#include "switches/scripted/duration.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::scripted {

namespace {

using namespace execute;

milliseconds since(Nanoseconds began, Nanoseconds now)
{
    return std::chrono::duration_cast<milliseconds>(std::chrono::nanoseconds(now - began));
}

std::string quoted(std::string_view text)
{
    return fmt::format("\"{}\"", text);
}

}  // namespace

ScriptedChannel::ScriptedChannel(CallClock& clock, reactor::Deadline& host, Transcript* transcript)
    : clock_(clock), events_(clock, host), transcript_(transcript), began_(clock.now())
{
}

ScriptedChannel::~ScriptedChannel()
{
    clock_.reactor().timers().stop(*this);
}

void ScriptedChannel::note(std::string actor, std::string kind, std::string subject,
                           std::string text)
{
    if (transcript_ == nullptr) return;
    Deed deed;
    deed.at = since_begin();
    deed.actor = std::move(actor);
    deed.kind = std::move(kind);
    deed.subject = std::move(subject);
    deed.text = std::move(text);
    transcript_->note(std::move(deed));
}

void ScriptedChannel::after(milliseconds time, std::function<void()> what)
{
    if (time == endless) return;
    Due due{clock_.now() + std::chrono::nanoseconds(time).count(), std::move(what)};
    // Those of one moment happen in the order in which they were set.
    const auto place =
        std::ranges::find_if(agenda_, [&](const Due& other) { return other.at <= due.at; });
    agenda_.insert(place, std::move(due));
    arm();
}

Nanoseconds ScriptedChannel::earliest() const
{
    return agenda_.empty() ? never : agenda_.back().at;
}

bool ScriptedChannel::happen()
{
    has_pushed_ = false;
    const auto what = std::move(agenda_.back().what);
    agenda_.pop_back();
    what();
    return has_pushed_;
}

// While the call does something else than to wait, what is due happens by the reactor's clock.
void ScriptedChannel::arm()
{
    auto& timers = clock_.reactor().timers();
    if (agenda_.empty()) return timers.stop(*this);
    timers.set(*this, clock_.on_reactor(earliest()));
}

void ScriptedChannel::fired()
{
    while (earliest() <= clock_.now()) happen();
    arm();
}

void ScriptedChannel::begin(JobId job, JobKind kind, LegId leg)
{
    if (is_over_) return;
    jobs_.push_back({job, kind, leg, clock_.now(), {}});
}

ScriptedChannel::Job* ScriptedChannel::find(JobId job)
{
    const auto found = std::ranges::find(jobs_, job, &Job::id);
    return found == jobs_.end() ? nullptr : &*found;
}

ScriptedChannel::Leg* ScriptedChannel::find_leg(LegId leg)
{
    const auto found = std::ranges::find(legs_, leg, &Leg::id);
    return found == legs_.end() ? nullptr : &*found;
}

// `LEG 1 ` where it is not the caller who hears or does something.
std::string ScriptedChannel::who(LegId leg) const
{
    return leg == caller ? "CALLER" : fmt::format("LEG {}", leg);
}

void ScriptedChannel::finish_after(milliseconds time, JobId job)
{
    after(time, [this, job] { end(job, JobEnd::finished); });
}

void ScriptedChannel::end(JobId id, JobEnd how)
{
    const Job* found = find(id);
    if (found == nullptr) return;
    const Job job = *found;
    if (job.kind == JobKind::recording) return end_recording(job, RecordingEnd::stopped, 0);
    std::erase_if(jobs_, [id](const Job& other) { return other.id == id; });
    has_pushed_ = true;
    switch (job.kind) {
        case JobKind::speech: {
            SpeechHeard heard;
            heard.job = id;
            return events_.push(std::move(heard));
        }
        case JobKind::dial: {
            const Cause cause{"ORIGINATOR_CANCEL", 487};
            return fail_dial(id, cause);
        }
        case JobKind::bridge: return events_.push(BridgeEnded{id});
        case JobKind::queue: {
            QueueEnded ended;
            ended.job = id;
            ended.end = job.is_bridged ? QueueEnd::bridged
                        : is_over_     ? QueueEnd::hung_up
                                       : QueueEnd::left;
            ended.waited =
                std::chrono::duration_cast<std::chrono::seconds>(since(job.began, clock_.now()));
            return events_.push(std::move(ended));
        }
        default: return events_.push(JobEnded{id, how, {}});
    }
}

void ScriptedChannel::end_recording(const Job& job, RecordingEnd how, char key)
{
    const JobId id = job.id;
    RecordingEnded ended;
    ended.job = id;
    ended.end = how;
    ended.key = key;
    ended.duration = since(job.began, clock_.now());
    ended.id = fmt::format("recording-{}", id);
    ended.url = fmt::format("http://recordings.example/{}.wav", ended.id);
    note("SWITCH", "recorded", ended.url, fmt::format("has recorded {}", shown(ended.duration)));
    std::erase_if(jobs_, [id](const Job& other) { return other.id == id; });
    has_pushed_ = true;
    events_.push(std::move(ended));
}

void ScriptedChannel::press(char key)
{
    press(caller, key);
}

void ScriptedChannel::press(LegId leg, char key)
{
    if (is_over_) return;
    note(who(leg), "press", std::string(1, key), fmt::format("presses {}", key));
    has_pushed_ = true;
    events_.push(KeyPressed{leg, key});
    const auto ended = std::ranges::find_if(jobs_, [&](const Job& job) {
        return job.kind == JobKind::recording && job.leg == leg &&
               job.keys.find(key) != job.keys.npos;
    });
    if (ended != jobs_.end()) end_recording(Job(*ended), RecordingEnd::key, key);
}

void ScriptedChannel::speak(std::string words)
{
    if (is_over_) return;
    note("CALLER", "speak", words, fmt::format("says {}", quoted(words)));
    const auto listening = std::ranges::find(jobs_, JobKind::speech, &Job::kind);
    if (listening == jobs_.end()) {
        spoken_ = std::move(words);
        return;
    }
    SpeechHeard heard;
    heard.job = listening->id;
    heard.text = std::move(words);
    heard.confidence = "0.95";
    jobs_.erase(listening);
    has_pushed_ = true;
    events_.push(std::move(heard));
}

// All that runs ends first, then the call.
void ScriptedChannel::hang_up_caller(std::string_view cause)
{
    if (is_over_) return;
    is_over_ = true;
    agenda_.clear();
    while (!jobs_.empty()) {
        const Job job = jobs_.back();
        if (job.kind == JobKind::recording) {
            end_recording(job, RecordingEnd::hung_up, 0);
        } else {
            end(job.id, JobEnd::stopped);
        }
    }
    for (const Leg& leg : std::vector<Leg>(legs_)) end_leg(leg.id, "ORIGINATOR_CANCEL", 0);
    has_pushed_ = true;
    events_.push(HungUp{Cause{std::string(cause), 0}});
    arm();
}

bool ScriptedChannel::can(Ability ability) const
{
    return ability != Ability::streams;
}

void ScriptedChannel::answer()
{
    if (is_answered_ || is_over_) return;
    is_answered_ = true;
    note("PIVOT", "answer", "", "answers");
    events_.push(Answered());
}

void ScriptedChannel::reject(int sip_code, std::string_view phrase)
{
    if (is_over_) return;
    note("PIVOT", "reject", std::to_string(sip_code),
         fmt::format("rejects the call: {} {}", sip_code, phrase));
    hang_up_caller(sip_code == 486 ? "USER_BUSY" : "CALL_REJECTED");
}

void ScriptedChannel::hang_up(LegId leg, std::string_view cause)
{
    if (leg != caller) return end_leg(leg, cause.empty() ? "NORMAL_CLEARING" : cause, 0);
    if (is_over_) return;
    note("PIVOT", "hang up", std::string(cause),
         cause.empty() ? "hangs up" : fmt::format("hangs up: {}", cause));
    hang_up_caller(cause.empty() ? "NORMAL_CLEARING" : cause);
}

void ScriptedChannel::play(LegId leg, JobId job, const Media& media)
{
    begin(job, JobKind::playback, leg);
    note("PIVOT", "play", media.what,
         fmt::format("plays {}{}", media.what, leg == caller ? "" : " to " + who(leg)));
    finish_after(length_of(media), job);
}

void ScriptedChannel::say(LegId leg, JobId job, const Speech& speech)
{
    begin(job, JobKind::playback, leg);
    std::string voice = speech.voice;
    if (!speech.language.empty()) voice += (voice.empty() ? "" : ", ") + speech.language;
    note("PIVOT", "say", speech.text,
         fmt::format("says {}{}{}", quoted(speech.text),
                     voice.empty() ? "" : fmt::format(" ({})", voice),
                     leg == caller ? "" : " to " + who(leg)));
    finish_after(length_of_speech(speech.text), job);
}

void ScriptedChannel::send_keys(LegId leg, JobId job, std::string_view keys,
                                milliseconds key_length)
{
    begin(job, JobKind::playback, leg);
    note("PIVOT", "send keys", std::string(keys),
         fmt::format("sends keys {}{}", keys, leg == caller ? "" : " to " + who(leg)));
    finish_after(length_of_keys(keys, key_length), job);
}

void ScriptedChannel::stop(JobId job)
{
    end(job, JobEnd::stopped);
}

void ScriptedChannel::record(LegId leg, JobId job, const Recording& recording)
{
    begin(job, JobKind::recording, leg);
    if (Job* begun = find(job)) begun->keys = recording.keys;
    note("PIVOT", "record", recording.url,
         recording.takes_both_sides ? "records the call" : "records the caller");
    if (recording.takes_both_sides) return;
    milliseconds length = endless;
    auto how = RecordingEnd::limit;
    if (recording.silence_max != unlimited) {
        length = caller_behaves_.speaks_for + recording.silence_max;
        how = RecordingEnd::silence;
    }
    if (recording.length_max != unlimited && recording.length_max < length) {
        length = recording.length_max;
        how = RecordingEnd::limit;
    }
    after(length, [this, job, how] {
        const Job* running = find(job);
        if (running != nullptr) end_recording(Job(*running), how, 0);
    });
}

void ScriptedChannel::listen(JobId job, const Speaking&)
{
    begin(job, JobKind::speech, caller);
    note("PIVOT", "listen", "", "listens for speech");
    if (spoken_.empty()) return;
    std::string words = std::exchange(spoken_, std::string());
    after(milliseconds(0), [this, words] { speak(words); });
}

LegBehaviour ScriptedChannel::behaviour_of(const Target& target, unsigned place) const
{
    if (const auto found = addresses_.find(target.address); found != addresses_.end()) {
        return found->second;
    }
    const auto found = places_.find(place);
    return found == places_.end() ? legs_behave_ : found->second;
}

void ScriptedChannel::dial(JobId job, const Dial& order)
{
    begin(job, JobKind::dial, caller);
    std::string addresses;
    for (const Target& target : order.targets) {
        addresses += addresses.empty() ? target.address : ", " + target.address;
    }
    note("PIVOT", "dial", addresses,
         fmt::format("dials {}{}", addresses,
                     order.caller_id_number.empty() ? "" : " as " + order.caller_id_number));
    unsigned place = 0;
    for (const Target& target : order.targets) {
        legs_.push_back({target.leg, job, who(target.leg), behaviour_of(target, ++place)});
    }
    if (order.timeout != unlimited) {
        after(order.timeout, [this, job] {
            if (find(job) != nullptr) fail_dial(job, Cause{"NO_ANSWER", 480});
        });
    }
    std::vector<Target> targets = order.targets;
    ring(job, std::move(targets), order.is_sequential, order.timeout);
}

// All of them, or the first, and the others when that has failed.
void ScriptedChannel::ring(JobId dial, std::vector<Target> targets, bool is_sequential,
                           milliseconds timeout)
{
    std::vector<Target> rest;
    if (is_sequential && targets.size() > 1) {
        rest.assign(targets.begin() + 1, targets.end());
        targets.resize(1);
    }
    if (targets.empty()) return fail_dial(dial, Cause{"NO_ROUTE_DESTINATION", 404});
    for (const Target& target : targets) {
        Leg* leg = find_leg(target.leg);
        if (leg == nullptr) continue;
        const LegId id = target.leg;
        leg->has_begun = true;
        const LegBehaviour behaviour = leg->behaviour;
        const bool rings = behaviour.answers || behaviour.rings_on || behaviour.after.count() > 0;
        if (rings) {
            after(target.delay, [this, id, dial] {
                if (find(dial) == nullptr || find_leg(id) == nullptr) return;
                note(who(id), "ring", "", "rings");
                has_pushed_ = true;
                events_.push(LegRinging{id});
            });
        }
        if (behaviour.answers) {
            after(target.delay + behaviour.after, [this, id] { leg_answers(id); });
        } else if (!behaviour.rings_on) {
            after(target.delay + behaviour.after,
                  [this, id, rest, timeout] { leg_fails(id, rest, timeout); });
        }
        if (target.timeout != unlimited) {
            after(target.delay + target.timeout, [this, id, rest, timeout] {
                Leg* ringing = find_leg(id);
                if (ringing == nullptr || ringing->has_answered) return;
                ringing->behaviour.cause = Cause{"NO_ANSWER", 480};
                leg_fails(id, rest, timeout);
            });
        }
    }
}

void ScriptedChannel::leg_answers(LegId id)
{
    Leg* leg = find_leg(id);
    if (leg == nullptr || leg->has_answered || find(leg->dial) == nullptr) return;
    leg->has_answered = true;
    const JobId dial = leg->dial;
    const milliseconds hangs_up_after = leg->behaviour.hangs_up_after;
    const char key = leg->behaviour.key;
    std::erase_if(jobs_, [dial](const Job& job) { return job.id == dial; });
    for (const Leg& other : std::vector<Leg>(legs_)) {
        if (other.dial == dial && other.id != id) end_leg(other.id, "LOSE_RACE", 0);
    }
    note(who(id), "leg answer", "", "answers");
    has_pushed_ = true;
    events_.push(LegAnswered{id, {}});
    if (key != 0) {
        after(milliseconds(1'000), [this, id, key] {
            if (find_leg(id) != nullptr) press(id, key);
        });
    }
    after(hangs_up_after, [this, id] { end_leg(id, "NORMAL_CLEARING", 0); });
}

void ScriptedChannel::leg_fails(LegId id, std::vector<Target> rest, milliseconds timeout)
{
    const Leg* leg = find_leg(id);
    if (leg == nullptr || leg->has_answered || find(leg->dial) == nullptr) return;
    const JobId dial = leg->dial;
    const Cause cause = leg->behaviour.cause;
    end_leg(id, cause.name, cause.sip_code);
    if (!rest.empty()) return ring(dial, std::move(rest), true, timeout);
    const bool rings_on =
        std::ranges::any_of(legs_, [dial](const Leg& other) { return other.dial == dial; });
    if (!rings_on) fail_dial(dial, cause);
}

void ScriptedChannel::fail_dial(JobId dial, const Cause& cause)
{
    std::erase_if(jobs_, [dial](const Job& job) { return job.id == dial; });
    for (const Leg& leg : std::vector<Leg>(legs_)) {
        if (leg.dial == dial) end_leg(leg.id, "ORIGINATOR_CANCEL", 0);
    }
    has_pushed_ = true;
    events_.push(DialFailed{dial, cause});
}

void ScriptedChannel::end_leg(LegId id, std::string_view cause, int sip_code)
{
    const Leg* leg = find_leg(id);
    if (leg == nullptr) return;
    const bool had_answered = leg->has_answered;
    const bool had_begun = leg->has_begun;
    std::erase_if(legs_, [id](const Leg& other) { return other.id == id; });
    if (!had_begun) return;
    note(who(id), "leg end", std::string(cause),
         had_answered ? "hangs up" : fmt::format("does not answer: {}", cause));
    has_pushed_ = true;
    events_.push(LegEnded{id, Cause{std::string(cause), sip_code}});
    for (const Job& job : std::vector<Job>(jobs_)) {
        if (job.leg == id) end(job.id, JobEnd::stopped);
    }
}

void ScriptedChannel::bridge(LegId leg, JobId job)
{
    begin(job, JobKind::bridge, leg);
    note("PIVOT", "bridge", "", fmt::format("connects the caller with {}", who(leg)));
    if (find_leg(leg) == nullptr) finish_after(milliseconds(0), job);
}

void ScriptedChannel::join(JobId job, const Conference& conference)
{
    begin(job, JobKind::room, caller);
    note("PIVOT", "conference", conference.room,
         fmt::format("brings the caller into the conference {}", quoted(conference.room)));
    const auto happens = [this, job](ConferenceEventKind kind, std::string_view text) {
        if (find(job) == nullptr) return;
        note("ROOM", "conference event", std::string(text), std::string(text));
        ConferenceHappened happened;
        happened.job = job;
        happened.kind = kind;
        has_pushed_ = true;
        events_.push(std::move(happened));
    };
    after(milliseconds(0), [happens] { happens(ConferenceEventKind::join, "the caller is in"); });
    const milliseconds starts = room_behaves_.starts_after;
    after(starts, [happens] { happens(ConferenceEventKind::start, "begins"); });
    if (room_behaves_.ends_after == endless) return;
    after(starts + room_behaves_.ends_after, [this, happens, job] {
        happens(ConferenceEventKind::end, "ends");
        end(job, JobEnd::finished);
    });
}

void ScriptedChannel::enqueue(JobId job, const Queue& queue)
{
    begin(job, JobKind::queue, caller);
    note("PIVOT", "queue", queue.name,
         fmt::format("puts the caller into the queue {}", quoted(queue.name)));
    if (queue_behaves_.is_full) {
        after(milliseconds(0), [this, job] {
            std::erase_if(jobs_, [job](const Job& other) { return other.id == job; });
            QueueEnded ended;
            ended.job = job;
            ended.end = QueueEnd::full;
            note("QUEUE", "queue full", "", "is full");
            has_pushed_ = true;
            events_.push(std::move(ended));
        });
        return;
    }
    const milliseconds bridges = queue_behaves_.bridges_after;
    if (bridges == endless) return;
    after(bridges, [this, job] {
        Job* waiting = find(job);
        if (waiting == nullptr) return;
        waiting->is_bridged = true;
        note("QUEUE", "queue bridge", "", "connects the caller");
        has_pushed_ = true;
        events_.push(QueueBridged{job});
    });
    finish_after(bridges + queue_behaves_.parts_after, job);
}

void ScriptedChannel::dequeue(JobId job, std::string_view queue, milliseconds timeout)
{
    begin(job, JobKind::queue, caller);
    note("PIVOT", "dequeue", std::string(queue),
         fmt::format("connects the caller with the first of the queue {}", quoted(queue)));
    if (queue_behaves_.is_empty) return finish_after(timeout, job);
    if (Job* begun = find(job)) begun->is_bridged = true;
    finish_after(queue_behaves_.parts_after, job);
}

void ScriptedChannel::stream(JobId job, const Stream& stream)
{
    begin(job, JobKind::other, caller);
    note("PIVOT", "stream", stream.url, fmt::format("streams to {}", stream.url));
    after(milliseconds(0), [this, job] { end(job, JobEnd::failed); });
}

void ScriptedChannel::mute(bool is_muted)
{
    note("PIVOT", "mute", "", is_muted ? "mutes the caller" : "lets the caller be heard");
}

void ScriptedChannel::set_variable(std::string_view name, std::string_view value, bool)
{
    note("PIVOT", "set variable", std::string(name), fmt::format("sets {} to {}", name, value));
}

void ScriptedChannel::transfer(JobId job, const Transfer& transfer)
{
    begin(job, JobKind::other, caller);
    note("PIVOT", "transfer", transfer.target,
         fmt::format("transfers the call to {}", transfer.target));
    after(milliseconds(0), [this, job] {
        if (find(job) == nullptr) return;
        is_over_ = true;
        agenda_.clear();
        jobs_.clear();
        has_pushed_ = true;
        events_.push(Moved());
    });
}

void ScriptedChannel::park(JobId job, std::string_view slot)
{
    begin(job, JobKind::other, caller);
    note("PIVOT", "park", std::string(slot), fmt::format("parks the call at {}", slot));
}

bool ScriptedChannel::run_module(JobId, std::string_view, std::string_view)
{
    return false;
}

bool ScriptedChannel::run_flow(JobId, std::string_view)
{
    return false;
}

}  // namespace pivot::switches::scripted
