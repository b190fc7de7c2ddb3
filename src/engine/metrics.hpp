// The numbers of an engine, in Prometheus' text format. docs/metrics.md has the table.
#pragma once

#include "engine/lane.hpp"
#include "engine/records.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace pivot::engine {

// What all lanes share.
struct EngineNumbers {
    std::size_t calls_in_flight = 0;
    std::size_t calls_max = 0;
    std::size_t refused_at_limit = 0;
    std::size_t refused_stopping = 0;
    bool is_draining = false;
    RecordNumbers records;
};

// Any thread.
std::string write_metrics(const EngineNumbers& numbers, std::span<Lane* const> lanes);

}  // namespace pivot::engine
