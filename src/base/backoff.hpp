// The pause before the next attempt after a failure. It doubles with each failure and varies at
// random, so that what failed at the same time is not tried again at the same time.
#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <random>

namespace pivot::inline base {

struct Backoff {
    Nanoseconds pause_ns_min;
    Nanoseconds pause_ns_max;

    // The pause after `failures` + 1 failures in a row: `pause_ns_min` doubled `failures` times,
    // give or take a fifth, and at most `pause_ns_max`.
    Nanoseconds pause_ns(int failures, std::minstd_rand& random) const
    {
        Nanoseconds pause = pause_ns_min;
        for (; failures > 0 && pause < pause_ns_max; --failures) pause *= 2;
        std::uniform_real_distribution<double> jitter(0.8, 1.2);
        const double varied = static_cast<double>(pause) * jitter(random);
        return std::min(static_cast<Nanoseconds>(varied), pause_ns_max);
    }
};

}  // namespace pivot::inline base
