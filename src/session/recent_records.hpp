// The latest debug records, in memory. The oldest go first.
#pragma once

#include "session/debug_record.hpp"

#include <cstddef>
#include <deque>
#include <mutex>
#include <string_view>
#include <vector>

namespace pivot::session {

struct RecentRecordsLimits {
    std::size_t records_max = 1000;
    std::size_t bytes_max = 16 * 1024 * 1024;  // of JSON
};

// Shared by the threads of an engine.
class RecentRecords final : public DebugSink {
public:
    explicit RecentRecords(const RecentRecordsLimits& limits = {}) : limits_(limits) {}

    void add(DebugRecord record) override;

    // The records of one call, the oldest first.
    std::vector<DebugRecord> find(std::string_view call_id) const;

    // The last records of all calls, the oldest first.
    std::vector<DebugRecord> latest(std::size_t records_max) const;

private:
    const RecentRecordsLimits limits_;
    mutable std::mutex mutex_;
    std::deque<DebugRecord> records_;
    std::size_t bytes_ = 0;
};

}  // namespace pivot::session
