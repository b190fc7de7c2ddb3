// When starts are due: at a steady rate from a given moment, however long they take.
#pragma once

#include "base/clock.hpp"

#include <cmath>
#include <cstdint>

namespace pivot::tools {

class LoadPace {
public:
    LoadPace(Nanoseconds first, double a_second) : first_(first), interval_ns_(1e9 / a_second) {}

    // When the next one is due, computed from the first so that rounding does not add up.
    Nanoseconds next() const
    {
        return first_ + std::llround(static_cast<double>(taken_) * interval_ns_);
    }

    void take() { ++taken_; }
    std::uint64_t taken() const { return taken_; }

private:
    Nanoseconds first_;
    double interval_ns_;
    std::uint64_t taken_ = 0;
};

}  // namespace pivot::tools
