// The monotonic clock, in nanoseconds.
#pragma once

#include <cstdint>
#include <ctime>
#include <limits>

namespace pivot {

using Nanoseconds = std::int64_t;
inline constexpr Nanoseconds never = std::numeric_limits<Nanoseconds>::max();

inline Nanoseconds monotonic_now()
{
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return Nanoseconds{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace pivot
