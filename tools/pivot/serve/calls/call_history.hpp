// The calls in flight and the last ones that have ended, as an operator asks for them: `pivot
// calls`, `pivot why`.
//
// Kept in memory, so that every recent call has an answer, whether it left a record or not. Any
// thread.
#pragma once

#include "base/string_map.hpp"

#include <pivot/engine.hpp>
#include <pivot/session.hpp>
#include <pivot/sinks.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pivot::tools {

// What is known of a call from its beginning.
struct CallFacts {
    std::string id;         // its own, which is also the log's
    std::string switch_id;  // the switch's own of the channel; may be empty
    std::string account_id;
    std::string from;
    std::string called;
    std::string action;        // a URL; empty: none was found
    bool is_outbound = false;  // a program has asked for it
    bool is_ringing = false;   // of an outbound call: nobody has answered yet
    std::string front = {};    // the front end that has it, as metrics call it
};

// What happened in it, as the log has it.
struct CallLine {
    std::int64_t unix_ms = 0;
    LogLevel level = LogLevel::debug;
    std::string text;
};

struct KnownCall {
    CallFacts facts;
    std::int64_t began_unix_ms = 0;
    std::optional<std::int64_t> ended_unix_ms;  // nothing: it is in flight
    std::string refusal;                        // why it was not taken; empty: it was
    SessionEnd end;                             // if it has ended
    std::vector<CallLine> lines;                // the first and the last ones
    std::size_t lines_left_out = 0;
    std::size_t mistakes = 0;  // of its web server, which are among the lines
    Engine::Ticket ticket;     // while it is in flight

    bool has_failed() const { return !refusal.empty() || !end.failure.empty(); }
};

class CallHistory {
public:
    static constexpr std::size_t ended_max = 10'000;
    static constexpr std::size_t lines_max = 24;  // of a call
    static constexpr std::size_t line_bytes_max = 400;

    // Shorter ones name no call, because too many begin so.
    static constexpr std::size_t prefix_bytes_min = 6;

    void begin(CallFacts facts, std::int64_t unix_ms);

    // Each does nothing if there is no such call in flight. One with a ticket does not ring.
    void set_ticket(std::string_view id, Engine::Ticket ticket);
    void note(std::string_view id, LogLevel level, std::string_view text, std::int64_t unix_ms);
    void note_mistake(std::string_view id, std::string_view text, std::int64_t unix_ms);

    // The call is over. Returns it without its lines.
    std::optional<KnownCall> refuse(std::string_view id, std::string_view why,
                                    std::int64_t unix_ms);
    std::optional<KnownCall> end(std::string_view id, const SessionEnd& end, std::int64_t unix_ms);

    // An outbound call that nobody has answered is over. `refusal` is why it could not be made;
    // empty: it could.
    std::optional<KnownCall> end_unanswered(std::string_view id, const Cause& cause,
                                            std::string_view refusal, std::int64_t unix_ms);

    // The calls of which `key` is an id, or one before a `~`, or else the beginning of one,
    // `calls_max` at most. Those in flight come first, then the one that ended last.
    std::vector<KnownCall> find(std::string_view key, std::size_t calls_max) const;

    // The call of this account in flight; nothing if there is none.
    std::optional<Engine::Ticket> ticket_of(std::string_view id, std::string_view account_id) const;

    // An id that no call in flight has: this one, or else it with `~2`, `~3` and so on after it.
    std::string free_id(std::string call_id) const;

    // Whether it is in flight, and this account's; null: whose it is does not matter.
    bool has_in_flight(std::string_view id, const std::string* account_id) const;

    // The call of this account with this id, in flight or the last one that has ended, without
    // lines; nothing if there is none.
    std::optional<KnownCall> call_of(std::string_view id, std::string_view account_id) const;

    // Those in flight from the oldest, or those that have ended from the last one, without lines.
    std::vector<KnownCall> in_flight(std::size_t calls_max) const;
    std::vector<KnownCall> in_flight_of(std::string_view account_id, std::size_t calls_max) const;
    std::vector<KnownCall> ended(std::size_t calls_max) const;

    // How many are in flight, by their front end; also those that have been zero again.
    std::map<std::string, std::size_t> calls_by_front() const;

private:
    using Calls = std::list<KnownCall>;
    using Index =
        std::unordered_multimap<std::string, Calls::iterator, base::StringHash, std::equal_to<>>;

    Calls::iterator add(CallFacts facts, std::int64_t unix_ms);
    KnownCall retire(Calls::iterator call, std::int64_t unix_ms);
    void forget(Calls::iterator call);
    std::optional<Calls::iterator> find_in_flight(std::string_view id) const;

    mutable std::mutex mutex_;
    Calls in_flight_;                              // from the oldest
    Calls ended_;                                  // from the one that ended last
    Index by_id_;                                  // of either kind
    std::map<std::string, std::size_t> by_front_;  // how many are in flight
};

}  // namespace pivot::tools
