// Which pivots count: those that finish between two moments, or a number of them that start after
// the first.
//
// One thread opens and closes the window; any thread may look at it.
#pragma once

#include "base/clock.hpp"

#include <atomic>
#include <cstdint>

namespace pivot::tools {

class LoadWindow {
public:
    // `count_max` pivots count; 0 for as many as finish.
    explicit LoadWindow(std::uint64_t count_max) : count_max_(count_max) {}

    void open(Nanoseconds at) { begin_.store(at, std::memory_order_relaxed); }
    void close(Nanoseconds at) { end_.store(at, std::memory_order_relaxed); }

    Nanoseconds begin() const { return begin_.load(std::memory_order_relaxed); }
    Nanoseconds end() const { return end_.load(std::memory_order_relaxed); }
    bool covers(Nanoseconds now) const { return begin() <= now && now < end(); }

    // Whether a pivot may start, and whether it may count. One that may not is the caller's last.
    struct Admission {
        bool may_start;
        bool may_count;
    };
    Admission admit(Nanoseconds now)
    {
        if (now >= end()) return {false, false};
        if (count_max_ == 0) return {true, true};
        if (now < begin()) return {true, false};
        return {admitted_.fetch_add(1, std::memory_order_relaxed) < count_max_, true};
    }

private:
    const std::uint64_t count_max_;
    std::atomic<Nanoseconds> begin_ = never;
    std::atomic<Nanoseconds> end_ = never;
    std::atomic<std::uint64_t> admitted_ = 0;
};

}  // namespace pivot::tools
