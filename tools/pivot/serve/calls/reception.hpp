// What all front ends have in common: which action a call gets, and what is kept of it: lines of
// the log, its history, and a row of the ledger.
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

// A call as a front end has it.
struct Arrival {
    std::string_view front;             // that has it, as metrics call it
    Call call;                          // `account_id` is set here if it is empty
    std::string said;                   // the switch's own action; empty: there is none
    std::optional<ActionNode> action;   // the same in parts, of a switch that goes on with the call
    std::string called;                 // the number, as the switch has it
    std::string channel_id;             // the switch's own; may be empty
    std::int64_t answered_unix_ms = 0;  // 0: it is not answered
    AtEnd at_end = AtEnd::hang_up;
};

class Reception {
public:
    // `ledger` may be null.
    Reception(Engine& engine, Log& log, CallHistory& history, CallLedger* ledger,
              const Settings& settings);

    // As all functions, from any thread. The id of a call that its switch calls so: this one,
    // unless another call in flight has it (CallHistory::free_id). A forked INVITE comes twice.
    std::string own_id(std::string call_id) const { return history_.free_id(std::move(call_id)); }

    // Begins the session of a call. Returns why the call is
    // refused, which is in the log, too; empty: the session has begun.
    std::string begin(Arrival arrival, Channel& channel, Engine::Ticket& ticket);

    // An outbound call is being made by this front end. Then begin_outbound() follows when somebody
    // has answered, or note_unanswered().
    void expect(OutboundCall call, std::string_view front);

    // As begin(), for such a call, which has ended if it is refused.
    std::string begin_outbound(std::string_view call_id, Channel& channel, Engine::Ticket& ticket);

    // Such a call is over, and leaves its CDR. `why` says why it could not be made; empty: nobody
    // has answered.
    void note_unanswered(std::string_view call_id, const Cause& cause, std::string_view why);

    // A call that the switch describes so that it cannot be taken.
    void refuse(CallFacts facts, std::string_view why);

    // The action of a call, or why there is none.
    tl::expected<ActionNode, std::string> choose(std::string_view said,
                                                 std::string_view called) const
    {
        return rules()->actions.choose(said, called);
    }

    // Sends a call of this account elsewhere: what this URL answers is performed. False if there is
    // no such call in flight.
    bool redirect(std::string_view call_id, std::string_view account_id, Redirected where);

    // The calls of an account as it may see them.
    const CallHistory& history() const { return history_; }

    // Whether there is such a call in flight. Null: whose it is does not matter.
    bool has_in_flight(std::string_view call_id, const std::string* account_id) const
    {
        return history_.has_in_flight(call_id, account_id);
    }

    // The recordings that links may be good for.
    RecordingSettings recordings() const { return rules()->recordings; }

    // Something happened in a call.
    void note(std::string_view call_id, LogLevel level, std::string_view text);

    // A call is over: a line for the log if it has failed, or if debugging is on.
    void note_end(std::string_view call_id, const SessionEnd& end);

    // Whether rows of calls can be written. If not, calls are refused.
    bool can_keep() const { return ledger_ == nullptr || ledger_->can_write(); }

    // For the calls to come. What was fetched of numbers stays as far as it fits: the error names
    // its line, and then nothing has changed.
    tl::expected<void, std::string> check(const Settings& settings) const;
    void reload(const Settings& settings);

    // Numbers that were fetched, as numbers_file.hpp has them: they take the place of those that
    // were fetched before. Returns how many there are. The error names the line: nothing changes.
    tl::expected<std::size_t, std::string> take_numbers(const std::string& text);

    // How many calls were refused because they had no action, or an invalid one.
    std::uint64_t calls_without_action() const { return calls_without_action_; }

    // Likewise because no row could be written for them.
    std::uint64_t calls_without_row() const { return calls_without_row_; }

    // Pivots that programs have asked for and that are under way. The API counts them.
    Counter& pivots() { return pivots_; }

    Engine& engine() { return engine_; }
    Log& log() { return log_; }

private:
    struct Rules {
        Actions configured;  // without what was fetched
        Actions actions;
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
    std::string prepare(Arrival& arrival, SessionRequest& request, CallFacts& facts);
    void keep(std::optional<KnownCall> ended);

    Engine& engine_;
    Log& log_;
    CallHistory& history_;
    CallLedger* const ledger_;
    Counter pivots_;
    std::atomic<std::uint64_t> calls_without_action_ = 0;
    std::atomic<std::uint64_t> calls_without_row_ = 0;
    mutable std::mutex change_mutex_;  // of what rules are made
    std::string fetched_;              // guarded by it
    mutable std::mutex mutex_;
    std::shared_ptr<const Rules> rules_;                     // guarded by it
    std::map<std::string, Expected, std::less<>> expected_;  // likewise: by id
};

}  // namespace pivot::tools
