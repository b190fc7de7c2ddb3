// The monotonic clock in nanoseconds, and the wall clock in milliseconds.
#pragma once

#include <cstdint>
#include <ctime>
#include <limits>

namespace pivot::inline base {

using Nanoseconds = std::int64_t;
inline constexpr Nanoseconds millisecond_ns = 1'000'000;
inline constexpr Nanoseconds second_ns = 1'000'000'000;
inline constexpr Nanoseconds never = std::numeric_limits<Nanoseconds>::max();

inline Nanoseconds monotonic_now()
{
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * second_ns + time.tv_nsec;
}

// Milliseconds since 1970. The clock may be set back.
inline std::int64_t unix_now_ms()
{
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME, &time);
    return std::int64_t{time.tv_sec} * 1'000 + time.tv_nsec / 1'000'000;
}

}  // namespace pivot::inline base
