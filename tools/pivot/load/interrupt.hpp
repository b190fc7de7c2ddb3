// SIGINT and SIGTERM as something to wait for; a second one ends the process as usual.
#pragma once

#include "base/clock.hpp"

#include <csignal>

namespace pivot::tools {

class Interrupt {
public:
    // Create this before any thread, because threads must not take the signals either.
    Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    ~Interrupt();

    // Sleeps until `until`, or until a signal comes. Returns true if one came.
    bool wait(Nanoseconds until);

private:
    void unblock();

    sigset_t signals_{};
    int descriptor_ = -1;
};

}  // namespace pivot::tools
