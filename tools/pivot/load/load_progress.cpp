#include "pivot/load/load_progress.hpp"

#include "pivot/load/load_report.hpp"

#include <cstdio>
#include <iterator>

#include <fmt/format.h>
#include <unistd.h>

namespace pivot::tools {

namespace {

constexpr Nanoseconds interval_ns = 250'000'000;
constexpr const char* wipe = "\r\x1b[K";

}  // namespace

std::string progress_text(const LoadMoment& moment, const LoadStatistics& statistics, double rate)
{
    if (moment.now < moment.window_begin) {
        return fmt::format("warming up   {} in flight", moment.in_flight);
    }
    std::string text =
        fmt::format("{:.1f} s   {:.0f}/s   {} in flight   p50 {}   p99 {}  ",
                    static_cast<double>(moment.now - moment.window_begin) / 1e9, rate,
                    moment.in_flight, duration_text(statistics.latency().percentile(50)),
                    duration_text(statistics.latency().percentile(99)));
    for (const OutcomeCount& outcome : statistics.outcomes()) {
        if (outcome.pivots == 0) continue;
        fmt::format_to(std::back_inserter(text), " {} {}", outcome.name, outcome.pivots);
    }
    return text;
}

LoadProgress::LoadProgress()
{
    if (::isatty(STDERR_FILENO) == 1) next_ = 0;
}

LoadProgress::~LoadProgress()
{
    if (drawn_ != 0) std::fputs(wipe, stderr);
}

void LoadProgress::draw(const LoadMoment& moment, const LoadStatistics& statistics)
{
    const std::uint64_t pivots = statistics.pivots();
    const double elapsed_s = static_cast<double>(moment.now - drawn_) / 1e9;
    const double rate = static_cast<double>(pivots - pivots_drawn_) / elapsed_s;
    std::fputs((wipe + progress_text(moment, statistics, rate)).c_str(), stderr);
    drawn_ = moment.now;
    pivots_drawn_ = pivots;
    next_ = moment.now + interval_ns;
}

}  // namespace pivot::tools
