// CDRs that wait for their delivery, and debug records, in two SQLite files on one thread.
//
//     any thread ── Command ──► queue ──► the store's thread: one transaction for all that wait
//     reactor ◄──── reply ──────────────────────────────┘ after the commit
//
// A CDR is never lost. What cannot be written, because the disk is full or another process has the
// file, waits here and is tried again; only where too many wait, or the store closes, is a CDR
// refused, and then the log has the whole of it. Debug records are expendable: they have a file of
// their own, so that neither their number nor damage to it costs anybody a CDR.
#pragma once

#include "base/counter.hpp"
#include "base/log.hpp"
#include "reactor/folder.hpp"
#include "session/debug_record.hpp"
#include "store/queued_command.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::store {

struct StoreConfig {
    std::string path;  // a folder, made where it is missing, of this store alone
    std::int64_t cdr_bytes_max = std::int64_t{4} * 1024 * 1024 * 1024;  // of the file
    std::int64_t debug_bytes_max = std::int64_t{1024} * 1024 * 1024;    // likewise: the oldest go

    // What may wait for the disk.
    std::size_t cdr_backlog_bytes_max = 64 * 1024 * 1024;
    std::size_t debug_backlog_bytes_max = 16 * 1024 * 1024;

    // Before what could not be written is tried again; doubled each time.
    std::chrono::milliseconds retry_min{100};
    std::chrono::milliseconds retry_max{10'000};
};

// Closed before the reactors that have asked it for something: they deliver what it replied last.
class Store final : public session::DebugSink {
public:
    // The error is a sentence that names the file. Without a `debug` that can be opened the
    // store goes on without debug records, and says so in the log.
    static tl::expected<std::unique_ptr<Store>, std::string> open(const StoreConfig& config,
                                                                  Log log);

    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    ~Store();  // writes what waits

    // As all of the following, from any thread. Dropped, and counted, where too much waits or they
    // cannot be written.
    void add(session::DebugRecord record) override;
    std::uint64_t debug_records_dropped() const { return dropped_.load(); }

    // The debug records of a call as JSON, the oldest first, 1000 at most: all that were added
    // before. Waits for the disk.
    Answer<std::vector<std::string>> debug_records(std::string_view call_id);

    // CDRs on the disk, and in memory where they cannot be written.
    std::uint64_t cdrs_waiting() const { return cdrs_waiting_.value(); }

    // When the earliest of the calls with a CDR on the disk ended; 0 if there are none.
    std::int64_t oldest_cdr_unix_ms() const
    {
        return static_cast<std::int64_t>(oldest_cdr_unix_ms_.value());
    }

    // Returns false while CDRs cannot be written and wait in memory.
    bool is_written() const { return !is_in_trouble_; }

    // Whether this thread is the store's own, which may write to the log.
    bool is_own_thread() const { return thread_.get_id() == std::this_thread::get_id(); }

    // Beyond its backlog a CDR is refused and a debug record dropped. All else is taken.
    void submit(std::unique_ptr<Command> command);

    const Log& log() const { return log_; }

private:
    using Commands = std::vector<std::unique_ptr<Command>>;
    using Clock = std::chrono::steady_clock;
    enum class Transaction : std::uint8_t { committed, refused, stuck };

    Store(const StoreConfig& config, reactor::Folder folder, Log log, Tables tables);

    bool has_room_for(const Command& command) const;
    void count(const Command& command, bool is_queued);

    void run();
    bool take_commands();
    void read();
    void write_cdrs();
    bool write(std::span<std::unique_ptr<Command>> commands);
    Transaction transact(std::span<std::unique_ptr<Command>> commands);
    void note_trouble();
    void count_waiting();
    bool has_unwritten() const { return !changes_.empty() || !puts_.empty(); }
    void refuse_the_rest();
    void add_debug_records();
    void flush();
    void drop_debug_records(std::size_t count, const std::string& why);
    void finish(Commands commands);

    const StoreConfig config_;
    const reactor::Folder folder_;
    const Log log_;
    std::atomic<std::uint64_t> dropped_ = 0;
    std::atomic<bool> is_in_trouble_ = false;
    Counter cdrs_waiting_;
    Counter oldest_cdr_unix_ms_;

    std::mutex mutex_;  // of what follows
    std::condition_variable has_work_;
    Commands queue_;
    std::size_t cdr_bytes_waiting_ = 0;
    std::size_t debug_bytes_waiting_ = 0;
    bool is_closing_ = false;

    // The thread's own.
    Tables tables_;
    Commands reads_;
    Commands debug_records_;
    Commands changes_;     // of CDRs that are written
    Commands puts_;        // new CDRs
    std::string trouble_;  // why those two are not written
    bool drops_debug_records_ = false;
    std::chrono::milliseconds retry_pause_{0};
    Clock::time_point retry_at_;

    std::thread thread_;  // uses all of the above
};

// What a reply says, as callers know failures.
Result<void> to_result(const Answer<void>& outcome);

}  // namespace pivot::store
