// Runs a planned load: starts what is due, decides when to count, and looks at the clock, at the
// memory and at the interrupt meanwhile.
//
//   first starts (ramp) ─► warm ─► window: what finishes counts ─► what is in flight is cancelled
//
// A closed load is warm when each caller has had an outcome, or a second after the ramp where
// outcomes are slow to come; an open one after a second.
#pragma once

#include "pivot/load/interrupt.hpp"
#include "pivot/load/load_plan.hpp"
#include "pivot/load/load_progress.hpp"
#include "pivot/load/load_reactor.hpp"
#include "pivot/load/load_report.hpp"
#include "pivot/load/load_window.hpp"
#include "pivot/process_usage.hpp"

#include <pivot/engine.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

struct LoadLength {
    Nanoseconds duration_ns = 10'000'000'000;
    std::uint64_t count = 0;  // pivots, however long they take; 0: for the duration
};

class LoadRun {
public:
    // `config` is that of each reactor's engine, but for what the plan says. `rate` 0: closed loop.
    LoadRun(const LoadPlan& plan, const LoadLength& length, double rate)
        : plan_(plan), length_(length), rate_(rate), window_(length.count)
    {
    }
    LoadRun(const LoadRun&) = delete;
    LoadRun& operator=(const LoadRun&) = delete;

    // Creates the engines. The error is a sentence.
    tl::expected<void, std::string> open(EngineConfig config, const Request& request);

    void run(Interrupt& interrupt);

    // Fills in what run() measured.
    void report(LoadReport& report) const;

private:
    LoadPace pace_of(unsigned reactor, Nanoseconds first) const;
    bool is_warm(Nanoseconds now);
    bool is_over(Nanoseconds now) const;
    void open_window();
    void close_window();
    void sample_memory();
    std::uint64_t in_flight() const;
    std::uint64_t counted() const;
    void draw(LoadProgress& progress, Nanoseconds now) const;
    void stop();

    const LoadPlan plan_;
    const LoadLength length_;
    const double rate_;
    LoadWindow window_;
    std::vector<std::unique_ptr<LoadReactor>> reactors_;
    Nanoseconds started_ = 0;
    Nanoseconds ramped_ = never;
    CpuTime cpu_at_begin_;
    CpuTime cpu_;  // of the window
    std::size_t rss_bytes_idle_ = 0;
    std::size_t rss_bytes_top_ = 0;
    std::uint64_t in_flight_top_ = 0;
    std::size_t rss_bytes_peak_ = 0;
};

}  // namespace pivot::tools
