// The thread on which a front end has its connections: the engine's if there is just one, so that
// no command and no event wakes another, or else one of its own.
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
    // Turns the reactor until nothing on it is its own any more.
    using Work = std::function<void(reactor::Reactor& reactor)>;

    // Does `work` on the thread. `name` is for one of its own. The error is a sentence.
    tl::expected<void, std::string> start(const std::string& name, Engine& engine, Work work);

    bool is_started() const { return is_started_; }

    // Waits for the end of the work. What brings it about has been posted.
    void join();

private:
    bool is_started_ = false;
    std::latch is_joining_{1};  // until then a reactor of its own lives
    std::latch has_ended_{1};
    std::thread thread_;  // its own, if it has one
};

}  // namespace pivot::tools
