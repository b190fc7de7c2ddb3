// A row for every call that has ended or was refused, in an SQLite file.
//
//     any thread ── add ──► waiting ──► a thread ─┬─► the file
//                                                 └─► it cannot be written: a line of the log each
//
// Calls that end within a quarter of a second are written together. Nothing is lost without a
// trace: while the file cannot be written, every call is a line of the log, as JSON, and
// can_write() is false.
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
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

struct LedgerSettings {
    std::string path;                                               // of the file
    std::chrono::hours keep{30 * 24};                               // rows that are older go
    std::int64_t bytes_max = std::int64_t{4} * 1024 * 1024 * 1024;  // of the file
    std::function<std::int64_t()> unix_now_ms = base::unix_now_ms;  // the clock for that
};

class CallLedger {
public:
    // Makes the file if there is none. The error is a sentence that names it.
    static tl::expected<std::unique_ptr<CallLedger>, std::string> open(
        const LedgerSettings& settings, Log& log);

    CallLedger(const CallLedger&) = delete;
    CallLedger& operator=(const CallLedger&) = delete;
    ~CallLedger();  // writes what waits

    // Any thread. The call has ended.
    void add(KnownCall call);

    // Any thread. Whether the last attempt to write has succeeded.
    bool can_write() const { return can_write_; }

    // The last calls in a file that somebody may be writing, from the one that ended last, without
    // lines. The error is a sentence that names the file.
    static tl::expected<std::vector<KnownCall>, std::string> read(const std::string& path,
                                                                  std::size_t calls_max);

    // Likewise those of which `key` is an id, or else the beginning of one, as CallHistory has it.
    static tl::expected<std::vector<KnownCall>, std::string> find(const std::string& path,
                                                                  std::string_view key,
                                                                  std::size_t calls_max);

private:
    using Calls = std::vector<KnownCall>;

    // What the thread runs over and over.
    struct Statements {
        store::Statement insertion;
        store::Statement removal;
        store::Statement test;
    };

    CallLedger(const LedgerSettings& settings, store::Database database, Statements statements,
               Log& log);
    static store::Answer<Statements> prepare(store::Database& database);

    void run();
    bool wait_for_calls(Calls& calls);
    void write(const Calls& calls);
    store::Answer<void> insert(const Calls& calls);
    store::Answer<void> remove_old();
    std::chrono::milliseconds patience() const;
    void complain(const Calls& calls, const std::string& why);

    const LedgerSettings settings_;
    store::Database database_;  // the thread's own
    Statements statements_;     // likewise
    Log& log_;
    std::atomic<bool> can_write_ = true;
    bool may_have_old_ = true;  // the thread's own: more rows than one transaction removes

    std::mutex mutex_;
    std::condition_variable changed_;
    Calls waiting_;
    bool is_closing_ = false;

    std::thread thread_;  // uses all of the above
};

// The call as a JSON object in one line.
std::string to_json(const KnownCall& call);

}  // namespace pivot::tools
