// What a coroutine can be suspended upon, besides its children: one request to the kernel, a point
// in time, an event. All answer to a deadline.
#pragma once

#include "base/list.hpp"
#include "reactor/deadline.hpp"
#include "reactor/operation.hpp"
#include "reactor/timers.hpp"

#include <array>
#include <coroutine>
#include <cstddef>

#include <liburing.h>

namespace pivot::reactor {

// One request with one completion. Awaiting it yields what the system call would return, or a
// negative errno; -ECANCELED when the deadline expired first, or before the request was made.
// A completion that wins the race against the cancellation is yielded as it came.
class Request final : public Operation, private Waiter {
public:
    Request(const io_uring_sqe& request, Deadline& deadline);

    bool await_ready() const noexcept { return deadline_.has_expired(); }
    void await_suspend(std::coroutine_handle<> waiting);
    int await_resume() const noexcept { return result_; }

    // Asks the kernel to end it before it is done. It is suspended upon.
    void cancel();

private:
    void completed(int result, std::uint32_t flags) override;
    void interrupt(const Deadline&) override { cancel(); }

    // An io_uring_sqe as bytes: GCC refuses one, with its arrays of no elements, as a member, and
    // so also as a variable of a coroutine.
    alignas(io_uring_sqe) std::array<std::byte, sizeof(io_uring_sqe)> request_;
    Deadline& deadline_;
    std::coroutine_handle<> waiting_;
    int result_ = -ECANCELED;
};

// A point in time. Yields whether it was reached; false: the deadline expired first.
class Sleep final : private Timer, private Waiter {
public:
    Sleep(Nanoseconds until, Deadline& deadline) : until_(until), deadline_(deadline) {}

    bool await_ready() const noexcept { return deadline_.has_expired(); }
    void await_suspend(std::coroutine_handle<> waiting);
    bool await_resume() const noexcept { return was_reached_; }

private:
    void fired() override;
    void interrupt(const Deadline& deadline) override;

    const Nanoseconds until_;
    Deadline& deadline_;
    std::coroutine_handle<> waiting_;
    bool was_reached_ = false;
};

// Lets all else of this reactor go on first, and goes on in the next turn. Yields whether there is
// still time.
class Yield {
public:
    explicit Yield(Deadline& deadline) : deadline_(deadline) {}

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting);
    bool await_resume() const noexcept { return !deadline_.has_expired(); }

private:
    Deadline& deadline_;
};

// Something that happens: those who wait for it resume. It can happen again for those who wait
// then.
class Event {
public:
    class Wait final : private Waiter, private ListHook<Wait> {
    public:
        Wait(Event& event, Deadline& deadline) : event_(event), deadline_(deadline) {}

        bool await_ready() const noexcept { return deadline_.has_expired(); }
        void await_suspend(std::coroutine_handle<> waiting);
        bool await_resume() const noexcept { return has_happened_; }

    private:
        friend class Event;
        friend class pivot::TaggedList<Wait, Wait>;
        void interrupt(const Deadline& deadline) override;

        Event& event_;
        Deadline& deadline_;
        std::coroutine_handle<> waiting_;
        bool has_happened_ = false;
    };

    // Yields whether it happened; false: the deadline expired first.
    Wait wait(Deadline& deadline) { return Wait(*this, deadline); }

    void happen();

    bool is_awaited() const { return !waits_.empty(); }

private:
    List<Wait> waits_;
};

}  // namespace pivot::reactor
