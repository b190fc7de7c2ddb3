// Where calls come from: a switch, or a script.
//
// A front end is a host of the engine: it sees include/pivot, and the reception, which knows what
// all of them have in common.
#pragma once

#include <string>

namespace pivot::tools {

class Front {
public:
    virtual ~Front() = default;

    // For the line that says what runs: `2 scripted calls, 1 a second`.
    virtual std::string description() const = 0;

    // Calls may come from now on.
    virtual void start() = 0;

    // Takes no more calls, for good; those it has go on.
    virtual void refuse_calls() = 0;

    // No call is left: the engine has ended them all.
    virtual void stop() = 0;
};

}  // namespace pivot::tools
