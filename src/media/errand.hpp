// Something that a coroutine has the worker do, and waits for.
#pragma once

#include "reactor/inbox.hpp"
#include "reactor/reactor.hpp"
#include "reactor/wait.hpp"

#include <string>

#include <tl/expected.hpp>

namespace pivot::media {

class Errand final : public reactor::Message {
public:
    explicit Errand(reactor::Reactor& reactor) : reactor_(reactor) {}

    // On the reactor's thread. The worker always comes back, so the deadline is one that lasts.
    reactor::Event::Wait wait(reactor::Deadline& deadline) { return done_.wait(deadline); }

    // On the worker's thread, once.
    void end(tl::expected<std::string, std::string> ended)
    {
        result = std::move(ended);
        reactor_.post(*this);
    }

    // What was read, or why it failed.
    tl::expected<std::string, std::string> result;

private:
    void deliver() override { done_.happen(); }

    reactor::Reactor& reactor_;
    reactor::Event done_;
};

}  // namespace pivot::media
