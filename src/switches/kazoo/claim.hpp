// Messages between pivots about a request that two of them may have.
//
//     A: processing ──► (its connection is lost; nobody knows whether the broker took it)
//     the broker ──► the same request, once more, to B
//
//     claim: I have this request. Does another?        taken: another asked, and it is mine
//
// A pivot sends `claim` when another one may have the request, and waits for a moment. Every pivot
// on the bus hears both messages. If two are in doubt, the one to which the request was delivered
// again goes on, because the broker has not taken the other's reply. KAZOO's own pivots do not take
// part.
//
// A claim without a request says that its sender has come, so that the others know that they are
// not alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

// The routing key, in the exchange `callmgr`.
inline constexpr std::string_view claim_key = "pivot.claim";

struct Claim {
    // Returns nothing if the body is not a claim.
    static std::optional<Claim> read(std::string_view body);

    std::string message_id;            // its own
    std::string request_id;            // the request's
    std::string call_id;               // likewise
    bool is_answer = false;            // `taken`
    bool was_delivered_again = false;  // the sender has not replied
};

}  // namespace pivot::switches::kazoo
