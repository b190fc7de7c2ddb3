// An SQLite file with a row for every call that has ended or was refused.
//
//     any thread ── add ──► waiting ──► a thread ─┬─► the file
//                                                 └─► if it cannot be written: a log line each
//
// Calls that end within a second are written together. Nothing is lost without a
// trace: while the file cannot be written, each call is logged as JSON, and can_write() is false.
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

    // Any thread. For a call that has ended.
    void add(KnownCall call);

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

    // The statements that the thread runs again and again.
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
    bool may_have_old_ = true;  // the thread's own: whether there are more rows to remove

    std::mutex mutex_;
    std::condition_variable changed_;
    Calls waiting_;
    bool is_closing_ = false;

    std::thread thread_;  // uses all members above
};

// The call as a JSON object on one line.
std::string to_json(const KnownCall& call);

}  // namespace pivot::tools
