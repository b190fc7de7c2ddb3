#include "switches/kazoo/call_event.hpp"

#include "base/json.hpp"
#include "base/text.hpp"

#include <pivot/event.hpp>

#include <algorithm>
#include <iterator>

namespace pivot::switches::kazoo {

namespace {

using json::Value;
using Kind = CallEvent::Kind;

// Deeper than any of KAZOO's events.
constexpr std::size_t depth_max = 64;

// Longer than any name that is compared, and any reason that is shown.
constexpr std::size_t text_bytes_max = 1'024;

struct Name {
    std::string_view category;
    std::string_view event;
    Kind kind;
};

constexpr Name names[] = {
    {"call_event", "CHANNEL_ANSWER", Kind::answered},
    {"call_event", "CHANNEL_BRIDGE", Kind::bridged},
    {"call_event", "CHANNEL_CREATE", Kind::created},
    {"call_event", "CHANNEL_DESTROY", Kind::destroyed},
    {"call_event", "CHANNEL_EXECUTE_COMPLETE", Kind::completed},
    {"call_event", "CHANNEL_PIVOT", Kind::pivoted},
    {"call_event", "CHANNEL_PROGRESS", Kind::progress},
    {"call_event", "CHANNEL_PROGRESS_MEDIA", Kind::progress},
    {"call_event", "CHANNEL_REPLACED", Kind::replaced},
    {"call_event", "CHANNEL_TRANSFEREE", Kind::transferred},
    {"call_event", "CHANNEL_UNBRIDGE", Kind::unbridged},
    {"call_event", "DTMF", Kind::key},
    {"call_event", "LEG_CREATED", Kind::leg_created},
    {"call_event", "RECORD_START", Kind::record_began},
    {"call_event", "RECORD_STOP", Kind::recorded},
    {"call_event", "channel_status_resp", Kind::status},
    {"call_event", "usurp_control", Kind::usurped},
    {"conference", "event", Kind::conference},
    {"error", "dialplan", Kind::refused},
    {"resource", "offnet_resp", Kind::offnet},
};

// A string, or a number as written.
std::string_view text(const Value& object, std::string_view name)
{
    const auto value = object.find(name);
    if (!value || value->kind() == json::Kind::null) return {};
    const std::string_view found = value->text();
    return found.size() <= text_bytes_max ? found : std::string_view();
}

std::string_view first_text(const Value& object, std::initializer_list<std::string_view> keys)
{
    for (const std::string_view name : keys) {
        const std::string_view found = text(object, name);
        if (!found.empty()) return found;
    }
    return {};
}

bool is_true(const Value& object, std::string_view name)
{
    return text(object, name) == "true";
}

// `sip:486` or `486`.
int sip_code_of(std::string_view written)
{
    constexpr std::string_view scheme = "sip:";
    if (written.starts_with(scheme)) written.remove_prefix(scheme.size());
    const int code = parse_number<int>(written).value_or(0);
    return code >= 100 && code <= 699 ? code : 0;
}

char key_of(std::string_view written)
{
    const bool is_key = written.size() == 1 && keypad.find(written.front()) != keypad.npos;
    return is_key ? written.front() : '\0';
}

std::chrono::milliseconds length_of(std::string_view written)
{
    constexpr double most = 1e10;  // four months
    const double length = parse_number<double>(written).value_or(0);
    const bool is_length = length > 0 && length < most;
    return std::chrono::milliseconds(is_length ? static_cast<std::int64_t>(length) : 0);
}

void read_completion(const Value& body, CallEvent& event)
{
    event.application = text(body, "Application-Name");
    event.response = text(body, "Application-Response");
    event.cause = first_text(body, {"Bridge-Hangup-Cause", "Application-Response",
                                    "Endpoint-Disposition", "Hangup-Cause"});
    event.sip_code = sip_code_of(text(body, "Hangup-Code"));
    event.has_bridged = !text(body, "Bridge-Hangup-Cause").empty();
    event.was_answered =
        event.response == "SUCCESS" || text(body, "Endpoint-Disposition") == "ANSWER";
}

void read_recording(const Value& body, CallEvent& event)
{
    event.length = length_of(text(body, "Length"));
    event.pressed = key_of(text(body, "Terminator"));
    event.was_silent = is_true(body, "Silence-Terminated");
    event.response = text(body, "Application-Response");
}

// A channel that no longer exists cannot do anything.
void read_refusal(const Value& body, CallEvent& event)
{
    event.response = first_text(body, {"Error-Message", "Dialplan-Error"});
    const auto request = body.find("Request");
    if (request) event.application = text(*request, "Application-Name");
    event.is_gone = text(body, "Channel-State") == "DOWN";
}

void read_offnet(const Value& body, CallEvent& event)
{
    event.response = text(body, "Response-Message");
    event.cause = event.response;
    event.was_answered = event.response == "SUCCESS";
    event.sip_code = sip_code_of(text(body, "Response-Code"));
}

// The event's own, else its channel's.
std::string_view fetch_id_of(const Value& body)
{
    const std::string_view own = text(body, "Fetch-ID");
    const auto variables = body.find("Custom-Channel-Vars");
    return own.empty() && variables ? text(*variables, "Fetch-ID") : own;
}

void read_details(const Value& body, CallEvent& event)
{
    switch (event.kind) {
        case Kind::other:
        case Kind::created:
        case Kind::answered:
        case Kind::progress:
        case Kind::leg_created:
        case Kind::bridged:
        case Kind::unbridged:
        case Kind::transferred:
        case Kind::usurped:
        case Kind::pivoted: break;
        case Kind::destroyed:
            event.cause = text(body, "Hangup-Cause");
            event.sip_code = sip_code_of(text(body, "Hangup-Code"));
            break;
        case Kind::key: event.pressed = key_of(text(body, "DTMF-Digit")); break;
        case Kind::completed: read_completion(body, event); break;
        case Kind::record_began: event.response = text(body, "Application-Response"); break;
        case Kind::recorded: read_recording(body, event); break;
        case Kind::replaced: {
            const auto id = body.find("Replaced-By");
            if (id && id->is_string()) event.replaced_by = text(body, "Replaced-By");
            break;
        }
        case Kind::refused: read_refusal(body, event); break;
        case Kind::offnet: read_offnet(body, event); break;
        case Kind::status: event.response = text(body, "Status"); break;
        case Kind::conference:
            event.conference = text(body, "Conference-ID");
            event.happening = text(body, "Event");
            break;
    }
}

}  // namespace

std::optional<CallEvent> CallEvent::read(std::string_view body)
{
    json::Document document(depth_max);
    const auto message = document.read(body);
    if (!message || !message->is_object()) return std::nullopt;
    const std::string_view category = text(*message, "Event-Category");
    const std::string_view name = text(*message, "Event-Name");
    const auto* const known = std::ranges::find_if(names, [&](const Name& candidate) {
        return candidate.category == category && candidate.event == name;
    });
    if (known == std::end(names)) return std::nullopt;

    CallEvent event;
    event.kind = known->kind;
    event.call_id = text(*message, "Call-ID");
    event.message_id = text(*message, "Msg-ID");
    event.other_leg = text(*message, "Other-Leg-Call-ID");
    event.fetch_id = fetch_id_of(*message);
    event.is_up =
        event.kind == Kind::answered || text(*message, "Channel-Answer-State") == "answered";
    read_details(*message, event);
    return event;
}

}  // namespace pivot::switches::kazoo
