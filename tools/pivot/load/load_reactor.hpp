// One reactor's share of a load: an engine, the callers who keep it busy, and what they saw.
//
//   closed   a caller starts its next pivot when the last one's outcome comes; the pace is that of
//            the callers' first ones
//   open     pivots are due at the pace, whatever the web server does, and an idle caller takes the
//            next; where none is idle, the first to become so starts late
//
// The pacing thread starts what becomes due with time, the engine's thread what becomes possible
// with an outcome. They share the idle callers and the pace, under a lock that nobody holds while
// he starts a pivot; a closed load takes it only where the engine is full.
#pragma once

#include "base/clock.hpp"
#include "pivot/load/counter.hpp"
#include "pivot/load/load_call.hpp"
#include "pivot/load/load_pace.hpp"
#include "pivot/load/load_statistics.hpp"
#include "pivot/load/load_window.hpp"

#include <pivot/engine.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

enum class LoadLoop : std::uint8_t { closed, open };

class LoadReactor {
public:
    struct Setup {
        unsigned index;  // among the reactors
        std::size_t callers;
        LoadLoop loop;
        LoadPace pace;
        const Request& request;  // its action is valid
    };

    // `config` has one reactor. The error is the engine's sentence.
    static tl::expected<std::unique_ptr<LoadReactor>, std::string> open(const EngineConfig& config,
                                                                        const Setup& setup,
                                                                        LoadWindow& window);

    LoadReactor(const LoadReactor&) = delete;
    LoadReactor& operator=(const LoadReactor&) = delete;

    // The pacing thread. Starts what is due and returns when to come again; `never`: not for a new
    // start, though the engine may have been full.
    Nanoseconds start_due(Nanoseconds now);

    // Cancels what is in flight and waits for its end. The window is closed before.
    void stop() { engine_owner_.reset(); }

    bool has_ramped();  // as many have started as there are callers
    bool is_warm() const { return warm_.count() >= callers_.size(); }  // each had an outcome

    std::uint64_t in_flight() const;
    const LoadStatistics& statistics() const { return statistics_; }

private:
    struct Caller {
        Nanoseconds due = 0;
        Nanoseconds started = 0;
        bool may_count = false;
        bool is_warm = false;
    };

    LoadReactor(const Setup& setup, LoadWindow& window);

    // False while calls that have their outcome are still being torn down in such numbers that new
    // ones might find all connections in use, and for a moment after one did.
    bool has_room(Nanoseconds now) const;

    void start(std::uint32_t index, Nanoseconds due, Nanoseconds now, NumberedRequest& request,
               Counter& started);
    void finished(std::uint32_t index, const Outcome& outcome);
    void start_next(std::uint32_t index, Nanoseconds now);

    const LoadLoop loop_;
    const Nanoseconds timeout_ns_;
    const std::size_t calls_max_;
    std::atomic<Nanoseconds> full_until_ = 0;
    LoadWindow& window_;

    std::mutex mutex_;  // guards the two below
    std::vector<std::uint32_t> idle_;
    LoadPace pace_;

    std::vector<Caller> callers_;
    NumberedRequest paced_request_;  // the pacing thread's
    NumberedRequest next_request_;   // the engine's thread's
    Counter paced_starts_;
    Counter next_starts_;
    Counter finished_;
    Counter warm_;
    LoadStatistics statistics_;
    std::unique_ptr<Engine> engine_owner_;  // its thread uses all of the above
    Engine* engine_ = nullptr;              // also while it is being destroyed
};

}  // namespace pivot::tools
