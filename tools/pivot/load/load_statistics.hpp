// The outcomes of the pivots that count. One thread adds; any thread may read meanwhile.
#pragma once

#include "base/clock.hpp"
#include "base/counter.hpp"
#include "pivot/load/histogram.hpp"

#include <pivot/failure.hpp>
#include <pivot/outcome.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::tools {

// How many pivots ended in one way.
struct OutcomeCount {
    std::string_view name;  // `processed`, `skipped` or the reason of those that failed
    std::uint64_t pivots;
    std::string_view example;  // the message of the first that failed so
};

class LoadStatistics {
public:
    // `now` is when the outcome came. Latency counts from `due`, and the lateness of a timeout from
    // `deadline`.
    void add(const OutcomeView& outcome, Nanoseconds now, Nanoseconds due, Nanoseconds deadline);

    // Adds everything in `other`.
    void add(const LoadStatistics& other);

    // The same without messages, while another thread adds to `other`.
    void add_numbers(const LoadStatistics& other);

    std::uint64_t pivots() const { return pivots_.value(); }
    Nanoseconds last() const { return last_.load(std::memory_order_relaxed); }  // when it came

    // Always `processed` and `timeout`, and the others if there are any.
    std::vector<OutcomeCount> outcomes() const;

    const Histogram& latency() const { return latency_; }
    const Histogram& timeout_lateness() const { return timeout_lateness_; }

    // In the order of the exchange. `first_byte` and `total` count from its start.
    struct Phases {
        Histogram dns;
        Histogram connect;
        Histogram tls;
        Histogram first_byte;  // of those that a server answered
        Histogram total;
    };
    const Phases& phases() const { return phases_; }

private:
    // Processed, skipped, and the reasons, with room for those to come.
    static constexpr std::size_t first_reason = 2;
    static constexpr std::size_t ways = 64;

    static std::size_t way_of(const OutcomeView& outcome);
    static std::string_view name_of(std::size_t way);

    Counter pivots_;
    std::atomic<Nanoseconds> last_ = 0;
    std::array<Counter, ways> outcomes_;
    std::array<std::string, ways> examples_;
    Histogram latency_;
    Histogram timeout_lateness_;
    Phases phases_;
};

}  // namespace pivot::tools
