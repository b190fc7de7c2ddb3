// Counts durations in a log-linear histogram of fixed size, like HdrHistogram.
//
//   nanoseconds    0 … 1023    1024 … 2047    2048 … 4095    …    up to 100 s
//   bucket width       1            2              4              1/512 of the value at most
//
// So values are exact below 1 µs and less than 0.2 % too high above. One thread records. Any thread
// may read meanwhile, and may miss the latest values.
//
// It is our own because Debian has no HdrHistogram for C or C++.
#pragma once

#include "base/clock.hpp"
#include "base/counter.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace pivot::tools {

class Histogram {
public:
    Histogram() = default;
    Histogram(const Histogram&) = delete;
    Histogram& operator=(const Histogram&) = delete;

    // Negative durations count as the least, and those above 100 s as the greatest; min() and max()
    // are exact.
    void record(Nanoseconds value);

    // Adds everything in `other`.
    void add(const Histogram& other);

    std::uint64_t count() const;

    // Exact; 0 if nothing was recorded.
    Nanoseconds min() const;
    Nanoseconds max() const;

    // The value that `percent` of all values do not exceed; 0 if nothing was recorded.
    Nanoseconds percentile(double percent) const;

private:
    static constexpr Nanoseconds value_max = 100'000'000'000;
    static constexpr unsigned linear_bits = 10;  // below 2^10 each value has a bucket of its own
    static constexpr std::size_t half = 1U << (linear_bits - 1);  // buckets to a power of two

    static constexpr std::size_t bucket_of(std::uint64_t value);
    static constexpr std::uint64_t highest_in(std::size_t bucket);

    static constexpr std::size_t buckets = 29 * half;

    void widen(Nanoseconds low, Nanoseconds high);

    std::array<Counter, buckets> counts_;
    std::atomic<Nanoseconds> min_ = never;
    std::atomic<Nanoseconds> max_ = -never;
};

}  // namespace pivot::tools
