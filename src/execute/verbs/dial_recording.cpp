#include "execute/verbs/dial_recording.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace pivot::execute::verbs {

namespace {

Track track_of(std::string_view track)
{
    if (track == "inbound") return Track::inbound;
    if (track == "outbound") return Track::outbound;
    return Track::both;
}

}  // namespace

bool is_post(std::string_view store_method)
{
    return equals_ignoring_case(store_method, "post");
}

bool wants_recording(twiml::Element element)
{
    const std::string_view when = element.text(Attribute::record);
    return when == "true" || when.starts_with("record-from-");
}

DialRecording::DialRecording(LiveCall& call, twiml::Element element, std::string_view room)
    : Watcher(call),
      call_(call),
      element_(element),
      room_(room),
      when_(wants_recording(element) ? element.text(Attribute::record) : "")
{
}

void DialRecording::ringing()
{
    if (when_.starts_with("record-from-ringing")) begin();
}

void DialRecording::connected()
{
    if (!when_.empty()) begin();
}

void DialRecording::begin()
{
    if (status_ || call_.is_over()) return;
    RecordingStatus::Facts facts;
    facts.source = room_.empty() ? "DialVerb" : "Conference";
    facts.room = room_;
    facts.track = element_.text(Attribute::recording_track);
    if (facts.track.empty()) facts.track = "both";
    facts.is_dual = when_.ends_with("-dual");
    Recording recording;
    recording.track = track_of(facts.track);
    recording.is_dual = facts.is_dual;
    recording.runs_beside = true;
    recording.trims_silence = element_.text(Attribute::trim) == "trim-silence";
    if (element_.has(Attribute::recording_url)) {
        recording.url =
            WebUrl::of(call_.session().resolve(element_.text(Attribute::recording_url)));
        recording.uploads_by_post = is_post(element_.text(Attribute::record_store_method));
    }
    job_ = call_.begin(caller, std::move(recording));
    status_.emplace(call_, element_, facts);
    is_over_ = job_ == 0;
    if (!is_over_) return;
    warn_of_failure(no_such_command);
    status_->tell_absent();
}

Task<> DialRecording::finish(Deadline& deadline)
{
    if (status_ && !is_over_) co_await call_.stop(job_, deadline);
}

Parameters DialRecording::results() const
{
    return recorded_.url.empty() ? Parameters() : recording_results(recorded_);
}

void DialRecording::warn_of_failure(std::string_view why)
{
    const std::string_view verb = twiml::name(element_.name());
    call_.warn(where(element_),
               with_reason(fmt::format("{}: the switch could not record", verb), why));
}

void DialRecording::note(const Event& event)
{
    const auto* happened = std::get_if<ConferenceHappened>(&event);
    const bool has_begun = happened != nullptr && happened->kind == ConferenceEventKind::start;
    if (has_begun || std::holds_alternative<QueueBridged>(event)) connected();

    const auto* began = std::get_if<RecordingBegan>(&event);
    const bool is_told = began != nullptr && began->job == job_ && !has_begun_;
    if (is_told) {
        has_begun_ = true;
        status_->tell_in_progress(*began);
    }
    const auto* ended = std::get_if<RecordingEnded>(&event);
    if (ended == nullptr || ended->job != job_ || is_over_) return;
    is_over_ = true;
    recorded_ = *ended;
    if (ended->end == RecordingEnd::failed) warn_of_failure(ended->why);
    if (recorded_.url.empty()) {
        status_->tell_absent();
    } else {
        status_->tell_completed(recorded_);
    }
}

}  // namespace pivot::execute::verbs
