// Tells a watchdog whether a reactor turns: the reactor has to answer a message.
#pragma once

#include "reactor/inbox.hpp"
#include "reactor/reactor.hpp"

#include <atomic>
#include <mutex>

namespace pivot::reactor {

// Outlives the reactor, which delivers its message by the time it is destroyed.
class Pulse final : private Message {
public:
    // Watches this reactor from now on; null, before the reactor is destroyed, for none. Any
    // thread.
    void follow(Reactor* reactor)
    {
        const std::scoped_lock lock(mutex_);
        reactor_ = reactor;
    }

    // Returns whether the reactor has answered the previous question, and true if there is none. If
    // it has, asks again. Any thread.
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
    Reactor* reactor_ = nullptr;  // guarded by the mutex
    std::atomic<bool> is_answered_ = true;
};

}  // namespace pivot::reactor
