// A coroutine that is lazy and owned: it starts when it is awaited (or spawned into a Scope), once,
// and its frame dies with the Task.
//
// The frame comes from the pool of the first parameter that has `frames()`: a `Deadline&`, a
// `Reactor&`, or the object of a member function. Whatever suspends takes a `Deadline&` last.
//
//   await ─► resume the child ─┬─ it ended:     the parent goes on, nothing was suspended
//                              └─ it suspended: so does the parent, until the child ends
//
// The first branch keeps the stack flat where the compiler makes no tail calls (GCC at -O0, -O1 and
// under ASan): a loop over children that are ready at once never nests.
#pragma once

#include "reactor/frames.hpp"

#include <cassert>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

namespace pivot::reactor {

namespace detail {

// Destroys the frame of a task that nobody awaits.
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
        return pool(parameters...).lend(size_bytes);
    }
    static void operator delete(void* frame) { FramePool::give_back(frame); }

    std::suspend_always initial_suspend() const noexcept { return {}; }
    void unhandled_exception() const noexcept { std::terminate(); }

    // The frame pool of the first parameter that has one. A member function's object is the first.
    template <typename First, typename... Others>
    static FramePool& pool(First& first, Others&... others)
    {
        if constexpr (requires { first.frames(); }) {
            return first.frames();
        } else {
            static_assert(sizeof...(Others) > 0, "no parameter of this coroutine has frames()");
            return pool(others...);
        }
    }

    // The end of a coroutine: its scope destroys it, or the suspended parent goes on.
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

    // A task has one of the two at most: it is awaited or spawned.
    void set_parent(std::coroutine_handle<> parent) noexcept
    {
        awaited_by_ = reinterpret_cast<std::uintptr_t>(parent.address());
    }
    void set_owner(Owner& owner) noexcept
    {
        awaited_by_ = reinterpret_cast<std::uintptr_t>(&owner) | is_owner;
    }

private:
    static constexpr std::uintptr_t is_owner = 1;

    std::coroutine_handle<> ended(std::coroutine_handle<> self) noexcept
    {
        if (awaited_by_ == 0) return std::noop_coroutine();
        if ((awaited_by_ & is_owner) == 0) {
            return std::coroutine_handle<>::from_address(reinterpret_cast<void*>(awaited_by_));
        }
        reinterpret_cast<Owner*>(awaited_by_ & ~is_owner)->ended(self);
        return std::noop_coroutine();
    }

    // The parent's handle, or the owner's address with a bit that no address has. One word, since
    // every frame of every waiting call has it.
    std::uintptr_t awaited_by_ = 0;
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

// Most coroutines that can fail do not, and all have a place for their result while they wait. So a
// failure, which is larger than most results, gets its place when it comes.
template <typename Value, typename Error>
class Promise<tl::expected<Value, Error>> : public PromiseBase {
public:
    using Result = tl::expected<Value, Error>;

    auto get_return_object() noexcept
    {
        return std::coroutine_handle<Promise>::from_promise(*this);
    }
    void return_value(Result&& result)
    {
        if (!result) return fail(std::move(result.error()));
        if constexpr (!std::is_void_v<Value>) value_ = std::move(*result);
    }
    void return_value(const Result& result) { return_value(Result(result)); }
    void return_value(tl::unexpected<Error>&& failure) { fail(std::move(failure.value())); }
    void return_value(const tl::unexpected<Error>& failure) { fail(failure.value()); }
    template <typename From>
        requires(!std::is_void_v<Value> && std::is_constructible_v<Value, From>)
    void return_value(From&& from)
    {
        value_ = Value(std::forward<From>(from));
    }
    // Inlined, it would take room in the frame of whoever awaits.
    [[gnu::noinline]] Result take()
    {
        if (error_) return tl::unexpected<Error>(std::move(*error_));
        if constexpr (std::is_void_v<Value>) {
            return {};
        } else if constexpr (std::is_same_v<Kept, Value>) {
            return std::move(value_);
        } else {
            assert(value_);
            return std::move(*value_);
        }
    }

private:
    struct Nothing {};

    // A value that can be made empty needs no optional around it.
    static constexpr bool can_be_empty = std::is_default_constructible_v<Value>;
    using Kept = std::conditional_t<std::is_void_v<Value>, Nothing,
                                    std::conditional_t<can_be_empty, Value, std::optional<Value>>>;

    void fail(Error error) { error_ = std::make_unique<Error>(std::move(error)); }

    [[no_unique_address]] Kept value_{};
    std::unique_ptr<Error> error_;
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

// The end of a task, waited for without its value: see Task::ended().
template <typename Value>
class TaskEnd {
public:
    using Handle = std::coroutine_handle<detail::Promise<Value>>;

    TaskEnd(Handle handle) noexcept : handle_(handle) {}
    TaskEnd(const TaskEnd&) = delete;
    TaskEnd& operator=(const TaskEnd&) = delete;

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> parent) noexcept
    {
        handle_.resume();
        if (handle_.done()) return false;
        handle_.promise().set_parent(parent);
        return true;
    }
    void await_resume() const noexcept {}

protected:
    ~TaskEnd() = default;

    Handle handle_;
};

template <typename Value = void>
class [[nodiscard]] Task : private TaskEnd<Value> {
public:
    using promise_type = detail::Promise<Value>;
    using typename TaskEnd<Value>::Handle;

    Task(Handle handle) noexcept : TaskEnd<Value>(handle) {}  // what a coroutine's call returns
    Task(Task&& other) noexcept : TaskEnd<Value>(std::exchange(other.handle_, nullptr)) {}
    Task& operator=(Task&&) = delete;
    ~Task()
    {
        if (handle_) handle_.destroy();
    }

    using TaskEnd<Value>::await_ready;
    using TaskEnd<Value>::await_suspend;
    Value await_resume() { return take(); }

    // Waits for the end alone: `auto& end = task.ended(); co_await end; auto value = task.take();`.
    // In between, the value is in the task's own frame. So it has no place in the frame of whoever
    // waits, if that lets a function take it, and neither has an awaiter. (GCC 12 would copy one
    // that has no name.)
    TaskEnd<Value>& ended() { return *this; }

    // Once, after the end.
    Value take() { return handle_.promise().take(); }

private:
    friend class Scope;  // takes over the handle, and with it the frame

    using TaskEnd<Value>::handle_;
};

}  // namespace pivot::reactor
