// Numbers that one thread changes and any thread may read, at the cost of plain ones.
#pragma once

#include "base/clock.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace pivot::inline base {

class Counter {
public:
    void add(std::uint64_t by = 1) { set(value() + by); }
    void take(std::uint64_t by = 1) { set(value() - by); }
    void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_ = 0;
};

// How many durations were how long.
class Histogram {
public:
    // The upper bounds of its buckets, whose last one has none.
    static constexpr std::array<Nanoseconds, 12> bounds_ns = {100'000,
                                                              300'000,
                                                              millisecond_ns,
                                                              3 * millisecond_ns,
                                                              10 * millisecond_ns,
                                                              30 * millisecond_ns,
                                                              100 * millisecond_ns,
                                                              300 * millisecond_ns,
                                                              second_ns,
                                                              3 * second_ns,
                                                              10 * second_ns,
                                                              30 * second_ns};

    void add(Nanoseconds duration)
    {
        std::size_t bucket = 0;
        while (bucket < bounds_ns.size() && duration > bounds_ns[bucket]) ++bucket;
        buckets_[bucket].add();
        sum_ns_.add(static_cast<std::uint64_t>(duration));
    }

    // Those in one bucket alone.
    std::uint64_t count(std::size_t bucket) const { return buckets_[bucket].value(); }
    Nanoseconds sum_ns() const { return static_cast<Nanoseconds>(sum_ns_.value()); }

private:
    std::array<Counter, bounds_ns.size() + 1> buckets_;
    Counter sum_ns_;
};

}  // namespace pivot::inline base
