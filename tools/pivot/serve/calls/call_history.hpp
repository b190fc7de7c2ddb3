// The calls in flight and the last ones that have ended, for `pivot calls` and `pivot why`.
//
// They are kept in memory, so that every recent call can be explained, whether or not it left a
// record. Any thread.
#pragma once

#include "pivot/serve/calls/ended_calls.hpp"
#include "pivot/serve/calls/known_call.hpp"

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

class CallHistory {
public:
    static constexpr std::size_t ended_max = 10'000;
    static constexpr std::size_t lines_max = 24;  // of one call
    static constexpr std::size_t line_bytes_max = 400;

    // The failure of calls that an earlier process was killed with.
    static constexpr std::string_view lost = "lost: pivot serve ended while it performed this call";

    // Shorter prefixes find no call, because they match too many.
    static constexpr std::size_t prefix_bytes_min = 6;

    void begin(CallFacts facts, std::int64_t unix_ms, std::int64_t row = 0);

    // These do nothing if there is no such call in flight. A call with a ticket no longer rings.
    void set_ticket(std::string_view id, Engine::Ticket ticket);
    void note(std::string_view id, LogLevel level, std::string_view text, std::int64_t unix_ms);
    void note_mistake(std::string_view id, std::string_view text, std::int64_t unix_ms);

    // Adds a line to the last call of this channel, even if it has ended. Returns the call's id;
    // nothing if there is no such call.
    std::optional<std::string> note_channel(std::string_view switch_id, LogLevel level,
                                            std::string_view text, std::int64_t unix_ms);

    bool knows_channel(std::string_view switch_id) const;

    // These end a call, and return it without its lines.
    std::optional<KnownCall> refuse(std::string_view id, std::string_view why,
                                    std::int64_t unix_ms);
    std::optional<KnownCall> end(std::string_view id, const SessionEnd& end, std::int64_t unix_ms);

    // Ends an outbound call that nobody has answered. `refusal` is why it could not be made; empty
    // if it could.
    std::optional<KnownCall> end_unanswered(std::string_view id, const Cause& cause,
                                            std::string_view refusal, std::int64_t unix_ms);

    // Returns at most `calls_max` calls whose id is `key`, or `key` followed by `~`; if there are
    // none, those whose id begins with `key`. Calls in flight come first, then the latest ended.
    std::vector<KnownCall> find(std::string_view key, std::size_t calls_max) const;

    // Returns nothing if the account has no such call in flight.
    std::optional<Engine::Ticket> ticket_of(std::string_view id, std::string_view account_id) const;

    // Returns an id that no call in flight has: this one, or else this one followed by `~2`, `~3`
    // and so on.
    std::string free_id(std::string call_id) const;

    // Whether the call is in flight and belongs to this account. Null stands for any account.
    bool has_in_flight(std::string_view id, const std::string* account_id) const;

    // Returns the call in flight, or the last one that has ended, without lines. Returns nothing if
    // the account has no such call.
    std::optional<KnownCall> call_of(std::string_view id, std::string_view account_id) const;

    // Calls in flight, the oldest first, and ended ones, the latest first; without lines.
    std::vector<KnownCall> in_flight(std::size_t calls_max) const;
    std::vector<KnownCall> in_flight_of(std::string_view account_id, std::size_t calls_max) const;
    std::vector<KnownCall> ended(std::size_t calls_max) const;

    // The number of calls in flight by front end, including those that are back at zero.
    std::map<std::string, std::size_t> calls_by_front() const;

private:
    using Calls = std::list<KnownCall>;

    // The keys are texts of the calls.
    using Index = std::unordered_multimap<std::string_view, Calls::iterator>;

    void add(CallFacts facts, std::int64_t unix_ms, std::int64_t row);
    KnownCall retire(Calls::iterator call, std::int64_t unix_ms);
    void forget(std::string_view id, Calls::iterator call);
    std::optional<Calls::iterator> find_in_flight(std::string_view id) const;
    std::optional<Calls::iterator> last_in_flight_of_channel(std::string_view switch_id) const;

    mutable std::mutex mutex_;
    Calls in_flight_;                              // the oldest first
    Index by_id_;                                  // of these, by their own and the switch's id
    std::map<std::string, std::size_t> by_front_;  // likewise
    EndedCalls ended_{ended_max};
};

}  // namespace pivot::tools
