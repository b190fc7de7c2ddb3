// The legs that the calls of one account have dialled, over all reactors of an engine: those that
// are there, and those of the last minute.
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
    std::size_t legs_max = 0;             // at once; 0: any number
    std::size_t legs_per_minute_max = 0;  // likewise
};

// Lives as long as its engine.
class LegQuota {
public:
    struct GiveBack {
        void operator()(LegQuota* quota) const { quota->give_back(); }
    };

    // A leg that counts until this dies.
    using Seat = std::unique_ptr<LegQuota, GiveBack>;

    // Any thread. For one more leg. The error is a sentence that names the limit.
    tl::expected<Seat, std::string> take(const LegLimits& limits, Nanoseconds now);

private:
    void give_back();

    std::mutex mutex_;
    std::size_t legs_ = 0;
    std::deque<Nanoseconds> begun_;  // of the last minute
};

}  // namespace pivot::exchange
