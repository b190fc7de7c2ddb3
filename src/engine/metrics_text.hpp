// Numbers in Prometheus' text format (version 0.0.4): families, each with its samples.
#pragma once

#include "base/counter.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pivot::engine {

class MetricsText {
public:
    enum class Type : std::uint8_t { counter, gauge, histogram };

    // `name` without `pivot_`; `help` is a sentence without a full stop.
    void begin(std::string_view name, Type type, std::string_view help);

    // A sample of the family that was begun last. `labels` are as they are written:
    // `result="found"`, or empty.
    void add(std::string_view labels, std::uint64_t value);

    // All that several threads have measured.
    void add(std::span<const Histogram* const> parts);

    std::string take() { return std::move(text_); }

private:
    std::string name_;
    std::string text_;
};

}  // namespace pivot::engine
