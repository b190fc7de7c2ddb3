// Messages from other threads to a reactor: a lock-free stack and one wake-up for a burst.
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

    // On the reactor's thread, once for each time it was posted. May destroy or post the message.
    virtual void deliver() = 0;

    // On the reactor's thread before that, in the turn that first sees the message, however many
    // others are delivered earlier: for what cannot wait.
    virtual void arrived() {}

    Message* next_ = nullptr;
};

class Inbox : private Operation {
public:
    Inbox() = default;
    ~Inbox();  // closed

    // Asks the ring to wake its waiter, or where it is polled, wakes who polls it.
    tl::expected<void, std::string> open(Ring& ring);

    // Any thread. Messages of one thread are delivered in order. Wakes the reactor, unless its own
    // thread posts in the middle of a turn.
    void post(Message& message);

    // Delivers what has been posted, the oldest first, and leaves what is more than that.
    void deliver(unsigned messages_max);
    bool empty() const
    {
        return oldest_ == nullptr && newest_.load(std::memory_order_relaxed) == nullptr;
    }

    // The thread that is in the middle of a turn; none between turns.
    void set_turning(std::thread::id thread) { turning_.store(thread, std::memory_order_relaxed); }

    // Cancels the wait and waits for that; undelivered messages are delivered.
    void close();

    bool is_listening() const { return is_in_flight(); }

private:
    void completed(int result, std::uint32_t flags) override;
    void read_again();
    void take_posted();

    std::atomic<Message*> newest_ = nullptr;
    Message* oldest_ = nullptr;  // taken from there, and in order
    Message* last_ = nullptr;    // of those
    std::atomic<std::thread::id> turning_;
    Ring* ring_ = nullptr;
    int wake_up_ = -1;            // an eventfd
    std::uint64_t wake_ups_ = 0;  // what the kernel reads into
    bool is_closing_ = false;
};

}  // namespace pivot::reactor
