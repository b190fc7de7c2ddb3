// The signals of `pivot serve`, for the thread that waits for them: TERM, INT, HUP, USR1.
#pragma once

#include <csignal>

namespace pivot::tools {

class Signals {
public:
    // Create it before any thread, because threads inherit the blocked signals.
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    // Returns the number of the next signal, or 0 after wake() or after the timeout. A negative
    // timeout waits for ever.
    int wait(int timeout_ms = -1);

    // Any thread.
    void wake();

private:
    sigset_t signals_{};
    int arrived_ = -1;  // descriptors
    int woken_ = -1;
};

}  // namespace pivot::tools
