// The CPU time and memory that this process has used.
#pragma once

#include "base/clock.hpp"

#include <cstddef>

namespace pivot::tools {

struct CpuTime {
    Nanoseconds user_ns = 0;
    Nanoseconds system_ns = 0;
};

CpuTime cpu_time();

// Resident memory, now and at its peak; 0 without /proc.
std::size_t resident_bytes();
std::size_t resident_bytes_peak();

}  // namespace pivot::tools
