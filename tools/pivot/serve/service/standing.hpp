// The state of `pivot serve` itself, for its admin listener. Any thread.
#pragma once

#include "base/clock.hpp"

#include <atomic>
#include <chrono>

namespace pivot::tools {

inline Nanoseconds unix_now_ns()
{
    return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

struct Standing {
    const Nanoseconds started_unix_ns = unix_now_ns();
    std::atomic<Nanoseconds> configured_unix_ns = started_unix_ns;  // the last successful reading
    std::atomic<bool> is_configured = true;  // whether the last reading succeeded
    std::atomic<bool> is_draining = false;
    std::atomic<bool> is_stopping = false;
};

}  // namespace pivot::tools
