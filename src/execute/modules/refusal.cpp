#include "execute/modules/refusal.hpp"

#include "base/text.hpp"
#include "execute/modules/media_names.hpp"
#include "execute/modules/sound.hpp"

#include <algorithm>
#include <utility>

namespace pivot::execute::modules {

namespace {

// As callflows would name them.
constexpr std::string_view busy = "tone_stream://%(500,500,480,620);loops=25";
constexpr std::string_view fast_busy = "tone_stream://%(250,250,480,620);loops=25";
constexpr std::string_view facility_trouble = "system_media/fault-facility_trouble";
constexpr std::string_view not_as_dialed = "system_media/fault-can_not_be_completed_as_dialed";
constexpr std::string_view not_now = "system_media/fault-can_not_be_completed_at_this_time";

struct Row {
    std::string_view cause;
    int sip_code;
    std::string_view phrase;
    std::string_view media;
};

// Sorted by cause.
constexpr Row rows[] = {
    {"BEARERCAPABILITY_NOTAUTH", 403, "", ""},
    {"BEARERCAPABILITY_NOTAVAIL", 403, "", ""},
    {"BEARERCAPABILITY_NOTIMPL", 488, "", ""},
    {"CALL_REJECTED", 603, "Call Rejected", fast_busy},
    {"DESTINATION_OUT_OF_ORDER", 502, "", not_as_dialed},
    {"EXCHANGE_ROUTING_ERROR", 483, "", facility_trouble},
    {"FACILITY_NOT_IMPLEMENTED", 501, "", ""},
    {"FACILITY_REJECTED", 510, "", ""},
    {"INCOMING_CALL_BARRED", 403, "", ""},
    {"INCOMPATIBLE_DESTINATION", 488, "", facility_trouble},
    {"INVALID_NUMBER_FORMAT", 484, "", not_as_dialed},
    {"MANDATORY_IE_LENGTH_ERROR", 400, "", facility_trouble},
    {"MANDATORY_IE_MISSING", 400, "", facility_trouble},
    {"MEDIA_TIMEOUT", 504, "", fast_busy},
    {"NETWORK_OUT_OF_ORDER", 503, "", ""},
    {"NORMAL_CIRCUIT_CONGESTION", 503, "", ""},
    {"NORMAL_CLEARING", 0, "", busy},
    {"NORMAL_TEMPORARY_FAILURE", 503, "", not_now},
    {"NORMAL_UNSPECIFIED", 480, "Normal unspecified", ""},
    {"NO_ANSWER", 480, "No answer", ""},
    {"NO_ROUTE_DESTINATION", 404, "No route to destination", not_as_dialed},
    {"NO_ROUTE_TRANSIT_NET", 404, "Invalid number", ""},
    {"NO_USER_RESPONSE", 408, "No response", fast_busy},
    {"NUMBER_CHANGED", 410, "", ""},
    {"ORIGINATOR_CANCEL", 487, "", ""},
    {"OUTGOING_CALL_BARRED", 403, "", ""},
    {"PROGRESS_TIMEOUT", 486, "", not_now},
    {"RECOVERY_ON_TIMER_EXPIRE", 504, "", fast_busy},
    {"REDIRECTION_TO_NEW_DESTINATION", 410, "", ""},
    {"REQUESTED_CHAN_UNAVAIL", 503, "", ""},
    {"SERVICE_NOT_IMPLEMENTED", 501, "", facility_trouble},
    {"SUBSCRIBER_ABSENT", 480, "Subscriber absent", ""},
    {"SWITCH_CONGESTION", 503, "", ""},
    {"UNALLOCATED_NUMBER", 404, "No route to destination", not_as_dialed},
    {"UNKNOWN", 500, "", ""},
    {"USER_BUSY", 486, "Number busy", busy},
};
static_assert(std::ranges::is_sorted(rows, {}, &Row::cause));

}  // namespace

Refusal refusal_for(std::string_view cause)
{
    Refusal refusal;
    refusal.cause = CauseName::of(cause);
    const auto* const row = std::ranges::lower_bound(rows, cause, {}, &Row::cause);
    if (row == std::end(rows) || row->cause != cause) return refusal;
    refusal.sip_code = row->sip_code;
    refusal.phrase = ReasonPhrase::of(row->phrase);
    refusal.media = row->media;
    return refusal;
}

Task<ModuleEnd> refuse(Work work, Refusal refusal, Deadline& deadline)
{
    if (!refusal.media.empty()) {
        Media media = media_named(work, refusal.media);
        const jobs::PlaybackResult heard = co_await hear_prompt(work, std::move(media), deadline);
        if (heard.has_failed) {
            work.warn(
                with_reason("the switch could not play the sound before the response", heard.why));
        }
    }
    if (work.call.must_stop()) co_return stop();
    if (work.call.is_answered() || refusal.sip_code == 0) co_return stop(refusal.cause);
    co_await work.call.reject(refusal.sip_code, refusal.phrase, deadline);
    co_return stop();
}

}  // namespace pivot::execute::modules
