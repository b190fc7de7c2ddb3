// What arrives on one connection, by a multishot receive that stays armed.
//
// While nobody waits, slices queue here, so an idle connection in a pool learns at once when its
// peer closes. But all connections share the slices, so only a few may queue: then the receive is
// cancelled, the peer's bytes stay in the kernel, and the receive is armed again when the last
// slice has been taken. A peer that nobody reads from cannot take the slices of the others.
//
//   start ─► armed ─┬─ too many slices, and nobody waits ─► paused until the last is taken ─► armed
//                   ├─ no slice was free ────────────────► starved until some are ─────────► armed
//                   └─ end of the stream, error, stop() ─► ended
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
    // Is told of what arrives while nobody waits: bytes, the end of the stream, or an error.
    class Listener {
    public:
        virtual void arrived_unasked() = 0;

    protected:
        ~Listener() = default;
    };

    // `result` is the number of bytes in `buffer`. If it is not positive, `buffer` is empty: 0 is
    // the end of the stream, a negative errno an error; -ECANCELED if the deadline expired first.
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
    ~Receiver();  // stopped, or never started

    // `slot` holds a connected socket until stop() has been awaited.
    void start(Slot slot);

    // Only one coroutine at a time may wait.
    Wait receive(Deadline& deadline) { return Wait(*this, deadline); }

    bool has_arrived() const { return !arrived_.empty() || has_ended_; }

    // The peer has closed, or the connection is broken. There may still be unread slices.
    bool has_ended() const { return has_ended_; }

    void set_listener(Listener* listener) { listener_ = listener; }

    // Asks the kernel to end the receive, and resumes when it has ended.
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
    bool is_resuming_ = false;  // the coroutine that waited will take slices in this turn
    std::coroutine_handle<> waiting_;
    Listener* listener_ = nullptr;
};

}  // namespace pivot::reactor
