// How long to pause between attempts at something that fails: twice as long after each one, and
// never just as long as all others who failed at the same time.
#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <random>

namespace pivot {

struct Backoff {
    Nanoseconds pause_ns_min;
    Nanoseconds pause_ns_max;

    // After `failures` + 1 failures in a row: doubled `failures` times, a fifth more or less, and
    // `pause_ns_max` at most.
    Nanoseconds pause_ns(int failures, std::minstd_rand& random) const
    {
        Nanoseconds pause = pause_ns_min;
        for (; failures > 0 && pause < pause_ns_max; --failures) pause *= 2;
        std::uniform_real_distribution<double> jitter(0.8, 1.2);
        const double varied = static_cast<double>(pause) * jitter(random);
        return std::min(static_cast<Nanoseconds>(varied), pause_ns_max);
    }
};

}  // namespace pivot
