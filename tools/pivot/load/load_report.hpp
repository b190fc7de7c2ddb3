// The results of a load, for people and as JSON (docs/command-line.md). Pure.
#pragma once

#include "pivot/load/load_statistics.hpp"
#include "pivot/process_usage.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace pivot::tools {

struct LoadReport {
    std::string url;
    std::size_t concurrency = 0;
    unsigned reactors = 0;
    double rate_wanted = 0;     // a second; 0: a closed loop
    Nanoseconds window_ns = 0;  // what is counted came in this time
    CpuTime cpu;                // in this time
    std::size_t rss_bytes_peak = 0;
    std::size_t rss_bytes_per_call = 0;  // of those in flight at the top
    std::uint64_t in_flight_max = 0;
    LoadStatistics statistics;

    double seconds() const { return static_cast<double>(window_ns) / 1e9; }
    double rate() const;  // a second

    // One line.
    std::string to_json() const;

    // A table, with its line breaks.
    std::string to_text() const;
};

// "870 µs", "1.20 ms", "5.00 s": three significant digits.
std::string duration_text(Nanoseconds duration);

}  // namespace pivot::tools
