// The caller's keys: those typed ahead, then those pressed from now on.
#pragma once

#include "execute/live_call.hpp"

#include <cstddef>
#include <string>

namespace pivot::execute::jobs {

struct CollectRules {
    std::string finish_keys;        // none of them counts as collected
    std::size_t keys_max = 0;       // with that many it is complete; 0: no limit but a hundred
    milliseconds first_timeout{0};  // until the first key
    milliseconds next_timeout{0};   // between keys
};

struct Collected {
    std::string keys;
    char finish_key = 0;  // that ended it; 0: enough keys, or time passed
};

// Takes the keys from the call, into `collected`: a call waits here for long, and its frame has no
// room for two. A call that must stop has pressed what it has.
Task<> collect(LiveCall& call, const CollectRules& rules, Collected& collected, Deadline& deadline);

}  // namespace pivot::execute::jobs
