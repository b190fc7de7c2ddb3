#include "switches/scripted/scripted_channel.hpp"

#include "base/text.hpp"
#include "switches/media_words.hpp"
#include "switches/scripted/duration.hpp"

#include <pivot/cause.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::scripted {

namespace {

constexpr milliseconds talk_length{3'000};
constexpr milliseconds stream_length{10'000};

std::string id_of_recording(JobId job)
{
    return fmt::format("recording-{}", job);
}

}  // namespace

ScriptedChannel::ScriptedChannel(reactor::Clock& clock, Tell tell, Transcript* transcript)
    : clock_(clock),
      tell_(std::move(tell)),
      transcript_(transcript),
      began_at_(clock.now()),
      ended_at_(began_at_)
{
}

ScriptedChannel::~ScriptedChannel()
{
    clock_.timers().stop(*this);
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
    if (time == endless || is_over()) return;
    Due due{clock_.now() + std::chrono::nanoseconds(time).count(), std::move(what)};
    // Those of one moment happen in the order in which they were set.
    const auto place =
        std::ranges::find_if(agenda_, [&](const Due& other) { return other.at <= due.at; });
    agenda_.insert(place, std::move(due));
    arm();
}

void ScriptedChannel::arm()
{
    reactor::Timers& timers = clock_.timers();
    if (agenda_.empty()) return timers.stop(*this);
    timers.set(*this, agenda_.back().at);
}

// One at a time: whoever runs the call may look at its events before the next one happens.
void ScriptedChannel::fired()
{
    const auto what = std::move(agenda_.back().what);
    agenda_.pop_back();
    what();
    arm();
}

// Returns null where the job has ended, as there is nobody to do it for.
ScriptedChannel::Job* ScriptedChannel::begin(JobId id, JobKind kind, LegId leg)
{
    if (is_over()) return nullptr;
    Job& job = jobs_.emplace_back();
    job.id = id;
    job.kind = kind;
    job.leg = leg;
    job.began = clock_.now();
    if (leg == caller || is_there(leg)) return &job;
    end(id, JobEnd::stopped);
    return nullptr;
}

std::string ScriptedChannel::to(LegId leg)
{
    return leg == caller ? std::string() : " to " + name_of(leg);
}

ScriptedChannel::Job* ScriptedChannel::find(JobId job)
{
    const auto found = std::ranges::find(jobs_, job, &Job::id);
    return found == jobs_.end() ? nullptr : &*found;
}

ScriptedChannel::Job* ScriptedChannel::find(JobKind kind)
{
    const auto found = std::ranges::find(jobs_, kind, &Job::kind);
    return found == jobs_.end() ? nullptr : &*found;
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
    switch (job.kind) {
        case JobKind::recording: return end_recording(job, RecordingEnd::stopped, 0);
        case JobKind::dial: return fail_dial(id, cause_named("ORIGINATOR_CANCEL"));
        case JobKind::queue:
            return end_queue(job, job.bridged_at != never ? QueueEnd::bridged
                                  : is_over()             ? QueueEnd::hung_up
                                                          : QueueEnd::left);
        case JobKind::room: end_room(id); break;
        case JobKind::stream: note("STREAM", "stream end", job.url, "ends"); break;
        case JobKind::playback:
        case JobKind::speech:
        case JobKind::bridge:
        case JobKind::other: break;
    }
    std::erase_if(jobs_, [id](const Job& other) { return other.id == id; });
    if (job.kind == JobKind::bridge) return tell_(BridgeEnded{id});
    if (job.kind == JobKind::speech) return hear(job, "");
    tell_(JobEnded{id, how, {}});
}

void ScriptedChannel::press(char key)
{
    if (is_over()) return;
    note_key(caller, key);
    const auto ended = std::ranges::find_if(jobs_, [key](const Job& job) {
        return job.kind == JobKind::recording && job.leg == caller &&
               job.keys.find(key) != job.keys.npos;
    });
    if (ended != jobs_.end()) end_recording(Job(*ended), RecordingEnd::key, key);
}

void ScriptedChannel::note_key(LegId leg, char key)
{
    note(leg == caller ? "CALLER" : name_of(leg), "press", std::string(1, key),
         fmt::format("presses {}", key));
    tell_(KeyPressed{leg, key});
}

// Words that nobody hears and nothing records are heard by the next who listens.
void ScriptedChannel::speak(std::string words)
{
    if (is_over()) return;
    note("CALLER", "speak", words, fmt::format("says \"{}\"", words));
    const auto listening = std::ranges::find_if(
        jobs_, [](const Job& job) { return job.kind == JobKind::speech && job.leg == caller; });
    if (listening != jobs_.end()) {
        const Job job = *listening;
        std::erase_if(jobs_, [&job](const Job& other) { return other.id == job.id; });
        return hear(job, words);
    }
    const bool is_recorded = find(JobKind::recording) != nullptr;
    if (!is_recorded) spoken_ = std::move(words);
}

// No words: the caller said nothing.
void ScriptedChannel::hear(const Job& job, const std::string& words)
{
    SpeechHeard heard;
    heard.job = job.id;
    if (!words.empty()) tell_(SpeechBegan{job.id});
    if (job.wants_partial) {
        heard.end = HearingEnd::partial;
        for (std::size_t end = words.find(' '); end != words.npos; end = words.find(' ', end + 1)) {
            heard.text = words.substr(0, end);
            tell_(heard);
        }
        heard.end = HearingEnd::words;
    }
    heard.text = words;
    if (!words.empty()) heard.confidence = "0.95";
    if (words.empty()) heard.end = HearingEnd::silence;
    tell_(std::move(heard));
}

void ScriptedChannel::hang_up_caller()
{
    end_call(Ending::caller, Cause{"NORMAL_CLEARING", 0});
}

void ScriptedChannel::redirect(const std::string& url)
{
    if (is_over()) return;
    note("SWITCH", "redirect", url, fmt::format("redirects the call to {}", url));
    tell_(Redirected{url});
}

void ScriptedChannel::run_out_of_time()
{
    end_call(Ending::out_of_time, Cause{"RECOVERY_ON_TIMER_EXPIRE", 0});
}

// All that runs ends first, then the call.
void ScriptedChannel::end_call(Ending ending, Cause cause)
{
    if (is_over()) return;
    ending_ = ending;
    ended_at_ = clock_.now();
    agenda_.clear();
    while (!jobs_.empty()) {
        const Job job = jobs_.back();
        if (job.kind == JobKind::recording) {
            end_recording(job, RecordingEnd::hung_up, 0);
        } else {
            end(job.id, JobEnd::stopped);
        }
    }
    while (!legs_.empty()) end_leg(LegId(legs_.back().id), "ORIGINATOR_CANCEL", 0);
    tell_(HungUp{std::move(cause)});
    arm();
}

Abilities ScriptedChannel::abilities() const
{
    Abilities all;
    all.legs_apart = true;
    all.sip_credentials = true;
    all.dual_recording = true;
    all.keys_in_rooms = true;
    all.early_media = true;
    all.ssml = true;
    all.coaching = true;
    return all;
}

void ScriptedChannel::answer()
{
    if (is_answered() || is_over()) return;
    is_answered_ = true;
    note("PIVOT", "answer", "", "answers");
    tell_(Answered());
}

void ScriptedChannel::be_answered()
{
    is_answered_ = true;
    note("CALLER", "answer", "", "answers");
}

void ScriptedChannel::reject(int sip_code, const ReasonPhrase& phrase)
{
    if (is_over()) return;
    note("PIVOT", "reject", std::to_string(sip_code),
         fmt::format("rejects the call: {} {}", sip_code, phrase.text()));
    end_call(Ending::rejected, Cause{std::string(cause_of_sip(sip_code)), sip_code});
}

bool ScriptedChannel::play(JobId id, LegId leg, const Media& media)
{
    if (begin(id, JobKind::playback, leg) == nullptr) return true;
    const std::string what = words_for(media);
    note("PIVOT", "play", what, fmt::format("plays {}{}", what, to(leg)));
    finish_after(length_of(media), id);
    return true;
}

bool ScriptedChannel::say(JobId id, LegId leg, const Speech& speech)
{
    if (begin(id, JobKind::playback, leg) == nullptr) return true;
    const std::string& text = speech.text.bytes();
    std::string voice = speech.voice.text();
    if (!speech.language.empty()) voice += (voice.empty() ? "" : ", ") + speech.language.text();
    if (!voice.empty()) voice = fmt::format(" ({})", voice);
    note("PIVOT", "say", text, fmt::format("says \"{}\"{}{}", text, voice, to(leg)));
    finish_after(length_of_speech(text), id);
    return true;
}

bool ScriptedChannel::send_keys(JobId id, LegId leg, const KeySequence& keys,
                                milliseconds key_length)
{
    if (begin(id, JobKind::playback, leg) == nullptr) return true;
    note("PIVOT", "send keys", keys.text(), fmt::format("sends keys {}{}", keys.text(), to(leg)));
    finish_after(length_of_keys(keys, key_length), id);
    return true;
}

void ScriptedChannel::stop(JobId job)
{
    end(job, JobEnd::stopped);
}

bool ScriptedChannel::record(JobId id, LegId leg, const Recording& recording)
{
    Job* job = begin(id, JobKind::recording, leg);
    if (job == nullptr) return true;
    job->keys = recording.keys.text();
    job->talks_for = endless;
    job->trims_silence = recording.trims_silence;
    tell_(RecordingBegan{id, id_of_recording(id)});
    if (recording.runs_beside) {
        note("PIVOT", "record", recording.url.text(), "records the call");
        return true;
    }
    if (leg == caller) job->talks_for = talks_.take().length.value_or(talk_length);
    const milliseconds talks_for = job->talks_for;
    note("PIVOT", "record", recording.url.text(),
         leg == caller ? "records the caller" : "records " + name_of(leg));
    milliseconds length = endless;
    auto how = RecordingEnd::limit;
    if (recording.silence_max != unlimited && talks_for != endless) {
        length = talks_for + recording.silence_max;
        how = RecordingEnd::silence;
    }
    if (recording.length_max != unlimited && recording.length_max < length) {
        length = recording.length_max;
        how = RecordingEnd::limit;
    }
    after(length, [this, id, how] {
        const Job* running = find(id);
        if (running != nullptr) end_recording(Job(*running), how, 0);
    });
    return true;
}

// One in which nobody spoke is nowhere.
void ScriptedChannel::end_recording(const Job& job, RecordingEnd how, char key)
{
    RecordingEnded ended;
    ended.job = job.id;
    ended.end = how;
    ended.key = key;
    ended.duration = std::chrono::duration_cast<milliseconds>(
        std::chrono::nanoseconds(clock_.now() - job.began));
    if (job.trims_silence) ended.duration = std::min(ended.duration, job.talks_for);
    const bool has_words = job.talks_for.count() > 0;
    if (has_words) {
        ended.id = id_of_recording(job.id);
        ended.url = fmt::format("http://recordings.example/{}.wav", ended.id);
    }
    note("SWITCH", "recorded", ended.url,
         has_words ? fmt::format("has recorded {}", shown(ended.duration))
                   : "has recorded nothing but silence");
    std::erase_if(jobs_, [&job](const Job& other) { return other.id == job.id; });
    tell_(std::move(ended));
}

bool ScriptedChannel::listen(JobId id, LegId leg, const Speaking& speaking)
{
    Job* job = begin(id, JobKind::speech, leg);
    if (job == nullptr) return true;
    job->wants_partial = speaking.wants_partial;
    note("PIVOT", "listen", "",
         leg == caller ? "listens for speech" : "listens for speech of " + name_of(leg));
    if (spoken_.empty() || leg != caller) return true;
    after(milliseconds(0), [this, id] {
        if (find(id) == nullptr) return;
        const Job listening = *find(id);
        std::erase_if(jobs_, [id](const Job& other) { return other.id == id; });
        hear(listening, std::exchange(spoken_, std::string()));
    });
    return true;
}

// Nobody is connected to: the script says how long the server would have listened.
bool ScriptedChannel::stream(JobId id, LegId, const Stream& stream)
{
    Job* job = begin(id, JobKind::stream, caller);
    if (job == nullptr) return true;
    job->url = stream.url.text();
    note("PIVOT", "stream", job->url,
         fmt::format("streams to {}{}", job->url, stream.is_two_way ? ", both ways" : ""));
    const StreamBehaviour behaviour = streams_.take();
    if (behaviour.fails) {
        after(milliseconds(0), [this, id, why = behaviour.why] { fail_stream(id, why); });
        return true;
    }
    tell_(StreamBegan{id, ""});
    const milliseconds preset = stream.is_two_way ? stream_length : endless;
    finish_after(behaviour.ends_after.value_or(preset), id);
    return true;
}

void ScriptedChannel::fail_stream(JobId id, std::string_view why)
{
    const Job* job = find(id);
    if (job == nullptr) return;
    note("STREAM", "stream end", job->url, with_reason("fails", why));
    std::erase_if(jobs_, [id](const Job& other) { return other.id == id; });
    tell_(JobEnded{id, JobEnd::failed, {}, std::string(why)});
}

void ScriptedChannel::mute(LegId, bool is_muted)
{
    note("PIVOT", "mute", "", is_muted ? "mutes the caller" : "lets the caller be heard");
}

void ScriptedChannel::set_variable(LegId, const VariableName& name, const OpaqueText& value, bool)
{
    note("PIVOT", "set variable", name.text(),
         fmt::format("sets {} to {}", name.text(), value.bytes()));
}

bool ScriptedChannel::refer(JobId id, const SipUri& uri)
{
    if (begin(id, JobKind::other, caller) == nullptr) return true;
    note("PIVOT", "refer", uri.text(), fmt::format("refers the caller to {}", uri.text()));
    after(milliseconds(0), [this, id] {
        if (find(id) == nullptr) return;
        std::erase_if(jobs_, [id](const Job& job) { return job.id == id; });
        tell_(Referred{id, 202, 200});
    });
    return true;
}

bool ScriptedChannel::transfer(JobId id, const Transfer& transfer)
{
    if (begin(id, JobKind::other, caller) == nullptr) return true;
    note("PIVOT", "transfer", transfer.target.text(),
         fmt::format("transfers the call to {}", transfer.target.text()));
    after(milliseconds(0), [this, id] { move_away(id); });
    return true;
}

bool ScriptedChannel::park(JobId id, const SlotName& slot)
{
    if (begin(id, JobKind::other, caller) == nullptr) return true;
    note("PIVOT", "park", slot.text(), fmt::format("parks the call at {}", slot.text()));
    after(milliseconds(0), [this, id] { move_away(id); });
    return true;
}

// What else runs ends first; the job itself ends with the move.
void ScriptedChannel::move_away(JobId id)
{
    if (find(id) == nullptr) return;
    ending_ = Ending::moved;
    ended_at_ = clock_.now();
    agenda_.clear();
    std::erase_if(jobs_, [id](const Job& other) { return other.id == id; });
    while (!jobs_.empty()) end(JobId(jobs_.back().id), JobEnd::stopped);
    tell_(Moved());
    tell_(HungUp());  // how long it lasts elsewhere is nobody's script
    arm();
}

std::optional<ModuleBehaviour> ScriptedChannel::take_module(std::string_view module)
{
    const auto planned = std::ranges::find_if(modules_, [module](const ModuleBehaviour& said) {
        return equals_ignoring_case(said.module, module);
    });
    if (planned == modules_.end()) return std::nullopt;
    ModuleBehaviour behaviour = std::move(*planned);
    modules_.erase(planned);
    return behaviour;
}

bool ScriptedChannel::run_module(JobId id, std::string_view module, std::string_view)
{
    if (is_over()) return false;
    const auto planned = take_module(module);
    note("PIVOT", "module", std::string(module),
         fmt::format("hands the module {} to the host", module));
    if (!planned) return false;
    begin(id, JobKind::other, caller);
    after(planned->after, [this, id, branch = planned->branch] {
        if (find(id) == nullptr) return;
        std::erase_if(jobs_, [id](const Job& other) { return other.id == id; });
        tell_(JobEnded{id, JobEnd::finished, branch});
    });
    return true;
}

void ScriptedChannel::warned(std::string_view where, std::string_view what)
{
    const std::string text = where.empty() ? std::string(what) : fmt::format("{}: {}", where, what);
    note("WARNING", "warning", text, text);
}

void ScriptedChannel::branched(std::string_view branch, std::string_view why)
{
    note("BRANCH", "branch", std::string(branch), fmt::format("{} ({})", branch, why));
}

}  // namespace pivot::switches::scripted
