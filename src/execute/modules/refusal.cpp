#include "execute/modules/refusal.hpp"

#include "base/text.hpp"
#include "execute/modules/media_names.hpp"
#include "execute/modules/sound.hpp"

#include <pivot/cause.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace pivot::execute::modules {

namespace {

constexpr unsigned busy_loops = 25;
constexpr Tone busy{milliseconds(500), milliseconds(500), 480, 620};
constexpr Tone fast_busy{milliseconds(250), milliseconds(250), 480, 620};

constexpr std::string_view facility_trouble = "fault-facility_trouble";
constexpr std::string_view not_as_dialed = "fault-can_not_be_completed_as_dialed";
constexpr std::string_view not_now = "fault-can_not_be_completed_at_this_time";

// KAZOO's phrase and sound for a cause. Its SIP status is that of the table of causes, unless KAZOO
// has another one.
struct Row {
    std::string_view cause;
    std::string_view phrase;
    std::string_view prompt;
    Tone tone = {};
    int own_code = 0;
};

constexpr int none = -1;  // the call is hung up

// Sorted by cause.
constexpr Row rows[] = {
    {"BEARERCAPABILITY_NOTAUTH", "", ""},
    {"BEARERCAPABILITY_NOTAVAIL", "", "", {}, 403},
    {"BEARERCAPABILITY_NOTIMPL", "", ""},
    {"CALL_REJECTED", "Call Rejected", "", fast_busy},
    {"DESTINATION_OUT_OF_ORDER", "", not_as_dialed},
    {"EXCHANGE_ROUTING_ERROR", "", facility_trouble},
    {"FACILITY_NOT_IMPLEMENTED", "", ""},
    {"FACILITY_REJECTED", "", "", {}, 510},
    {"INCOMING_CALL_BARRED", "", ""},
    {"INCOMPATIBLE_DESTINATION", "", facility_trouble, {}, 488},
    {"INVALID_NUMBER_FORMAT", "", not_as_dialed},
    {"MANDATORY_IE_LENGTH_ERROR", "", facility_trouble, {}, 400},
    {"MANDATORY_IE_MISSING", "", facility_trouble, {}, 400},
    {"MEDIA_TIMEOUT", "", "", fast_busy},
    {"NETWORK_OUT_OF_ORDER", "", ""},
    {"NORMAL_CIRCUIT_CONGESTION", "", ""},
    {"NORMAL_CLEARING", "", "", busy, none},
    {"NORMAL_TEMPORARY_FAILURE", "", not_now},
    {"NORMAL_UNSPECIFIED", "Normal unspecified", ""},
    {"NO_ANSWER", "No answer", ""},
    {"NO_ROUTE_DESTINATION", "No route to destination", not_as_dialed},
    {"NO_ROUTE_TRANSIT_NET", "Invalid number", ""},
    {"NO_USER_RESPONSE", "No response", "", fast_busy},
    {"NUMBER_CHANGED", "", ""},
    {"ORIGINATOR_CANCEL", "", ""},
    {"OUTGOING_CALL_BARRED", "", ""},
    {"PROGRESS_TIMEOUT", "", not_now, {}, 486},
    {"RECOVERY_ON_TIMER_EXPIRE", "", "", fast_busy},
    {"REDIRECTION_TO_NEW_DESTINATION", "", ""},
    {"REQUESTED_CHAN_UNAVAIL", "", ""},
    {"SERVICE_NOT_IMPLEMENTED", "", facility_trouble},
    {"SUBSCRIBER_ABSENT", "Subscriber absent", ""},
    {"SWITCH_CONGESTION", "", ""},
    {"UNALLOCATED_NUMBER", "No route to destination", not_as_dialed},
    {"UNKNOWN", "", "", {}, 500},
    {"USER_BUSY", "Number busy", "", busy},
};
static_assert(std::ranges::is_sorted(rows, {}, &Row::cause));

}  // namespace

Refusal refusal_for(const Work& work, std::string_view cause)
{
    Refusal refusal;
    refusal.cause = CauseName::of(cause);
    const auto* const row = std::ranges::lower_bound(rows, cause, {}, &Row::cause);
    if (row == std::end(rows) || row->cause != cause) return refusal;
    const int code = row->own_code == 0 ? sip_code_of(cause).value_or(0) : row->own_code;
    refusal.sip_code = code == none ? 0 : code;
    refusal.phrase = ReasonPhrase::of(row->phrase);
    refusal.media = row->prompt.empty() ? Media(row->tone, busy_loops) : prompt(work, row->prompt);
    return refusal;
}

Task<ModuleEnd> refuse(Work work, Refusal refusal, Deadline& deadline)
{
    if (!refusal.media.empty()) {
        const jobs::PlaybackResult heard =
            co_await hear_prompt(work, std::move(refusal.media), deadline);
        if (heard.has_failed) {
            work.warn(
                with_reason("the switch could not play the sound before the response", heard.why));
        }
    }
    if (work.call.must_stop()) co_return stop();
    if (work.call.is_answered() || refusal.sip_code == 0) {
        co_return stop(refusal.cause.empty() ? "NORMAL_CLEARING" : refusal.cause.text());
    }
    co_await work.call.reject(refusal.sip_code, refusal.phrase, deadline);
    co_return stop();
}

}  // namespace pivot::execute::modules
