// What somebody did in a scripted call: a line of its transcript.
#pragma once

#include "base/clock.hpp"

#include <string>
#include <utility>
#include <vector>

namespace pivot::switches::scripted {

struct Deed {
    Nanoseconds at = 0;   // since the call began
    std::string actor;    // `PIVOT`, `CALLER`, `LEG 1`, `ROOM`, `QUEUE`, `REQUEST`, `WARNING`, …
    std::string kind;     // `say`, `press`, …: what a script waits for
    std::string subject;  // what it compares: words, a URL, an address, keys, …
    std::string text;     // the line, as a sentence whose subject is the actor
    std::vector<std::string> addresses;  // of a dial: those of which `subject` is a list
    std::string method;  // `POST`; of a request, a callback or a CDR, as what follows
    std::vector<std::pair<std::string, std::string>> parameters;
    bool is_taken = false;    // answered with a 2xx
    bool has_failed = false;  // the answer, if there is one, is useless
    bool is_failure = false;  // the call went wrong here, unless the script expects it
};

// `00:03.2  CALLER   presses 1`, without a line break, and harmless (base/harmless.hpp).
std::string line_of(const Deed& deed);

class Transcript {
public:
    virtual void note(Deed deed) = 0;

protected:
    ~Transcript() = default;
};

}  // namespace pivot::switches::scripted
