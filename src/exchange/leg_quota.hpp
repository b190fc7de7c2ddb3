// Counts the legs that one account's calls have dialled, over all reactors of an engine: those that
// have not ended, and those of the last minute.
#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include <tl/expected.hpp>

namespace pivot::exchange {

struct LegLimits {
    std::size_t legs_max = 0;             // at the same time; 0 for no limit
    std::size_t legs_per_minute_max = 0;  // likewise
};

// Lives as long as its engine.
class LegQuota {
public:
    struct GiveBack {
        void operator()(LegQuota* quota) const { quota->give_back(); }
    };

    // Counts a leg until it is destroyed.
    using Seat = std::unique_ptr<LegQuota, GiveBack>;

    // Any thread. Takes a seat for one more leg. The error is a sentence that names the limit.
    tl::expected<Seat, std::string> take(const LegLimits& limits, Nanoseconds now);

private:
    void give_back();

    std::mutex mutex_;
    std::size_t legs_ = 0;
    std::deque<Nanoseconds> begun_;  // within the last minute
};

}  // namespace pivot::exchange
