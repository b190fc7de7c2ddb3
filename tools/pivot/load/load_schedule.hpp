// Decides which caller starts a pivot, and when. Pure.
//
//   closed   first starts come at a pace; then a caller goes on at each outcome, without asking
//            here. One who has to rest starts again at a pace of its own
//   open     pivots are due at a pace, whatever the web server does, and any idle caller takes the
//            next one; where none is idle, the next to come to rest does, late
#pragma once

#include "base/clock.hpp"
#include "pivot/load/load_pace.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace pivot::tools {

enum class LoadLoop : std::uint8_t { closed, open };

class LoadSchedule {
public:
    // `pace` is that of first starts in a closed loop, of all in an open one.
    LoadSchedule(LoadLoop loop, std::size_t callers, const LoadPace& pace,
                 double restarts_a_second = 1);

    struct Due {
        std::uint32_t caller;
        Nanoseconds at;  // its latency counts from here
    };

    // Takes a start that is due. Returns none if no start is due or no caller is idle.
    std::optional<Due> take(Nanoseconds now);

    // `caller` has no pivot in flight, and waits for one.
    void rest(std::uint32_t caller, Nanoseconds now);

    // When the next start is due, perhaps in the past; `never` while no caller is idle.
    Nanoseconds next() const;

    bool have_all_begun() const { return begun_ == callers_; }

private:
    std::optional<std::uint32_t> take_idle();

    const LoadLoop loop_;
    const std::uint32_t callers_;
    const double restarts_a_second_;
    LoadPace pace_;
    LoadPace restart_pace_;
    std::uint32_t begun_ = 0;  // those from here on have never had a pivot
    std::vector<std::uint32_t> resting_;
};

}  // namespace pivot::tools
