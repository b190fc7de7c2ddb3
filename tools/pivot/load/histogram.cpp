#include "pivot/load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace pivot::tools {

constexpr std::size_t Histogram::bucket_of(std::uint64_t value)
{
    const auto bits = static_cast<unsigned>(std::bit_width(value));
    const unsigned shift = bits > linear_bits ? bits - linear_bits : 0;
    return shift * half + static_cast<std::size_t>(value >> shift);
}

constexpr std::uint64_t Histogram::highest_in(std::size_t bucket)
{
    const std::size_t shift = bucket < 2 * half ? 0 : bucket / half - 1;
    return ((std::uint64_t{bucket - shift * half} + 1) << shift) - 1;
}

void Histogram::record(Nanoseconds value)
{
    static_assert(bucket_of(value_max) < buckets && highest_in(buckets - 1) >= value_max);
    const auto bounded = std::clamp<Nanoseconds>(value, 0, value_max);
    counts_[bucket_of(static_cast<std::uint64_t>(bounded))].add(1);
    widen(value, value);
}

void Histogram::add(const Histogram& other)
{
    for (std::size_t i = 0; i < buckets; ++i) {
        if (const std::uint64_t more = other.counts_[i].value(); more > 0) counts_[i].add(more);
    }
    widen(other.min_.load(std::memory_order_relaxed), other.max_.load(std::memory_order_relaxed));
}

void Histogram::widen(Nanoseconds low, Nanoseconds high)
{
    if (low < min_.load(std::memory_order_relaxed)) min_.store(low, std::memory_order_relaxed);
    if (high > max_.load(std::memory_order_relaxed)) max_.store(high, std::memory_order_relaxed);
}

std::uint64_t Histogram::count() const
{
    std::uint64_t count = 0;
    for (const Counter& bucket : counts_) count += bucket.value();
    return count;
}

Nanoseconds Histogram::min() const
{
    const Nanoseconds min = min_.load(std::memory_order_relaxed);
    return min == never ? 0 : min;
}

Nanoseconds Histogram::max() const
{
    const Nanoseconds max = max_.load(std::memory_order_relaxed);
    return max == -never ? 0 : max;
}

Nanoseconds Histogram::percentile(double percent) const
{
    const std::uint64_t all = count();
    const auto rank = std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::ceil(percent * static_cast<double>(all) / 100)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets && all > 0; ++i) {
        seen += counts_[i].value();
        if (seen < rank) continue;
        return std::clamp(static_cast<Nanoseconds>(highest_in(i)), min(), std::max(min(), max()));
    }
    return max();
}

}  // namespace pivot::tools
