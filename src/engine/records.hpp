// What an engine does with what its calls leave: debug records, CDRs, and lines for an operator.
//
//     debug record ─► Records ──┬─► the host's sinks
//                               └─► the store
//     CDR ─► LaneCdrs ──────────┬─► the host's sinks, if they take it
//                               └─► the store ─► CdrCourier, on lane 0 ─► web server
//
// It outlives the lanes. Its store is closed when no call is in flight and nothing goes on in the
// background of a lane, but before the lanes: they deliver the store's last replies.
#pragma once

#include "base/log.hpp"
#include "session/debug_record.hpp"

#include <pivot/engine.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::store {
class Store;
}

namespace pivot::engine {

class CdrCourier;

// What has become of them.
struct RecordNumbers {
    std::uint64_t cdrs_waiting = 0;
    std::int64_t oldest_cdr_unix_ms = 0;  // the end of its call; 0: none waits
    std::uint64_t cdrs_delivered = 0;     // by the engine
    std::uint64_t cdr_attempts_failed = 0;
    std::uint64_t cdrs_lost = 0;
    std::uint64_t debug_records_dropped = 0;
};

// All on any thread, except where said.
class Records final : public session::DebugSink {
public:
    // The error is a sentence.
    static tl::expected<std::unique_ptr<Records>, std::string> open(const EngineConfig& config);

    Records(const Records&) = delete;
    Records& operator=(const Records&) = delete;
    ~Records();

    // Closes the store, with all that it has been given on the disk.
    void close();

    // The host's. Where there are none, they do nothing.
    Sinks& host() const { return host_; }

    // Returns null if there is none.
    store::Store* store() const { return store_.get(); }

    const Log& log() const { return log_; }

    // Whether somebody takes them.
    bool takes_debug_records() const { return host_.takes_debug_records() || store_ != nullptr; }
    bool takes_cdrs() const { return host_.takes_cdrs() || store_ != nullptr; }

    void add(session::DebugRecord record) override;

    // The debug records of a call in the store, as JSON, the oldest first. Waits for the disk.
    std::vector<std::string> find(std::string_view call_id) const;

    // A call wants what nobody takes. Said once.
    void warn_of_missing(std::string_view call_id);

    // A pivot wants a CDR, which only a session leaves. Said once.
    void warn_of_cdr_of_pivot(std::string_view call_id);

    // A CDR is in the log alone.
    void note_lost_cdr() { cdrs_lost_.fetch_add(1, std::memory_order_relaxed); }

    RecordNumbers numbers() const;

    // Lane 0 sets it before there are other lanes, if there is a store.
    void set_courier(CdrCourier& courier) { courier_ = &courier; }
    CdrCourier* courier() const { return courier_; }

    // Whether this thread is the store's.
    bool is_own_thread() const;

private:
    explicit Records(Sinks* host);

    Sinks nobody_;
    Sinks& host_;
    const Log log_;
    std::unique_ptr<store::Store> store_;
    CdrCourier* courier_ = nullptr;
    std::atomic<bool> was_warned_ = false;
    std::atomic<bool> was_warned_of_pivot_ = false;
    std::atomic<std::uint64_t> cdrs_lost_ = 0;

    // Attempts to deliver a CDR leave records on lane 0, while callbacks of the same call may leave
    // some on its own.
    std::mutex host_mutex_;
};

}  // namespace pivot::engine
