// CDRs that wait for their delivery, and debug records, in one SQLite file, on a thread of its own.
//
//     any thread ── Command ──► queue ──► the store's thread: one transaction for all that wait
//     reactor ◄──── reply ──────────────────────────────┘ after the commit
//
// A commit is on the disk: it survives a crash of the machine. The disk's slowness makes
// transactions larger, and holds up nobody.
#pragma once

#include "pivot/debug_record.hpp"
#include "store/command.hpp"
#include "store/database.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::store {

struct StoreConfig {
    std::string path;
    std::int64_t bytes_max = std::int64_t{4} * 1024 * 1024 * 1024;  // of the file
    std::int64_t debug_records_max = 100'000;                       // kept

    // What may wait for the disk: CDRs, and bytes of debug records.
    std::size_t cdr_backlog_max = 10'000;
    std::size_t debug_backlog_bytes_max = 16 * 1024 * 1024;
};

// Closed before the reactors that have asked it for something: they deliver what it replied last.
class Store final : public DebugSink {
public:
    // The error is a sentence that names the file.
    static tl::expected<std::unique_ptr<Store>, std::string> open(const StoreConfig& config);

    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    ~Store();  // writes what waits

    // As all of the following, from any thread. Dropped, and counted, where too much waits.
    void add(DebugRecord record) override;
    std::uint64_t debug_records_dropped() const { return dropped_.load(); }

    // The debug records of a call as JSON, the oldest first, 1000 at most. `done` is called once,
    // on `reactor`.
    using FindDone = std::function<void(Result<std::vector<std::string>>)>;
    void find_debug_records(std::string call_id, reactor::Reactor& reactor, FindDone done);

    // A CDR is refused with overload where too many wait; nothing else is.
    void submit(std::unique_ptr<Command> command);

private:
    using Commands = std::vector<std::unique_ptr<Command>>;

    Store(const StoreConfig& config, Database database, Tables tables);

    bool has_room_for(const Command& command) const;
    void count(const Command& command, bool is_queued);
    void run();
    Commands wait_for_commands();
    void execute(Commands& commands);
    bool execute_in_transaction(std::span<std::unique_ptr<Command>> commands);

    const StoreConfig config_;
    Database database_;
    Tables tables_;  // behind the database: statements go first
    std::atomic<std::uint64_t> dropped_ = 0;

    std::mutex mutex_;  // of what follows
    std::condition_variable has_work_;
    Commands queue_;
    std::size_t cdrs_waiting_ = 0;
    std::size_t debug_bytes_waiting_ = 0;
    bool is_closing_ = false;

    std::thread thread_;  // uses all of the above
};

// What a reply says, as callers know failures.
Result<void> to_result(const Answer<void>& outcome);

}  // namespace pivot::store
