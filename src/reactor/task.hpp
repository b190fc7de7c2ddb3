// A coroutine that is lazy and owned: it starts when it is awaited (or spawned into a Scope), once,
// and its frame dies with the Task.
//
// The last parameter of every coroutine is a `Deadline&` or a `Reactor&`: what suspends answers to
// a deadline, and the frame comes from the pool of that reactor.
//
//   await ─► resume the child ─┬─ it ended: go on, nothing was suspended
//                              └─ it suspended: so does the parent, until the child's end resumes
//                              it
//
// The first branch keeps the stack flat where the compiler makes no tail calls (GCC at -O0, -O1 and
// under ASan): a loop over children that are ready at once never nests.
#pragma once

#include "reactor/frames.hpp"

#include <cassert>
#include <coroutine>
#include <exception>
#include <optional>
#include <tuple>
#include <utility>

namespace pivot::reactor {

namespace detail {

// Who buries the frame of a task that nobody awaits.
class Owner {
public:
    virtual void ended(std::coroutine_handle<> task) noexcept = 0;

protected:
    ~Owner() = default;
};

class PromiseBase {
public:
    template <typename... Parameters>
    static void* operator new(std::size_t size_bytes, Parameters&... parameters)
    {
        static_assert(sizeof...(Parameters) > 0, "a coroutine's last parameter is a Deadline&");
        auto& last = std::get<sizeof...(Parameters) - 1>(std::tie(parameters...));
        return last.frames().lend(size_bytes);
    }
    static void operator delete(void* frame) { FramePool::give_back(frame); }

    std::suspend_always initial_suspend() const noexcept { return {}; }
    void unhandled_exception() const noexcept { std::terminate(); }

    // The end of a coroutine: its scope buries it, or the parent that was suspended goes on.
    struct End {
        bool await_ready() const noexcept { return false; }
        template <typename Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept
        {
            return self.promise().ended(self);
        }
        void await_resume() const noexcept {}
    };
    End final_suspend() const noexcept { return {}; }

    void set_parent(std::coroutine_handle<> parent) noexcept { parent_ = parent; }
    void set_owner(Owner& owner) noexcept { owner_ = &owner; }

private:
    std::coroutine_handle<> ended(std::coroutine_handle<> self) noexcept
    {
        if (owner_ != nullptr) owner_->ended(self);
        return parent_;
    }

    std::coroutine_handle<> parent_ = std::noop_coroutine();
    Owner* owner_ = nullptr;
};

template <typename Value>
class Promise : public PromiseBase {
public:
    auto get_return_object() noexcept
    {
        return std::coroutine_handle<Promise>::from_promise(*this);
    }
    template <typename From>
    void return_value(From&& from)
    {
        value_.emplace(std::forward<From>(from));
    }
    Value take()
    {
        assert(value_);
        return std::move(*value_);
    }

private:
    std::optional<Value> value_;
};

template <>
class Promise<void> : public PromiseBase {
public:
    auto get_return_object() noexcept
    {
        return std::coroutine_handle<Promise>::from_promise(*this);
    }
    void return_void() const noexcept {}
    void take() const noexcept {}
};

}  // namespace detail

template <typename Value = void>
class [[nodiscard]] Task {
public:
    using promise_type = detail::Promise<Value>;
    using Handle = std::coroutine_handle<promise_type>;

    Task(Handle handle) noexcept : handle_(handle) {}  // what a coroutine's call returns
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Task& operator=(Task&&) = delete;
    ~Task()
    {
        if (handle_) handle_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> parent) noexcept
    {
        handle_.resume();
        if (handle_.done()) return false;
        handle_.promise().set_parent(parent);
        return true;
    }
    Value await_resume() { return handle_.promise().take(); }

private:
    friend class Scope;  // takes the handle, and with it the frame

    Handle handle_;
};

}  // namespace pivot::reactor
