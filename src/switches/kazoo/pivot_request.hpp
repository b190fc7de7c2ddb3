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
        std::string warning;           // what is ignored, in a sentence; empty: nothing
        CallIdentity identity;         // without the name of our node
        std::string branch;            // the callflow's `_` after this pivot, JSON; empty: unknown
    };

    // KAZOO's have 32 bytes. A request with a longer one is refused.
    static constexpr std::size_t message_id_bytes_max = 255;

    // KAZOO cannot publish an event of a call whose id does not fit into a routing key. Up to this
    // length such a request is refused; beyond it, nobody can be told.
    static constexpr std::size_t call_id_bytes_max = 1'024;

    // KAZOO waits ten seconds for a reply, so an answer may take half a second less at most.
    static constexpr std::chrono::milliseconds timeout_max{9'500};

    // Absent timeouts are of five seconds; those that are too long or too short are clamped to
    // 1 ms … `limit`, which is `timeout_max` at most.
    static PivotRequest read(std::string_view body, std::chrono::milliseconds limit);

    // Whether somebody can be told the outcome.
    bool can_be_answered() const { return !call_id.empty() && controller.has_value(); }

    std::string call_id;  // cut, if it is too long to be answered
    std::string account_id;
    std::string message_id;                        // empty if it is too long
    std::string voice_url;                         // as it is written
    std::optional<QueueAddress> controller;        // of the call: the queue for replies
    tl::expected<Question, std::string> question;  // or why it is refused, in a sentence
};

}  // namespace pivot::switches::kazoo
