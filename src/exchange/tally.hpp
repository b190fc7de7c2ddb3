// What has become of the exchanges of one reactor, for the engine's metrics.
//
// The reactor's thread counts, and any thread may read.
#pragma once

#include "base/counter.hpp"

#include <pivot/outcome.hpp>

#include <array>
#include <cstddef>

namespace pivot::exchange {

class Tally {
public:
    static constexpr std::size_t reasons = static_cast<std::size_t>(Reason::overload) + 1;
    static constexpr std::size_t phases = static_cast<std::size_t>(Phase::parse) + 1;

    // Since it was asked: of a single pivot, or of one URL of a session.
    void succeed(Nanoseconds elapsed_ns)
    {
        processed.add();
        durations.add(elapsed_ns);
    }
    void fail(const Failure& failure, Nanoseconds elapsed_ns)
    {
        failed(failure.reason, failure.phase).add();
        durations.add(elapsed_ns);
    }

    Counter& failed(Reason reason, Phase phase)
    {
        return failed_[static_cast<std::size_t>(reason)][static_cast<std::size_t>(phase)];
    }
    const Counter& failed(Reason reason, Phase phase) const
    {
        return failed_[static_cast<std::size_t>(reason)][static_cast<std::size_t>(phase)];
    }

    Counter asking;  // exchanges of sessions under way
    Counter processed;
    Counter skipped;
    Counter calls_refused;   // beyond the limit of their account
    Counter first_attempts;  // of actions, callbacks and CDRs
    Counter retries;
    Counter fallbacks;
    Histogram durations;
    Histogram lateness;  // of outcomes that came at their deadline
    Counter callbacks_told;
    Counter callbacks_failed;
    Counter callbacks_dropped;

private:
    std::array<std::array<Counter, phases>, reasons> failed_;
};

}  // namespace pivot::exchange
