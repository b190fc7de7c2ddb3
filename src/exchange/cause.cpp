#include <pivot/cause.hpp>

#include <algorithm>
#include <array>
#include <iterator>

namespace pivot::inline v1 {

namespace {

// Where RFC 3398 has no status, it is the one that FreeSWITCH sends, or 500.
constexpr std::array causes{
    HangupCause{"UNALLOCATED_NUMBER", 1, 404},
    HangupCause{"NO_ROUTE_TRANSIT_NET", 2, 404},
    HangupCause{"NO_ROUTE_DESTINATION", 3, 404},
    HangupCause{"CHANNEL_UNACCEPTABLE", 6, 500},
    HangupCause{"CALL_AWARDED_DELIVERED", 7, 500},
    HangupCause{"NORMAL_CLEARING", 16, 480},
    HangupCause{"USER_BUSY", 17, 486},
    HangupCause{"NO_USER_RESPONSE", 18, 408},
    HangupCause{"NO_ANSWER", 19, 480},
    HangupCause{"SUBSCRIBER_ABSENT", 20, 480},
    HangupCause{"CALL_REJECTED", 21, 603},  // by the user; 403 by the network
    HangupCause{"NUMBER_CHANGED", 22, 410},
    HangupCause{"REDIRECTION_TO_NEW_DESTINATION", 23, 410},
    HangupCause{"EXCHANGE_ROUTING_ERROR", 25, 483},
    HangupCause{"LOSE_RACE", 26, 487},  // answered elsewhere
    HangupCause{"DESTINATION_OUT_OF_ORDER", 27, 502},
    HangupCause{"INVALID_NUMBER_FORMAT", 28, 484},
    HangupCause{"FACILITY_REJECTED", 29, 501},
    HangupCause{"RESPONSE_TO_STATUS_ENQUIRY", 30, 500},
    HangupCause{"NORMAL_UNSPECIFIED", 31, 480},
    HangupCause{"NORMAL_CIRCUIT_CONGESTION", 34, 503},
    HangupCause{"NETWORK_OUT_OF_ORDER", 38, 503},
    HangupCause{"NORMAL_TEMPORARY_FAILURE", 41, 503},
    HangupCause{"SWITCH_CONGESTION", 42, 503},
    HangupCause{"ACCESS_INFO_DISCARDED", 43, 500},
    HangupCause{"REQUESTED_CHAN_UNAVAIL", 44, 503},
    HangupCause{"PRE_EMPTED", 45, 500},
    HangupCause{"RESOURCE_UNAVAILABLE", 47, 503},
    HangupCause{"FACILITY_NOT_SUBSCRIBED", 50, 500},
    HangupCause{"OUTGOING_CALL_BARRED", 52, 403},
    HangupCause{"INCOMING_CALL_BARRED", 54, 403},
    HangupCause{"BEARERCAPABILITY_NOTAUTH", 57, 403},
    HangupCause{"BEARERCAPABILITY_NOTAVAIL", 58, 503},
    HangupCause{"SERVICE_UNAVAILABLE", 63, 502},
    HangupCause{"BEARERCAPABILITY_NOTIMPL", 65, 488},
    HangupCause{"CHAN_NOT_IMPLEMENTED", 66, 500},
    HangupCause{"FACILITY_NOT_IMPLEMENTED", 69, 501},
    HangupCause{"SERVICE_NOT_IMPLEMENTED", 79, 501},
    HangupCause{"INVALID_CALL_REFERENCE", 81, 500},
    HangupCause{"INCOMPATIBLE_DESTINATION", 88, 503},
    HangupCause{"INVALID_MSG_UNSPECIFIED", 95, 500},
    HangupCause{"MANDATORY_IE_MISSING", 96, 500},
    HangupCause{"MESSAGE_TYPE_NONEXIST", 97, 500},
    HangupCause{"WRONG_MESSAGE", 98, 500},
    HangupCause{"IE_NONEXIST", 99, 500},
    HangupCause{"INVALID_IE_CONTENTS", 100, 500},
    HangupCause{"WRONG_CALL_STATE", 101, 500},
    HangupCause{"RECOVERY_ON_TIMER_EXPIRE", 102, 504},
    HangupCause{"MANDATORY_IE_LENGTH_ERROR", 103, 500},
    HangupCause{"PROTOCOL_ERROR", 111, 500},
    HangupCause{"INTERWORKING", 127, 500},
    // FreeSWITCH alone has these.
    HangupCause{"ORIGINATOR_CANCEL", 16, 487},
    HangupCause{"MANAGER_REQUEST", 16, 480},
    HangupCause{"BLIND_TRANSFER", 16, 480},
    HangupCause{"ATTENDED_TRANSFER", 16, 480},
    HangupCause{"BOWOUT", 16, 480},
    HangupCause{"BUSY_EVERYWHERE", 17, 600},
    HangupCause{"PROGRESS_TIMEOUT", 18, 408},
    HangupCause{"NO_PICKUP", 19, 480},
    HangupCause{"USER_NOT_REGISTERED", 20, 480},
    HangupCause{"DECLINE", 21, 603},
    HangupCause{"REJECT_ALL", 21, 603},
    HangupCause{"UNWANTED", 21, 607},
    HangupCause{"USER_CHALLENGE", 21, 407},
    HangupCause{"NO_IDENTITY", 21, 428},
    HangupCause{"BAD_IDENTITY_INFO", 21, 429},
    HangupCause{"UNSUPPORTED_CERTIFICATE", 21, 437},
    HangupCause{"INVALID_IDENTITY", 21, 438},
    HangupCause{"STALE_DATE", 21, 403},
    HangupCause{"PICKED_OFF", 26, 487},
    HangupCause{"INVALID_URL", 28, 484},
    HangupCause{"DOES_NOT_EXIST_ANYWHERE", 1, 604},
    HangupCause{"INVALID_GATEWAY", 3, 404},
    HangupCause{"INVALID_PROFILE", 3, 404},
    HangupCause{"GATEWAY_DOWN", 38, 503},
    HangupCause{"SYSTEM_SHUTDOWN", 38, 503},
    HangupCause{"CRASH", 41, 500},
    HangupCause{"NOT_ACCEPTABLE", 88, 606},
    HangupCause{"SRTP_READ_ERROR", 88, 488},
    HangupCause{"ALLOTTED_TIMEOUT", 102, 504},
    HangupCause{"MEDIA_TIMEOUT", 102, 504},
};

struct SipStatus {
    int code;
    std::string_view cause;
};

// Sorted by code. What RFC 3398 leaves to a Warning header (488, 606), or has no cause for (487),
// has FreeSWITCH's.
constexpr SipStatus statuses[] = {
    {400, "NORMAL_TEMPORARY_FAILURE"},
    {401, "CALL_REJECTED"},
    {402, "CALL_REJECTED"},
    {403, "CALL_REJECTED"},
    {404, "UNALLOCATED_NUMBER"},
    {405, "SERVICE_UNAVAILABLE"},
    {406, "SERVICE_NOT_IMPLEMENTED"},
    {407, "CALL_REJECTED"},
    {408, "RECOVERY_ON_TIMER_EXPIRE"},
    {410, "NUMBER_CHANGED"},
    {413, "INTERWORKING"},
    {414, "INTERWORKING"},
    {415, "SERVICE_NOT_IMPLEMENTED"},
    {416, "INTERWORKING"},
    {420, "INTERWORKING"},
    {421, "INTERWORKING"},
    {423, "INTERWORKING"},
    {480, "NO_USER_RESPONSE"},
    {481, "NORMAL_TEMPORARY_FAILURE"},
    {482, "EXCHANGE_ROUTING_ERROR"},
    {483, "EXCHANGE_ROUTING_ERROR"},
    {484, "INVALID_NUMBER_FORMAT"},
    {485, "UNALLOCATED_NUMBER"},
    {486, "USER_BUSY"},
    {487, "ORIGINATOR_CANCEL"},
    {488, "INCOMPATIBLE_DESTINATION"},
    {500, "NORMAL_TEMPORARY_FAILURE"},
    {501, "SERVICE_NOT_IMPLEMENTED"},
    {502, "NETWORK_OUT_OF_ORDER"},
    {503, "NORMAL_TEMPORARY_FAILURE"},
    {504, "RECOVERY_ON_TIMER_EXPIRE"},
    {505, "INTERWORKING"},
    {513, "INTERWORKING"},
    {600, "USER_BUSY"},
    {603, "CALL_REJECTED"},
    {604, "UNALLOCATED_NUMBER"},
    {606, "INCOMPATIBLE_DESTINATION"},
};
static_assert(std::ranges::is_sorted(statuses, {}, &SipStatus::code));

}  // namespace

std::span<const HangupCause> hangup_causes()
{
    return causes;
}

const HangupCause* find_cause(std::string_view name)
{
    const auto* const found = std::ranges::find(causes, name, &HangupCause::name);
    return found == causes.end() ? nullptr : found;
}

std::string_view cause_of_q850(int q850)
{
    const auto* const found = std::ranges::find(causes, q850, &HangupCause::q850);
    return found == causes.end() ? std::string_view() : found->name;
}

std::string_view cause_of_sip(int sip_code)
{
    if (sip_code < 400 || sip_code > 699) return {};
    const auto of = [](int code) {
        const auto* const found = std::ranges::lower_bound(statuses, code, {}, &SipStatus::code);
        const bool is_known = found != std::end(statuses) && found->code == code;
        return is_known ? found->cause : std::string_view();
    };
    const std::string_view cause = of(sip_code);
    return cause.empty() ? of(sip_code / 100 * 100) : cause;
}

std::optional<int> q850_of(std::string_view cause)
{
    const HangupCause* const found = find_cause(cause);
    return found == nullptr ? std::nullopt : std::optional(found->q850);
}

std::optional<int> sip_code_of(std::string_view cause)
{
    const HangupCause* const found = find_cause(cause);
    return found == nullptr ? std::nullopt : std::optional(found->sip_code);
}

}  // namespace pivot::inline v1
