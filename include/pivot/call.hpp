// The facts about one phone call that a web server is told.
#pragma once

#include <pivot/failure.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pivot {

enum class Direction : std::uint8_t { inbound, outbound };

PIVOT_API std::string_view name(Direction direction);

// One end of a call. An empty part is unknown, and sent as `nouser` or `norealm`.
struct Party {
    std::string user;
    std::string realm;
};

// All text is UTF-8. What may hold any JSON (variables, headers) is the text of one JSON object;
// empty text means the same as `{}`.
struct PIVOT_API Call {
    std::string call_id;
    std::string account_id;
    Party from;
    Party to;
    Party request;
    std::string caller_id_name;
    std::string caller_id_number;
    Direction direction = Direction::inbound;
    std::vector<std::string> owner_ids;
    std::string authorizing_id;
    std::string language;
    std::string custom_application_vars;
    std::string custom_sip_headers;
    std::string custom_channel_vars;
    std::string key_value_store;
    std::string other;  // keys of the call object that are not listed here, kept as they came

    // Reads KAZOO's call object: `Call-ID`, `Account-ID`, `From` (`user@realm`), and so on. All but
    // `Call-ID` may be absent, or null, which is the same. `From-User` and `From-Realm` go before
    // what `From` says, and so for `To` and `Request`. Fails with invalid_json; `errors` lists what
    // has the wrong type.
    static Result<Call> from_json(std::string_view text);
};

}  // namespace pivot
