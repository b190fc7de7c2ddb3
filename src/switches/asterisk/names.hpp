// Our names for things in Asterisk: playbacks, recordings, channels, bridges. They are chosen
// before Asterisk is asked, because its answers and events may come in either order.
//
//     pivot-3f9c0a12-7: ours, of this process
#pragma once

#include "base/random_id.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace pivot::switches::asterisk {

class Names {
public:
    static constexpr std::string_view prefix = "pivot-";

    Names() : stem_(fmt::format("{}{}-", prefix, random_id().substr(0, 8))) {}

    // Whether a Pivot has made the channel. Asterisk names the far half of a Local channel, which
    // may come back as a call, after the half that we made: `pivot-3f9c0a12-7;2`.
    static bool is_leg(std::string_view channel)
    {
        return channel.starts_with(prefix) && !channel.ends_with(";2");
    }

    std::string next() { return stem_ + std::to_string(++last_); }
    bool is_ours(std::string_view name) const { return name.starts_with(stem_); }

private:
    const std::string stem_;
    std::uint64_t last_ = 0;
};

}  // namespace pivot::switches::asterisk
