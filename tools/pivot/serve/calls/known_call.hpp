// What is known about a call, in flight or ended.
#pragma once

#include <pivot/engine.hpp>
#include <pivot/session.hpp>
#include <pivot/sinks.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pivot::tools {

// What is known about a call when it begins.
struct CallFacts {
    std::string id;         // Pivot's own, as in the log
    std::string switch_id;  // the switch's own id of the channel; may be empty
    std::string account_id;
    std::string from;
    std::string called;
    std::string action;        // a URL; empty if there is no action
    bool is_outbound = false;  // made for a program
    bool is_ringing = false;   // an outbound call that nobody has answered yet
    std::string front = {};    // the front end that has it, as metrics call it
};

// An event of the call, as in the log.
struct CallLine {
    std::int64_t unix_ms = 0;
    LogLevel level = LogLevel::debug;
    std::string text;
};

struct KnownCall {
    CallFacts facts;
    std::int64_t began_unix_ms = 0;
    std::optional<std::int64_t> ended_unix_ms;  // nothing while it is in flight
    std::string refusal;                        // why the call was refused; empty if it was taken
    SessionEnd end;                             // once it has ended
    std::vector<CallLine> lines;                // the first and the last ones
    std::size_t lines_left_out = 0;
    std::size_t mistakes = 0;  // of its web server; each is also among the lines
    Engine::Ticket ticket;     // while it is in flight
    std::int64_t row = 0;      // while it is in flight, in the ledger; 0 if it has none there

    bool has_failed() const { return !refusal.empty() || !end.failure.empty(); }
};

}  // namespace pivot::tools
