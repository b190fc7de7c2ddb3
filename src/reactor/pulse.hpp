// Whether a reactor turns, for a watchdog: it answers a message.
#pragma once

#include "reactor/inbox.hpp"
#include "reactor/reactor.hpp"

#include <atomic>
#include <mutex>

namespace pivot::reactor {

// Outlives the reactor, which delivers its message at the latest when it is destroyed.
class Pulse final : private Message {
public:
    // Asks this reactor from now on; null, before the reactor is destroyed: none. Any thread.
    void follow(Reactor* reactor)
    {
        const std::scoped_lock lock(mutex_);
        reactor_ = reactor;
    }

    // Whether the reactor has answered the last time that this asked; true if there is none. If it
    // has, asks again. Any thread.
    bool beats()
    {
        const std::scoped_lock lock(mutex_);
        if (reactor_ == nullptr) return true;
        if (!is_answered_.exchange(false)) return false;
        reactor_->post(*this);
        return true;
    }

private:
    void deliver() override { is_answered_ = true; }

    std::mutex mutex_;
    Reactor* reactor_ = nullptr;  // guarded by it
    std::atomic<bool> is_answered_ = true;
};

}  // namespace pivot::reactor
