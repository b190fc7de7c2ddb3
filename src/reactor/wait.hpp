// What a coroutine can await besides its children: a request to the kernel, a point in time, an
// event. Every wait answers to a deadline.
//
// Each is a Waiter of its deadline and a member of one more place: the ring, the timers, or an
// event. Whichever of the two ends the wait takes it out of the other, so a coroutine is resumed
// exactly once. All resume through resume_soon(), never directly: the loop reaps, fires and
// interrupts first, and no coroutine changes the lists while somebody walks them.
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

// A request with one completion. Awaiting it yields what the system call would return, or a
// negative errno; -ECANCELED if the deadline expired before the request was made, or before it
// completed. A completion that wins the race against its cancellation is yielded as it came.
class Request final : public Operation, private Waiter {
public:
    Request(const io_uring_sqe& request, Deadline& deadline);

    bool await_ready() const noexcept { return deadline_.has_expired(); }
    void await_suspend(std::coroutine_handle<> waiting);
    int await_resume() const noexcept { return result_; }

    // Asks the kernel to end the request early. It must be awaited at the time.
    void cancel();

private:
    void completed(int result, std::uint32_t flags) override;
    void interrupt(const Deadline&) override { cancel(); }

    // An io_uring_sqe as bytes. GCC rejects the type as a member because of its zero-length arrays,
    // and therefore also as a variable of a coroutine.
    alignas(io_uring_sqe) std::array<std::byte, sizeof(io_uring_sqe)> request_;
    Deadline& deadline_;
    std::coroutine_handle<> waiting_;
    int result_ = -ECANCELED;
};

// A point in time. Yields true when it is reached, false if the deadline expires first.
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

// Lets everything else on this reactor run first and resumes in the next turn. Yields false if the
// deadline has expired.
class Yield {
public:
    explicit Yield(Deadline& deadline) : deadline_(deadline) {}

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting);
    bool await_resume() const noexcept { return !deadline_.has_expired(); }

private:
    Deadline& deadline_;
};

// A reusable event: `happen()` resumes everyone waiting at that moment.
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

    // Yields true when it happens, false if the deadline expires first.
    Wait wait(Deadline& deadline) { return Wait(*this, deadline); }

    void happen();

    bool is_awaited() const { return !waits_.empty(); }

private:
    List<Wait> waits_;
};

}  // namespace pivot::reactor
