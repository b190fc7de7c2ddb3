// A signal that ends the waits of a peer's threads, so that a peer can be destroyed at once.
#pragma once

#include "peers/descriptor.hpp"

#include <chrono>

namespace pivot::test {

using Clock = std::chrono::steady_clock;

class StopSignal {
public:
    enum class Wake { ready, late, stopped };

    StopSignal();

    // Ends all waits of all threads, those to come included.
    void raise();

    // Waits until poll(2) reports one of `events` on `fd` (-1: on nothing), or the time is `until`.
    Wake wait(int fd, short events, Clock::time_point until = Clock::time_point::max()) const;

private:
    Descriptor event_;
};

}  // namespace pivot::test
