#include "engine/records.hpp"

#include "engine/cdr_courier.hpp"
#include "engine/lane_thread.hpp"
#include "store/store.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::engine {

namespace {

// The store's thread may write when exit() already destroys the host's statics.
Log log_to(Sinks& host)
{
    return [&host](LogLevel level, std::string_view call_id, std::string_view line) {
        if (!LaneThread::are_halted()) host.log(level, call_id, line);
    };
}

store::StoreConfig store_config(const EngineConfig::Store& settings)
{
    store::StoreConfig config;
    config.path = settings.path;
    config.cdr_bytes_max = settings.cdr_bytes_max;
    config.debug_bytes_max = settings.debug_bytes_max;
    return config;
}

}  // namespace

Records::Records(Sinks* host) : host_(host == nullptr ? nobody_ : *host), log_(log_to(host_)) {}

Records::~Records() = default;

tl::expected<std::unique_ptr<Records>, std::string> Records::open(const EngineConfig& config)
{
    std::unique_ptr<Records> records(new Records(config.sinks));
    if (config.store.path.empty()) return records;
    LaneThread::halt_at_exit();
    auto store = store::Store::open(store_config(config.store), records->log_);
    if (!store) return tl::unexpected(std::move(store.error()));
    records->store_ = std::move(*store);
    return records;
}

void Records::close()
{
    store_.reset();
}

void Records::add(session::DebugRecord record)
{
    if (host_.takes_debug_records()) {
        std::unique_lock lock(host_mutex_, std::defer_lock);
        if (store_) lock.lock();
        host_.debug_record(record.call_id(), record.account_id(), record.to_json());
    }
    if (store_) store_->add(std::move(record));
}

std::vector<std::string> Records::find(std::string_view call_id) const
{
    if (!store_) return {};
    auto found = store_->debug_records(call_id);
    if (found) return std::move(*found);
    log_(LogLevel::error, call_id,
         fmt::format("debug records cannot be read: the store {}", found.error()));
    return {};
}

void Records::warn_of_missing(std::string_view call_id)
{
    if (was_warned_.exchange(true)) return;
    std::string_view settings = "cdr_url and debug have";
    std::string_view records = "CDRs and debug records";
    if (takes_cdrs()) {
        settings = "debug has";
        records = "debug records";
    } else if (takes_debug_records()) {
        settings = "cdr_url has";
        records = "CDRs";
    }
    log_(LogLevel::warning, call_id,
         fmt::format("{} no effect in this engine: it has neither a store (the setting store.path) "
                     "nor a sink for {}",
                     settings, records));
}

void Records::warn_of_cdr_of_pivot(std::string_view call_id)
{
    if (was_warned_of_pivot_.exchange(true)) return;
    log_(LogLevel::warning, call_id,
         "cdr_url has no effect on a single pivot, which does not see the end of its call: start a "
         "session for a CDR");
}

RecordNumbers Records::numbers() const
{
    RecordNumbers numbers;
    numbers.cdrs_lost = cdrs_lost_;
    if (!store_) return numbers;
    const session::CdrCounts& counts = courier_->counts();
    numbers.cdrs_waiting = store_->cdrs_waiting();
    numbers.oldest_cdr_unix_ms = store_->oldest_cdr_unix_ms();
    numbers.cdrs_delivered = counts.delivered.value();
    numbers.cdr_attempts_failed = counts.failed.value();
    numbers.cdrs_lost += counts.given_up.value();
    numbers.debug_records_dropped = store_->debug_records_dropped();
    return numbers;
}

bool Records::is_own_thread() const
{
    return store_ != nullptr && store_->is_own_thread();
}

}  // namespace pivot::engine
