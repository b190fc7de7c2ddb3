#include "abi/told_event.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <chrono>

namespace pivot::abi {

namespace {

// What a switch tells comes from far ends and recognizers, which may send any bytes.
std::string mended(pivot_text text)
{
    if (text.data == nullptr) return {};
    const std::string_view bytes(text.data, text.size);
    return is_valid_utf8(bytes) ? std::string(bytes) : to_valid_utf8(bytes);
}

std::chrono::milliseconds milliseconds_of(std::int64_t count)
{
    return std::chrono::milliseconds(std::max<std::int64_t>(count, 0));
}

std::chrono::seconds seconds_of(std::int64_t milliseconds)
{
    return std::chrono::duration_cast<std::chrono::seconds>(milliseconds_of(milliseconds));
}

Cause cause_of(const pivot_event& told)
{
    return {mended(told.text), told.sip_code};
}

// The greatest `how` of an event; -1: it has none, so any will do.
int last_how(pivot_event_kind kind)
{
    constexpr int sip_code_max = 699;
    switch (kind) {
        case PIVOT_EVENT_JOB_ENDED: return PIVOT_JOB_FAILED;
        case PIVOT_EVENT_RECORDED: return PIVOT_RECORDING_FAILED;
        case PIVOT_EVENT_HEARD: return PIVOT_HEARD_PARTIAL;
        case PIVOT_EVENT_CONFERENCE: return PIVOT_CONFERENCE_SPEECH_STOP;
        case PIVOT_EVENT_QUEUE_ENDED: return PIVOT_QUEUE_FAILED;
        case PIVOT_EVENT_REDIRECT: return 1;
        case PIVOT_EVENT_REFERRED: return sip_code_max;
        default: return -1;
    }
}

Checked<void> check_how(const pivot_event& told)
{
    const int last = last_how(told.kind);
    if (last < 0 || (told.how >= 0 && told.how <= last)) return {};
    return refuse(PIVOT_BAD_VALUE, fmt::format("how {} is invalid for an event of kind {}",
                                               told.how, int{told.kind}));
}

Checked<void> check_texts(const pivot_event& told)
{
    for (const pivot_text& text : {told.text, told.id, told.why, told.confidence}) {
        if (text.data == nullptr && text.size > 0) return refuse(PIVOT_NULL, "a text is null");
    }
    return {};
}

Event recorded(const pivot_event& told)
{
    RecordingEnded ended;
    ended.job = told.job;
    ended.end = static_cast<RecordingEnd>(told.how);
    ended.key = told.key;
    ended.url = mended(told.text);
    ended.id = mended(told.id);
    ended.duration = milliseconds_of(told.duration_ms);
    ended.why = mended(told.why);
    return ended;
}

Event heard(const pivot_event& told)
{
    return SpeechHeard{told.job, mended(told.text), mended(told.confidence),
                       static_cast<HearingEnd>(told.how), mended(told.why)};
}

Event conference_happened(const pivot_event& told)
{
    ConferenceHappened happened;
    happened.job = told.job;
    happened.kind = static_cast<ConferenceEventKind>(told.how);
    happened.member = mended(told.text);
    return happened;
}

Event queue_ended(const pivot_event& told)
{
    QueueEnded ended;
    ended.job = told.job;
    ended.end = static_cast<QueueEnd>(told.how);
    ended.other_call_id = mended(told.id);
    ended.waited = seconds_of(told.waited_ms);
    ended.talked = seconds_of(told.duration_ms);
    ended.why = mended(told.why);
    return ended;
}

Event redirected(const pivot_event& told)
{
    return Redirected{mended(told.text), told.how == 0 ? Method::post : Method::get};
}

}  // namespace

Checked<Event> read_event(const pivot_event* event)
{
    const auto taken = take(event, "pivot_event");
    if (!taken) return tl::unexpected(taken.error());
    const pivot_event& told = *taken;
    if (auto checked = check_how(told); !checked) return tl::unexpected(checked.error());
    if (auto checked = check_texts(told); !checked) return tl::unexpected(checked.error());
    switch (told.kind) {
        case PIVOT_EVENT_ANSWERED: return Answered();
        case PIVOT_EVENT_KEY: return KeyPressed{told.leg, told.key};
        case PIVOT_EVENT_JOB_ENDED:
            return JobEnded{told.job, static_cast<JobEnd>(told.how), mended(told.text),
                            mended(told.why)};
        case PIVOT_EVENT_RECORDED: return recorded(told);
        case PIVOT_EVENT_HEARD: return heard(told);
        case PIVOT_EVENT_LEG_RINGING: return LegRinging{told.leg};
        case PIVOT_EVENT_LEG_ANSWERED: return LegAnswered{told.leg, mended(told.id), told.job};
        case PIVOT_EVENT_LEG_ENDED: return LegEnded{told.leg, cause_of(told), mended(told.why)};
        case PIVOT_EVENT_DIAL_FAILED: return DialFailed{told.job, cause_of(told), mended(told.why)};
        case PIVOT_EVENT_BRIDGE_ENDED: return BridgeEnded{told.job, mended(told.why)};
        case PIVOT_EVENT_CONFERENCE: return conference_happened(told);
        case PIVOT_EVENT_QUEUE_STANDING:
            return QueueStanding{told.job, told.position, told.of, seconds_of(told.waited_ms)};
        case PIVOT_EVENT_QUEUE_BRIDGED: return QueueBridged{told.job};
        case PIVOT_EVENT_QUEUE_ENDED: return queue_ended(told);
        case PIVOT_EVENT_MOVED: return Moved();
        case PIVOT_EVENT_HUNG_UP: return HungUp{cause_of(told)};
        case PIVOT_EVENT_REDIRECT: return redirected(told);
        case PIVOT_EVENT_SPEECH_BEGAN: return SpeechBegan{told.job};
        case PIVOT_EVENT_RECORDING_BEGAN: return RecordingBegan{told.job, mended(told.id)};
        case PIVOT_EVENT_STREAM_BEGAN: return StreamBegan{told.job, mended(told.id)};
        case PIVOT_EVENT_REFERRED:
            return Referred{told.job, told.sip_code, told.how, mended(told.why)};
        case PIVOT_EVENT_EVENTS_MISSED: return EventsMissed{mended(told.why)};
    }
    return refuse(PIVOT_BAD_VALUE, fmt::format("kind {} is invalid", int{told.kind}));
}

}  // namespace pivot::abi
