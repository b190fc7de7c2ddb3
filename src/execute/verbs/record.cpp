#include "base/text.hpp"
#include "execute/jobs/playback.hpp"
#include "execute/jobs/recording.hpp"
#include "execute/verbs/dial_recording.hpp"
#include "execute/verbs/recording_status.hpp"

#include <fmt/format.h>

namespace pivot::execute::verbs {

namespace {

// 440 Hz for half a second (kazoo-http.md, section 10.3).
constexpr Tone beep{milliseconds(500), milliseconds(100), 440, 0};

Recording recording_of(LiveCall& call, twiml::Element record)
{
    Recording recording;
    recording.keys = name_in<KeySet>(call, record, Attribute::finish_on_key);
    recording.silence_max = seconds_of(record, Attribute::timeout);
    recording.length_max = seconds_of(record, Attribute::max_length);
    recording.trims_silence = record.text(Attribute::trim) == "trim-silence";
    const auto target =
        record.has(Attribute::recording_url) ? Attribute::recording_url : Attribute::storage_url;
    if (record.has(target)) {
        recording.url = WebUrl::of(call.session().resolve(record.text(target)));
    }
    recording.uploads_by_post = record.has(Attribute::record_store_method)
                                    ? is_post(record.text(Attribute::record_store_method))
                                    : record.text(Attribute::storage_url_method) == "POST";
    return recording;
}

// Nothing was said before the silence that ended it. Where silence is trimmed off, what is left may
// be shorter than that; then the time that it took tells.
bool is_empty(const RecordingEnded& recorded, milliseconds silence_max, milliseconds taken)
{
    if (recorded.url.empty() && recorded.id.empty()) return true;
    constexpr milliseconds tolerance{500};  // of a switch that tells late
    return recorded.end == RecordingEnd::silence && recorded.duration <= silence_max &&
           taken <= silence_max + tolerance;
}

// There is nobody here who writes down what was said.
void notify_not_transcribed(LiveCall& call, twiml::Element record, Parameters facts)
{
    if (!record.has(Attribute::transcribe_callback)) return;
    facts.push_back({"TranscriptionStatus", "failed"});
    notify(call, record, Attribute::transcribe_callback, Attribute::transcribe_callback_method,
           std::move(facts));
}

// Tells that the recording has begun, when the switch has.
class Beginning final : private Watcher {
public:
    Beginning(LiveCall& call, const RecordingStatus& status) : Watcher(call), status_(status) {}

    JobId job = 0;

private:
    void note(const Event& event) override
    {
        const auto* began = std::get_if<RecordingBegan>(&event);
        const bool is_first = began != nullptr && began->job == job && !has_begun_;
        if (!is_first) return;
        has_begun_ = true;
        status_.tell_in_progress(*began);
    }

    const RecordingStatus& status_;
    bool has_begun_ = false;
};

// Whoever is recorded hears no more.
bool is_gone(LiveCall& call)
{
    return call.leg() == caller ? call.is_over() : call.must_stop();
}

// `action` is told what there is of the recording, and that whoever was recorded is gone.
NextStep report_hang_up(LiveCall& call, twiml::Element record, const RecordingEnded& recorded)
{
    if (call.has_moved()) return next_step(NextStep::Kind::over);
    if (call.leg() == caller) call.session().set_call_status("completed");
    Parameters parameters = recording_results(recorded);
    parameters.push_back({"Digits", "hangup"});
    NextStep step = ask_action(call, record, std::move(parameters));
    step.kind = NextStep::Kind::report;
    return step;
}

}  // namespace

// A recording in which nothing was said lets the document go on. One that the caller ended by
// hanging up is still reported.
Task<NextStep> perform_record(LiveCall& call, twiml::Element record, Deadline& deadline)
{
    if (call.leg() == caller) co_await call.answer(deadline);
    const bool is_recorded = call.leg() == caller || call.can(Ability::legs_apart);
    if (!is_recorded) co_return NextStep();
    const bool beeps = record.is_true(Attribute::play_beep);
    if (beeps) {
        Media tone(beep);
        co_await jobs::play(call, std::move(tone), "", deadline);
    }
    if (call.must_stop()) {
        co_await call.catch_up(deadline);
        if (is_gone(call)) co_return report_hang_up(call, record, RecordingEnded());
        co_return next_step(NextStep::Kind::over);
    }

    RecordingStatus::Facts facts;
    facts.source = "RecordVerb";
    facts.track = "inbound";
    const RecordingStatus status(call, record, facts);
    Beginning beginning(call, status);
    Recording recording = recording_of(call, record);
    const milliseconds silence_max = recording.silence_max;
    const Nanoseconds began = call.now();
    const RecordingEnded recorded =
        co_await jobs::record(call, std::move(recording), beginning.job, deadline);
    if (recorded.end == RecordingEnd::failed) {
        call.warn(where(record), with_reason("Record: the switch could not record", recorded.why));
    }
    co_await call.catch_up(deadline);
    const bool has_hung_up = recorded.end == RecordingEnd::hung_up || call.is_over();
    const auto taken =
        std::chrono::duration_cast<milliseconds>(std::chrono::nanoseconds(call.now() - began));
    if (is_empty(recorded, silence_max, taken)) {
        status.tell_absent();
        if (!has_hung_up) co_return NextStep();
    } else {
        status.tell_completed(recorded);
        const bool transcribes = record.is_true(Attribute::transcribe);
        if (transcribes) notify_not_transcribed(call, record, recording_results(recorded));
    }
    if (recorded.end == RecordingEnd::failed && has_hung_up) {
        co_return next_step(NextStep::Kind::over);
    }
    if (has_hung_up) co_return report_hang_up(call, record, recorded);
    Parameters parameters = recording_results(recorded);
    if (recorded.end == RecordingEnd::key) {
        parameters.push_back({"Digits", std::string(1, recorded.key)});
    }
    co_return ask_action(call, record, std::move(parameters));
}

}  // namespace pivot::execute::verbs
