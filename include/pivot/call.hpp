// The facts about a phone call that a web server is told.
#pragma once

#include <pivot/failure.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pivot::inline v1 {

// outbound_api is an outbound call that a program has asked for.
enum class Direction : std::uint8_t { inbound, outbound, outbound_api };

PIVOT_API std::string_view name(Direction direction);  // "inbound", "outbound", "outbound-api"

// One end of a call. A part that is empty is unknown, and sent as `nouser` or `norealm`.
struct Party {
    std::string user;
    std::string realm;
};

// All text is UTF-8. Every field but `call_id` may be empty.
struct PIVOT_API Call {
    // The switch's name for the call. Required.
    std::string call_id;

    // The customer, whose settings and signing key apply.
    std::string account_id;

    // The caller, the callee, and the request as it came from the network.
    Party from;
    Party to;
    Party request;

    // What the caller's switch says of them.
    std::string caller_id_name;
    std::string caller_id_number;

    // As seen from this switch.
    Direction direction = Direction::inbound;

    // The users to whom the calling device belongs.
    std::vector<std::string> owner_ids;

    // The device or account that authorized the call.
    std::string authorizing_id;

    // A language tag, such as `en-us`.
    std::string language;

    // Variables and headers, each as the text of a JSON object; empty means the same as `{}`.
    std::string custom_application_vars;
    std::string custom_sip_headers;
    std::string custom_channel_vars;
    std::string key_value_store;

    // The other keys of the call object, unchanged: the text of a JSON object, or empty.
    std::string other;

    // Reads KAZOO's call object: `Call-ID`, `Account-ID`, `From` (`user@realm`) and so on. Only
    // `Call-ID` is required, and a null means the same as an absent key. `From-User` and
    // `From-Realm` take precedence over `From`, and those of `To` and `Request` likewise. Fails
    // with invalid_json; `errors` lists every value of the wrong type.
    static Result<Call> from_json(std::string_view text);
};

}  // namespace pivot::inline v1
