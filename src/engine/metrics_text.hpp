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

    MetricsText() = default;

    // Continues the text of another one.
    explicit MetricsText(std::string text) : text_(std::move(text)) {}

    // `help` is a sentence without a full stop.
    void begin(std::string_view name, Type type, std::string_view help);

    // A sample of the family that was begun last. `labels` are as they are written:
    // `result="found"`, or empty.
    void add(std::string_view labels, std::uint64_t value);

    // A duration, for the family that was begun last.
    void add_seconds(std::string_view labels, Nanoseconds time);

    // A sample for a family that was begun earlier.
    void add_to(std::string_view name, std::string_view labels, std::uint64_t value);

    // Removes a family, so that it can be written again.
    void drop(std::string_view name);

    // All that several threads have measured.
    void add(std::string_view labels, std::span<const Histogram* const> parts);

    std::string take() { return std::move(text_); }

private:
    struct Range {
        std::size_t begin;
        std::size_t end;
    };
    Range find(std::string_view name) const;

    std::string name_;
    std::string text_;
};

}  // namespace pivot::engine
