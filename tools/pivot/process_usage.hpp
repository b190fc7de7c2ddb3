// The CPU time, memory and descriptors that this process uses.
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

// Open descriptors, without the sockets in the tables of reactors; 0 without /proc.
std::size_t open_descriptors();

// As many may be open.
std::size_t open_descriptors_max();

}  // namespace pivot::tools
