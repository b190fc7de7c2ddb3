// The enums of C have the values and names of those of C++.
#include <pivot/action.hpp>
#include <pivot/call.hpp>
#include <pivot/command.hpp>
#include <pivot/event.hpp>
#include <pivot/outcome.hpp>
#include <pivot/session.h>
#include <pivot/sinks.hpp>

namespace {

using namespace pivot;

template <typename Enum, typename Constant>
constexpr bool is_same(Enum value, Constant constant)
{
    return static_cast<int>(value) == static_cast<int>(constant);
}

static_assert(is_same(Direction::inbound, PIVOT_DIRECTION_INBOUND));
static_assert(is_same(Direction::outbound, PIVOT_DIRECTION_OUTBOUND));
static_assert(is_same(Direction::outbound_api, PIVOT_DIRECTION_OUTBOUND_API));

static_assert(is_same(OutcomeKind::processed, PIVOT_KIND_PROCESSED));
static_assert(is_same(OutcomeKind::failed, PIVOT_KIND_FAILED));
static_assert(is_same(OutcomeKind::skipped, PIVOT_KIND_SKIPPED));

static_assert(is_same(Reason::bad_action, PIVOT_REASON_BAD_ACTION));
static_assert(is_same(Reason::blocked, PIVOT_REASON_BLOCKED));
static_assert(is_same(Reason::dns, PIVOT_REASON_DNS));
static_assert(is_same(Reason::connect, PIVOT_REASON_CONNECT));
static_assert(is_same(Reason::tls, PIVOT_REASON_TLS));
static_assert(is_same(Reason::timeout, PIVOT_REASON_TIMEOUT));
static_assert(is_same(Reason::closed, PIVOT_REASON_CLOSED));
static_assert(is_same(Reason::protocol, PIVOT_REASON_PROTOCOL));
static_assert(is_same(Reason::too_large, PIVOT_REASON_TOO_LARGE));
static_assert(is_same(Reason::redirect, PIVOT_REASON_REDIRECT));
static_assert(is_same(Reason::status, PIVOT_REASON_STATUS));
static_assert(is_same(Reason::content_type, PIVOT_REASON_CONTENT_TYPE));
static_assert(is_same(Reason::invalid_json, PIVOT_REASON_INVALID_JSON));
static_assert(is_same(Reason::invalid_callflow, PIVOT_REASON_INVALID_CALLFLOW));
static_assert(is_same(Reason::invalid_twiml, PIVOT_REASON_INVALID_TWIML));
static_assert(is_same(Reason::cancelled, PIVOT_REASON_CANCELLED));
static_assert(is_same(Reason::overload, PIVOT_REASON_OVERLOAD));

static_assert(is_same(Phase::queue, PIVOT_PHASE_QUEUE));
static_assert(is_same(Phase::dns, PIVOT_PHASE_DNS));
static_assert(is_same(Phase::connect, PIVOT_PHASE_CONNECT));
static_assert(is_same(Phase::tls, PIVOT_PHASE_TLS));
static_assert(is_same(Phase::send, PIVOT_PHASE_SEND));
static_assert(is_same(Phase::wait, PIVOT_PHASE_WAIT));
static_assert(is_same(Phase::read, PIVOT_PHASE_READ));
static_assert(is_same(Phase::parse, PIVOT_PHASE_PARSE));

static_assert(is_same(Format::kazoo, PIVOT_FORMAT_KAZOO));
static_assert(is_same(Format::twiml, PIVOT_FORMAT_TWIML));

static_assert(is_same(Method::get, PIVOT_METHOD_GET));
static_assert(is_same(Method::post, PIVOT_METHOD_POST));

static_assert(is_same(Media::Kind::url, PIVOT_MEDIA_URL));
static_assert(is_same(Media::Kind::file, PIVOT_MEDIA_FILE));
static_assert(is_same(Media::Kind::name, PIVOT_MEDIA_NAME));
static_assert(is_same(Media::Kind::prompt, PIVOT_MEDIA_PROMPT));
static_assert(is_same(Media::Kind::tone, PIVOT_MEDIA_TONE));
static_assert(is_same(Media::Kind::hold_music, PIVOT_MEDIA_HOLD_MUSIC));

static_assert(is_same(Track::inbound, PIVOT_TRACK_INBOUND));
static_assert(is_same(Track::outbound, PIVOT_TRACK_OUTBOUND));
static_assert(is_same(Track::both, PIVOT_TRACK_BOTH));

static_assert(is_same(Address::Kind::number, PIVOT_TARGET_NUMBER));
static_assert(is_same(Address::Kind::sip, PIVOT_TARGET_SIP));
static_assert(is_same(Address::Kind::dial_string, PIVOT_TARGET_DIAL_STRING));
static_assert(is_same(Address::Kind::user, PIVOT_TARGET_USER));

static_assert(is_same(JobEnd::finished, PIVOT_JOB_FINISHED));
static_assert(is_same(JobEnd::stopped, PIVOT_JOB_STOPPED));
static_assert(is_same(JobEnd::failed, PIVOT_JOB_FAILED));

static_assert(is_same(RecordingEnd::key, PIVOT_RECORDING_KEY));
static_assert(is_same(RecordingEnd::silence, PIVOT_RECORDING_SILENCE));
static_assert(is_same(RecordingEnd::limit, PIVOT_RECORDING_LIMIT));
static_assert(is_same(RecordingEnd::stopped, PIVOT_RECORDING_STOPPED));
static_assert(is_same(RecordingEnd::hung_up, PIVOT_RECORDING_HUNG_UP));
static_assert(is_same(RecordingEnd::failed, PIVOT_RECORDING_FAILED));

static_assert(is_same(HearingEnd::words, PIVOT_HEARD_WORDS));
static_assert(is_same(HearingEnd::silence, PIVOT_HEARD_SILENCE));
static_assert(is_same(HearingEnd::failed, PIVOT_HEARD_FAILED));
static_assert(is_same(HearingEnd::partial, PIVOT_HEARD_PARTIAL));

static_assert(is_same(ConferenceEventKind::start, PIVOT_CONFERENCE_START));
static_assert(is_same(ConferenceEventKind::end, PIVOT_CONFERENCE_END));
static_assert(is_same(ConferenceEventKind::join, PIVOT_CONFERENCE_JOIN));
static_assert(is_same(ConferenceEventKind::leave, PIVOT_CONFERENCE_LEAVE));
static_assert(is_same(ConferenceEventKind::mute, PIVOT_CONFERENCE_MUTE));
static_assert(is_same(ConferenceEventKind::unmute, PIVOT_CONFERENCE_UNMUTE));
static_assert(is_same(ConferenceEventKind::hold, PIVOT_CONFERENCE_HOLD));
static_assert(is_same(ConferenceEventKind::unhold, PIVOT_CONFERENCE_UNHOLD));
static_assert(is_same(ConferenceEventKind::speech_start, PIVOT_CONFERENCE_SPEECH_START));
static_assert(is_same(ConferenceEventKind::speech_stop, PIVOT_CONFERENCE_SPEECH_STOP));

static_assert(is_same(QueueEnd::bridged, PIVOT_QUEUE_BRIDGED));
static_assert(is_same(QueueEnd::left, PIVOT_QUEUE_LEFT));
static_assert(is_same(QueueEnd::hung_up, PIVOT_QUEUE_HUNG_UP));
static_assert(is_same(QueueEnd::full, PIVOT_QUEUE_FULL));
static_assert(is_same(QueueEnd::failed, PIVOT_QUEUE_FAILED));

static_assert(is_same(LogLevel::error, PIVOT_LOG_ERROR));
static_assert(is_same(LogLevel::warning, PIVOT_LOG_WARNING));
static_assert(is_same(LogLevel::info, PIVOT_LOG_INFO));
static_assert(is_same(LogLevel::debug, PIVOT_LOG_DEBUG));

// The names of C++ are literals, and so terminated. `last` is the greatest value that has a name.
template <typename Enum>
const char* name_of(int value, Enum last)
{
    if (value == -1) return "none";
    if (value < 0 || value > static_cast<int>(last)) return "unknown";
    return name(static_cast<Enum>(value)).data();
}

}  // namespace

const char* pivot_version()
{
    return PIVOT_VERSION;
}

const char* pivot_status_text(pivot_status status)
{
    switch (status) {
        case PIVOT_OK: return "ok";
        case PIVOT_NULL: return "a required argument is null";
        case PIVOT_SHORT: return "the size of a struct is smaller than its first version";
        case PIVOT_BAD_UTF8: return "a text is not UTF-8";
        case PIVOT_BAD_JSON: return "a text is not a JSON object of the expected kind";
        case PIVOT_BAD_VALUE: return "a number, an enum or a combination is invalid";
        case PIVOT_BAD_CONFIG: return "a setting is invalid, or the system lacks what it needs";
        case PIVOT_WRONG_THREAD: return "the host-driven engine belongs to another thread";
        case PIVOT_IN_CALLBACK: return "this must not be called inside a callback";
        case PIVOT_WRONG_ENGINE: return "this is only allowed for host-driven engines";
        case PIVOT_NOTHING: return "there is nothing of this kind";
        case PIVOT_NO_MEMORY: return "out of memory";
        case PIVOT_INTERNAL: return "a bug in the library";
        case PIVOT_FORKED: return "this process is a fork of the one that created the engine";
        case PIVOT_STOPPED: return "the engine drains or stops";
    }
    return "unknown";
}

const char* pivot_kind_name(pivot_kind kind)
{
    return name_of(kind, OutcomeKind::skipped);
}

const char* pivot_reason_name(pivot_reason reason)
{
    return name_of(reason, Reason::overload);
}

const char* pivot_phase_name(pivot_phase phase)
{
    return name_of(phase, Phase::parse);
}

const char* pivot_format_name(pivot_format format)
{
    return name_of(format, Format::twiml);
}

const char* pivot_method_name(pivot_method method)
{
    return name_of(method, Method::post);
}
