// What arrives on one connection: a multishot receive that is armed once and stays.
//
// While nobody waits, slices queue here; a connection that lies idle in a pool thus learns at once
// when its peer closes. But all connections share the slices, so only a few may queue: then the
// receive is cancelled, the peer's bytes stay in the kernel, and it is armed again when the last
// slice has been taken. A peer that is never listened to cannot take the slices of the others.
#pragma once

#include "base/list.hpp"
#include "reactor/buffers.hpp"
#include "reactor/deadline.hpp"
#include "reactor/operation.hpp"
#include "reactor/ring.hpp"

#include <coroutine>

namespace pivot::reactor {

class Receiver final : private Operation, private Waiter, private ListHook<Receiver> {
public:
    // Told of what comes while nobody waits: bytes, the end of the stream, or an error.
    class Listener {
    public:
        virtual void arrived_unasked() = 0;

    protected:
        ~Listener() = default;
    };

    // `buffer` is empty when `result` is not positive: 0 is the end of the stream, else a negative
    // errno; -ECANCELED when the deadline expired first.
    struct Arrival {
        int result;
        LentBuffer buffer;
    };

    class Wait {
    public:
        Wait(Receiver& receiver, Deadline& deadline) : receiver_(receiver), deadline_(deadline) {}
        bool await_ready() const noexcept;
        void await_suspend(std::coroutine_handle<> waiting);
        Arrival await_resume();

    private:
        Receiver& receiver_;
        Deadline& deadline_;
    };

    explicit Receiver(Reactor& reactor);
    ~Receiver();  // stopped

    // `slot` holds a connected socket, until stop() has been awaited.
    void start(Slot slot);

    // One coroutine at a time.
    Wait receive(Deadline& deadline) { return Wait(*this, deadline); }

    bool has_arrived() const { return !arrived_.empty() || has_ended_; }

    // The peer has closed, or the connection is broken. Slices may still be unread.
    bool has_ended() const { return has_ended_; }

    void set_listener(Listener* listener) { listener_ = listener; }

    // Asks the kernel to end the receive; yields when it has.
    auto stop() noexcept
    {
        struct Stop {
            Receiver& receiver;
            bool await_ready() const noexcept { return !receiver.begin_stop(); }
            void await_suspend(std::coroutine_handle<> waiting) noexcept
            {
                receiver.waiting_ = waiting;
            }
            void await_resume() const noexcept {}
        };
        return Stop{*this};
    }

private:
    friend class Reactor;
    friend class pivot::TaggedList<Receiver, Receiver>;

    void completed(int result, std::uint32_t flags) override;
    void interrupt(const Deadline& deadline) override;

    void arm();
    void pause_if_full();
    void go_on();
    bool begin_stop();
    void wake();

    Reactor& reactor_;
    BufferQueue arrived_;
    Slot slot_ = no_slot;
    int end_ = 0;  // why the stream ended: 0 or a negative errno
    bool has_ended_ = false;
    bool is_stopping_ = false;
    bool is_paused_ = false;    // until the last slice has been taken
    bool is_resuming_ = false;  // whoever waited takes the slices in this turn
    std::coroutine_handle<> waiting_;
    Listener* listener_ = nullptr;
};

}  // namespace pivot::reactor
