// What pivots tell each other about a request that two of them may have.
//
//     A: processing ──► (its connection is lost; nobody knows whether the broker took it)
//     the broker ──► the same request, once more, to B
//
//     claim: I have this request. Does another?        taken: another asked, and it is mine
//
// A pivot says `claim` when it is not certain to be alone, and waits for a moment. Every pivot on
// the bus hears both. Of two that are not certain, the one that was given the request again goes
// on, because the broker has not taken the reply of the other. KAZOO's own pivots know nothing of
// this.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pivot::switches::kazoo {

// The routing key, in the exchange `callmgr`.
inline constexpr std::string_view claim_key = "pivot.claim";

struct Claim {
    // Nothing if the body is not that of a claim.
    static std::optional<Claim> read(std::string_view body);

    std::string message_id;            // its own
    std::string request_id;            // the request's
    std::string call_id;               // likewise
    bool is_answer = false;            // `taken`
    bool was_delivered_again = false;  // whoever says so has not replied
};

}  // namespace pivot::switches::kazoo
