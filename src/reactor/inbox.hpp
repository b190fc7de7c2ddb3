// Messages from other threads to a reactor: a lock-free stack, and one wake-up per burst.
#pragma once

#include "reactor/operation.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include <tl/expected.hpp>

namespace pivot::reactor {

class Ring;

class Message {
public:
    Message() = default;
    Message(const Message&) = delete;
    Message& operator=(const Message&) = delete;

protected:
    ~Message() = default;

private:
    friend class Inbox;

    // Called on the reactor's thread, once for each post(). May destroy the message or post it
    // again.
    virtual void deliver() = 0;

    // Called on the reactor's thread before that, in the turn that first sees the message, even if
    // many others are still to be delivered: for what cannot wait.
    virtual void arrived() {}

    Message* next_ = nullptr;
};

class Inbox : private Operation {
public:
    Inbox() = default;
    ~Inbox();  // closed

    // post() will wake the ring's wait(), or the poller if the ring is polled.
    tl::expected<void, std::string> open(Ring& ring);

    // May be called on any thread. Messages from one thread are delivered in order. Wakes the
    // reactor, unless its own thread posts during a turn.
    void post(Message& message);

    // Delivers up to `messages_max` messages, oldest first.
    void deliver(unsigned messages_max);
    bool empty() const
    {
        return oldest_ == nullptr && newest_.load(std::memory_order_relaxed) == nullptr;
    }

    // Names the thread that is running a turn; the default id between turns.
    void set_turning(std::thread::id thread) { turning_.store(thread, std::memory_order_relaxed); }
    bool is_turning_here() const
    {
        return turning_.load(std::memory_order_relaxed) == std::this_thread::get_id();
    }

    // Cancels the read, waits until that is done, and delivers what has not been delivered.
    void close();

    bool is_listening() const { return is_in_flight(); }

private:
    void completed(int result, std::uint32_t flags) override;
    void read_again();
    void take_posted();

    std::atomic<Message*> newest_ = nullptr;  // of the stack that other threads push to
    Message* oldest_ = nullptr;               // of the queue that was taken from it
    Message* last_ = nullptr;                 // likewise
    std::atomic<std::thread::id> turning_;
    Ring* ring_ = nullptr;
    int wake_up_ = -1;            // an eventfd
    std::uint64_t wake_ups_ = 0;  // the kernel reads into this
    bool is_closing_ = false;
};

}  // namespace pivot::reactor
