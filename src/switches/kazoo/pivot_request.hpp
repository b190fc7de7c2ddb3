// The body of a `pivot_req`, with which KAZOO asks for a pivot.
//
// It is read as strictly as KAZOO's validators do. Unknown keys are ignored, and null counts as
// absent.
#pragma once

#include "base/json.hpp"
#include "switches/kazoo/queue_address.hpp"

#include <pivot/action.hpp>
#include <pivot/call.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::switches::kazoo {

struct PivotRequest {
    struct Question {
        Call call;
        Action action;
        unsigned headers_dropped = 0;  // custom headers that may not be sent
        std::string warning;           // what is ignored, as a sentence; empty if nothing is
        std::string call_object;       // `Call` as it is written
        std::string branch;  // the callflow's `_` after this pivot, as JSON; empty if unknown
    };

    // KAZOO's ids have 32 bytes. A request with a longer one than this is refused.
    static constexpr std::size_t message_id_bytes_max = 255;

    // KAZOO cannot publish events of a call whose id does not fit into a routing key. Up to this
    // length such a request is refused; beyond it, there is nobody to tell.
    static constexpr std::size_t call_id_bytes_max = 1'024;

    // KAZOO waits ten seconds for a reply, so the answer may take half a second less.
    static constexpr std::chrono::milliseconds timeout_max{9'500};

    // An absent timeout counts as five seconds, and others are clamped to 1 ms to `limit`, which is
    // at most `timeout_max`. `document` keeps its memory for the next request.
    static PivotRequest read(json::Document& document, std::string_view body,
                             std::chrono::milliseconds limit);

    // Whether a reply has somewhere to go.
    bool can_be_answered() const { return !call_id.empty() && controller.has_value(); }

    std::string sender;   // the node that has published it
    std::string call_id;  // cut if it is too long to be answered
    std::string account_id;
    std::string message_id;                        // empty if it is too long
    std::string voice_url;                         // as written
    std::optional<QueueAddress> controller;        // the queue for replies
    tl::expected<Question, std::string> question;  // or why the request is refused, as a sentence
};

}  // namespace pivot::switches::kazoo
