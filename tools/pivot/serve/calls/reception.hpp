// What all front ends share: finding a call's action, logging it, and keeping it in the history and
// the ledger.
#pragma once

#include "base/counter.hpp"
#include "pivot/serve/calls/call_history.hpp"
#include "pivot/serve/calls/call_ledger.hpp"
#include "pivot/serve/calls/outbound_call.hpp"
#include "pivot/serve/recordings/recording_pages.hpp"
#include "pivot/serve/service/log.hpp"
#include "pivot/serve/settings/settings.hpp"

#include <pivot/engine.hpp>
#include <pivot/session.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace pivot::tools {

// A call as its front end reports it.
struct Arrival {
    std::string_view front;  // the front end that has it, as metrics call it
    std::string own_id;      // in the log; empty if that is the call's id
    Call call;               // `account_id` is set here if it is empty
    std::string said;        // the action that the switch names; empty if it names none
    std::optional<ActionNode>
        action;              // the same, parsed, from a switch that continues the call itself
    std::string called;      // the number, as the switch writes it
    std::string channel_id;  // the switch's own; may be empty
    std::int64_t answered_unix_ms = 0;  // 0 if it is not answered
    AtEnd at_end = AtEnd::hang_up;
};

// Why a call is not taken.
struct Refusal {
    std::string why;
    bool has_no_action = false;  // or an invalid one
};

class Reception {
public:
    // `ledger` may be null.
    Reception(Engine& engine, Log& log, CallHistory& history, CallLedger* ledger,
              const Settings& settings);

    // Like all functions, from any thread. Returns the id for a call that its switch calls
    // `call_id`: the same, unless another call in flight has it (CallHistory::free_id), as after a
    // forked INVITE.
    std::string own_id(std::string call_id) const { return history_.free_id(std::move(call_id)); }

    // Returns the account of a call for which its switch names `account_id`, which may be empty.
    std::string own_account(std::string account_id) const
    {
        return account_id.empty() ? rules()->account_id : account_id;
    }

    // Begins the session of a call. Returns why the call is refused, which is also logged; nothing
    // if the session has begun.
    std::optional<Refusal> begin(Arrival arrival, Channel& channel, Engine::Ticket& ticket);

    // Announces an outbound call of this front end. Then comes begin_outbound() when somebody has
    // answered, or note_unanswered().
    void expect(OutboundCall call, std::string_view front);

    // As begin(), for an announced call; empty if its session has begun. If it is refused, the call
    // has ended.
    std::string begin_outbound(std::string_view call_id, Channel& channel, Engine::Ticket& ticket);

    // An announced call is over, and leaves its CDR. `why` says why it could not be made; empty if
    // nobody answered.
    void note_unanswered(std::string_view call_id, const Cause& cause, std::string_view why);

    // For a call that cannot be taken because of how its switch describes it.
    void refuse(CallFacts facts, std::string_view why);

    // The action of a call, or the reason why there is none.
    tl::expected<ActionNode, std::string> choose(std::string_view said,
                                                 std::string_view called) const
    {
        return rules()->actions.choose(said, called);
    }

    // Sends a call of this account elsewhere: what this URL answers is performed. Returns false if
    // there is no such call in flight.
    bool redirect(std::string_view call_id, std::string_view account_id, Redirected where);

    // The calls of an account, for that account.
    const CallHistory& history() const { return history_; }

    // Whether the account has such a call in flight. Null stands for any account.
    bool has_in_flight(std::string_view call_id, const std::string* account_id) const
    {
        return history_.has_in_flight(call_id, account_id);
    }

    // The recordings that links may lead to.
    RecordingSettings recordings() const { return rules()->recordings; }

    // Notes an event of a call.
    void note(std::string_view call_id, LogLevel level, std::string_view text);

    // Notes the end of a call, with a log line if it has failed or if debugging is on.
    void note_end(std::string_view call_id, const SessionEnd& end);

    // Notes a call that its switch still had, and that nobody performed any more, if it is not
    // known yet. `text` says what happens to it. `began_unix_ms` is 0 if unknown.
    void note_lost(CallFacts facts, std::int64_t began_unix_ms, std::string_view text);

    // Adds a line to the last call of this channel, if it is known, and to the log.
    void note_channel(std::string_view channel_id, LogLevel level, std::string_view text);

    // The id of the store; empty if there is none.
    std::string_view store_id() const
    {
        return ledger_ == nullptr ? std::string_view() : ledger_->id();
    }

    // Whether rows of calls can be written. Otherwise, calls are refused.
    bool can_keep() const { return ledger_ == nullptr || ledger_->can_write(); }

    // Changes the settings for new calls. Fetched numbers stay if they still fit. Otherwise the
    // error names the line, and nothing has changed.
    tl::expected<void, std::string> check(const Settings& settings) const;
    void reload(const Settings& settings);

    // Replaces the numbers that were fetched before, as in numbers_file.hpp. Returns how many there
    // are. The error names the line, and nothing has changed.
    tl::expected<std::size_t, std::string> take_numbers(const std::string& text);

    // How many calls were refused because their action was missing or invalid.
    std::uint64_t calls_without_action() const { return calls_without_action_; }

    // How many calls were refused because no row could be written.
    std::uint64_t calls_without_row() const { return calls_without_row_; }

    // Pivots in flight that programs have asked for. The API counts them.
    Counter& pivots() { return pivots_; }

    Engine& engine() { return engine_; }
    Log& log() { return log_; }

private:
    struct Rules {
        Actions configured;  // without fetched numbers
        Actions actions;
        std::string fallback;
        std::string account_id;
        RecordingSettings recordings;
        CdrSettings cdr;
    };

    struct Expected {
        OutboundCall call;
        std::int64_t began_unix_ms;
    };

    std::shared_ptr<const Rules> rules() const;
    std::optional<Expected> take_expected(std::string_view call_id);
    void keep_refused(std::string_view call_id, std::string_view why);
    void set(Rules rules);
    std::optional<Refusal> prepare(Arrival& arrival, SessionRequest& request, CallFacts& facts);
    void note_begin(CallFacts facts, std::int64_t unix_ms);
    void end_lost(const CallFacts& facts, std::int64_t began_unix_ms, std::int64_t row);
    void keep(std::optional<KnownCall> ended);

    Engine& engine_;
    Log& log_;
    CallHistory& history_;
    CallLedger* const ledger_;
    Counter pivots_;
    std::atomic<std::uint64_t> calls_without_action_ = 0;
    std::atomic<std::uint64_t> calls_without_row_ = 0;
    mutable std::mutex change_mutex_;  // guards what the rules are made of
    std::string fetched_;              // guarded by it
    mutable std::mutex mutex_;
    std::shared_ptr<const Rules> rules_;                     // guarded by its own mutex
    std::map<std::string, Expected, std::less<>> expected_;  // likewise, by id
};

}  // namespace pivot::tools
