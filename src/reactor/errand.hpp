// Work that another thread hands to a reactor.
#pragma once

#include "reactor/inbox.hpp"
#include "reactor/reactor.hpp"

#include <utility>

namespace pivot::reactor {

class Errand {
public:
    // `work()` is called once, on the reactor's thread.
    template <typename Work>
    static void send(Reactor& reactor, Work work)
    {
        reactor.post(*new Sent<Work>(std::move(work)));
    }

private:
    template <typename Work>
    class Sent final : public Message {
    public:
        explicit Sent(Work work) : work_(std::move(work)) {}

    private:
        void deliver() override
        {
            work_();
            delete this;
        }

        Work work_;
    };
};

}  // namespace pivot::reactor
