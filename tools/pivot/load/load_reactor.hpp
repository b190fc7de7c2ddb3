// One reactor's share of a load: an engine, the callers who keep it busy, and what they saw.
//
// The engine's thread starts what becomes possible with an outcome, the pacing thread what becomes
// due with time. They share the schedule, under a lock that no thread holds while it starts a
// pivot. A closed loop takes the lock only after a timeout, whose connection is lost: otherwise all
// callers of a silent server would reconnect at once, and be busy with that when other deadlines
// pass.
#pragma once

#include "base/clock.hpp"
#include "base/counter.hpp"
#include "pivot/load/load_call.hpp"
#include "pivot/load/load_pace.hpp"
#include "pivot/load/load_schedule.hpp"
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

class LoadReactor {
public:
    struct Setup {
        unsigned index;  // among the reactors
        std::size_t callers;
        LoadLoop loop;
        LoadPace pace;
        double restarts_a_second;
        const Request& request;  // its action is valid
    };

    // `config` has one reactor. The error is the engine's sentence.
    static tl::expected<std::unique_ptr<LoadReactor>, std::string> open(const EngineConfig& config,
                                                                        const Setup& setup,
                                                                        LoadWindow& window);

    LoadReactor(const LoadReactor&) = delete;
    LoadReactor& operator=(const LoadReactor&) = delete;

    // The pacing thread. Starts what is due and returns when to come again.
    Nanoseconds start_due(Nanoseconds now);

    // Cancels what is in flight and waits for its end. The window is closed before.
    void stop() { engine_owner_.reset(); }

    bool has_ramped();  // each caller has had a start
    bool is_warm() const { return warm_.value() >= callers_.size(); }  // each had an outcome

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

    std::optional<LoadSchedule::Due> take_due(Nanoseconds now);
    void start(LoadSchedule::Due due, Nanoseconds now, NumberedRequest& request, Counter& started);
    // A pivot that asks nothing follows a slice of starts: when its outcome is there, the engine's
    // thread has begun them all. So deadlines pass between slices, however slow the machine is.
    void end_slice();

    void finished(std::uint32_t index, const OutcomeView& outcome);

    const LoadLoop loop_;
    const Nanoseconds timeout_ns_;
    const std::size_t calls_max_;
    std::atomic<Nanoseconds> full_until_ = 0;
    LoadWindow& window_;

    std::mutex mutex_;
    LoadSchedule schedule_;  // guarded by it

    std::vector<Caller> callers_;
    NumberedRequest paced_request_;  // the pacing thread's
    NumberedRequest next_request_;   // the engine's thread's
    Request skipping_request_;
    std::atomic<bool> is_slice_pending_ = false;
    Counter paced_starts_;
    Counter next_starts_;
    Counter finished_;
    Counter warm_;
    LoadStatistics statistics_;
    std::unique_ptr<Engine> engine_owner_;  // its thread uses all of the above
    Engine* engine_ = nullptr;              // also while it is being destroyed
};

}  // namespace pivot::tools
