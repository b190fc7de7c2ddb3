// One line on a terminal that shows how a load is going, redrawn a few times a second.
#pragma once

#include "base/clock.hpp"
#include "pivot/load/load_statistics.hpp"

#include <cstdint>
#include <string>

namespace pivot::tools {

struct LoadMoment {
    Nanoseconds now = 0;
    Nanoseconds window_begin = never;
    std::uint64_t in_flight = 0;
};

// Pure. `rate` is the current one.
std::string progress_text(const LoadMoment& moment, const LoadStatistics& statistics, double rate);

class LoadProgress {
public:
    LoadProgress();
    LoadProgress(const LoadProgress&) = delete;
    LoadProgress& operator=(const LoadProgress&) = delete;
    ~LoadProgress();  // wipes the line

    // When to draw again; `never` if standard error is not a terminal.
    Nanoseconds next() const { return next_; }

    void draw(const LoadMoment& moment, const LoadStatistics& statistics);

private:
    Nanoseconds next_ = never;
    Nanoseconds drawn_ = 0;
    std::uint64_t pivots_drawn_ = 0;
};

}  // namespace pivot::tools
