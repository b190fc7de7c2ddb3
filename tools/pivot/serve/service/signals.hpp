// The signals of `pivot serve`, for the thread that waits for them: TERM, INT, HUP, USR1.
#pragma once

#include <csignal>

namespace pivot::tools {

class Signals {
public:
    // Created before any thread, because threads must not take the signals either.
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    // The number of the next signal; 0 if it is time to look around, because wake() was called or
    // so many milliseconds have passed. Negative: as long as it takes.
    int wait(int timeout_ms = -1);

    // Any thread.
    void wake();

private:
    sigset_t signals_{};
    int arrived_ = -1;  // descriptors
    int woken_ = -1;
};

}  // namespace pivot::tools
