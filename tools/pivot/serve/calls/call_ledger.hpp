// An SQLite file with a row for every call that has ended or was refused.
//
//     any thread ── begin, add ──► waiting ──► a thread ─┬─► the file
//                                                        └─► if it cannot be written: a log line
//                                                            for each that has ended
//
// Calls that begin or end within a second are written together. Nothing is lost without a
// trace: while the file cannot be written, each call is logged as JSON, and can_write() is false.
//
// A call in flight has a row in another table, unless it ends in the second in which it begins. If
// the process is killed, the next one finds there what it was killed with.
#pragma once

#include "base/clock.hpp"
#include "pivot/serve/calls/call_history.hpp"
#include "pivot/serve/service/log.hpp"
#include "store/database.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

struct LedgerSettings {
    std::string path;                                               // the file's
    std::chrono::hours keep{30 * 24};                               // older rows are removed
    std::int64_t bytes_max = std::int64_t{4} * 1024 * 1024 * 1024;  // the file's limit
    std::function<std::int64_t()> unix_now_ms = base::unix_now_ms;  // the clock for `keep`
};

class CallLedger {
public:
    // Creates the file if there is none. The error is a sentence that names it.
    static tl::expected<std::unique_ptr<CallLedger>, std::string> open(
        const LedgerSettings& settings, Log& log);

    CallLedger(const CallLedger&) = delete;
    CallLedger& operator=(const CallLedger&) = delete;
    ~CallLedger();  // writes the rows that wait

    // Any thread. For a call that begins. Returns what `row` of the call will be.
    std::int64_t begin(CallFacts facts, std::int64_t unix_ms);

    // Any thread. For a call that has ended.
    void add(KnownCall call);

    // The calls in flight of the process that wrote the file before, the oldest first; once. They
    // are found again and again until each is added, ended.
    std::vector<KnownCall> take_lost() { return std::exchange(lost_, {}); }

    // A word that the file has had since it was made, and no other has.
    const std::string& id() const { return id_; }

    // Any thread. Whether the last attempt to write succeeded.
    bool can_write() const { return can_write_; }

    // The latest calls in a file, which somebody may be writing, the latest first and without
    // lines. The error is a sentence that names the file.
    static tl::expected<std::vector<KnownCall>, std::string> read(const std::string& path,
                                                                  std::size_t calls_max);

    // Likewise the calls that `key` finds, as in CallHistory.
    static tl::expected<std::vector<KnownCall>, std::string> find(const std::string& path,
                                                                  std::string_view key,
                                                                  std::size_t calls_max);

private:
    using Calls = std::vector<KnownCall>;
    using Rows = std::vector<std::int64_t>;

    // What is written together.
    struct Batch {
        Calls begun;  // by their rows, ascending
        Calls ended;
        bool is_empty() const { return begun.empty() && ended.empty(); }
    };

    // The statements that the thread runs again and again.
    struct Statements {
        store::Statement insertion;
        store::Statement begin;
        store::Statement end;
        store::Statement removal;
        store::Statement test;
    };

    CallLedger(const LedgerSettings& settings, store::Database database, Statements statements,
               std::string id, Calls lost, Log& log);
    static store::Answer<Statements> prepare(store::Database& database);

    void run();
    bool wait_for_calls(Batch& batch);
    void write(Batch batch);
    void remove_over(Batch& batch);
    store::Answer<void> insert(const Batch& batch);
    store::Answer<void> insert_ended(const Calls& calls);
    store::Answer<void> insert_begun(const Calls& calls);
    store::Answer<void> remove_old();
    std::chrono::milliseconds patience() const;
    void complain(const Calls& calls, const std::string& why);

    const LedgerSettings settings_;
    const std::string id_;
    store::Database database_;  // the thread's own
    Statements statements_;     // likewise
    Log& log_;
    std::atomic<bool> can_write_ = true;
    bool may_have_old_ = true;  // the thread's own: whether there are more rows to remove
    Rows over_;                 // likewise: rows of calls in flight to remove
    Calls lost_;

    std::mutex mutex_;
    std::condition_variable changed_;
    Batch waiting_;
    std::int64_t last_row_;  // of a call that has begun
    bool is_closing_ = false;

    std::thread thread_;  // uses all members above
};

// The call as a JSON object on one line.
std::string to_json(const KnownCall& call);

}  // namespace pivot::tools
