// The body of a `pivot_req`: KAZOO asks for a pivot.
//
// It is read as KAZOO's validators read it: what they refuse is refused. Unknown keys are ignored,
// and null counts as absent.
#pragma once

#include "switches/kazoo/call_line.hpp"
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
        unsigned headers_dropped = 0;  // custom ones that may not be sent
        CallIdentity identity;         // without the name of our node
        std::string branch;            // the callflow's `_` after this pivot, JSON; empty: unknown
    };

    // KAZOO waits ten seconds for a reply, so an answer may take half a second less at most.
    static constexpr std::chrono::milliseconds timeout_max{9'500};

    // Absent timeouts are of five seconds; those that are too long or too short are clamped to
    // 1 ms … `limit`, which is `timeout_max` at most.
    static PivotRequest read(std::string_view body, std::chrono::milliseconds limit);

    // Whether somebody can be told the outcome.
    bool can_be_answered() const { return !call_id.empty() && controller.has_value(); }

    std::string call_id;
    std::string account_id;
    std::string message_id;
    std::string voice_url;                         // as it is written
    std::optional<QueueAddress> controller;        // of the call: the queue for replies
    tl::expected<Question, std::string> question;  // or why it is refused, in a sentence
};

}  // namespace pivot::switches::kazoo
