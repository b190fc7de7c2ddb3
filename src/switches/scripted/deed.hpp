// What somebody did in a scripted call: a line of its transcript.
#pragma once

#include "base/clock.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::switches::scripted {

struct Deed {
    Nanoseconds at = 0;   // since the call began
    std::string actor;    // `PIVOT`, `CALLER`, `LEG 1`, `ROOM`, `QUEUE`, `REQUEST`, `WARNING`, …
    std::string kind;     // `say`, `press`, …: what a script waits for
    std::string subject;  // what it compares: words, a URL, an address, keys, …
    std::string text;     // the line, as a sentence whose subject is the actor
    std::vector<std::pair<std::string, std::string>> parameters;  // of a request
};

class Transcript {
public:
    virtual void note(Deed deed) = 0;

protected:
    ~Transcript() = default;
};

}  // namespace pivot::switches::scripted
