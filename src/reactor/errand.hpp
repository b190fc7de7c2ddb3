// Work that another thread hands to a reactor.
#pragma once

#include "reactor/inbox.hpp"
#include "reactor/reactor.hpp"

#include <functional>
#include <utility>

namespace pivot::reactor {

class Errand final : public Message {
public:
    static void send(Reactor& reactor, std::function<void()> work)
    {
        reactor.post(*new Errand(std::move(work)));
    }

private:
    explicit Errand(std::function<void()> work) : work_(std::move(work)) {}

    void deliver() override
    {
        work_();
        delete this;
    }

    const std::function<void()> work_;
};

}  // namespace pivot::reactor
