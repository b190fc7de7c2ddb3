// Says whom we refuse, without a line for each try: an Asterisk with a wrong password tries twice a
// second.
//
//     first try: a line ─► more tries within a minute: counted ─► a line with their number ─► …
//                                                              └─► none: forgotten
#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::switches::asterisk {

class RefusedPeers {
public:
    static constexpr Nanoseconds period_ns = 60 * second_ns;

    // More of them at a time are counted together.
    static constexpr std::size_t peers_max = 100;
    static constexpr std::string_view others = "another address";

    // Returns the line to log; empty if the try is only counted.
    std::string refuse(std::string_view peer, Nanoseconds now);

    // Returns the lines of peers whose minute is over.
    std::vector<std::string> take_due(Nanoseconds now);

private:
    struct Refused {
        Nanoseconds until;
        std::size_t tries = 0;  // since the last line
    };

    std::map<std::string, Refused, std::less<>> peers_;
};

}  // namespace pivot::switches::asterisk
