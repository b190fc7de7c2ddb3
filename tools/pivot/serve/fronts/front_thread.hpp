// The thread of a front end's connections: the engine's if it has just one, so that no command or
// event wakes another thread, or else one of its own.
#pragma once

#include "reactor/reactor.hpp"

#include <pivot/engine.hpp>

#include <functional>
#include <latch>
#include <string>
#include <thread>

#include <tl/expected.hpp>

namespace pivot::tools {

class FrontThread {
public:
    // Turns the reactor until none of its work is left.
    using Work = std::function<void(reactor::Reactor& reactor)>;

    // Does `work` on the thread. `name` is for a thread of its own, which it has without an engine.
    // The error is a sentence.
    tl::expected<void, std::string> start(const std::string& name, Engine* engine, Work work);

    bool is_started() const { return is_started_; }

    // Waits for the end of the work, which has already been told to end.
    void join();

private:
    bool is_started_ = false;
    std::latch is_joining_{1};  // until then a reactor of its own lives
    std::latch has_ended_{1};
    std::thread thread_;  // if it has one of its own
};

}  // namespace pivot::tools
