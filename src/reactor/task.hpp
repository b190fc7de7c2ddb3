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
        if constexpr (!std::is_void_v<Value>) value_.emplace(std::move(*result));
    }
    void return_value(const Result& result) { return_value(Result(result)); }
    void return_value(tl::unexpected<Error>&& failure) { fail(std::move(failure.value())); }
    void return_value(const tl::unexpected<Error>& failure) { fail(failure.value()); }
    template <typename From>
        requires(!std::is_void_v<Value> && std::is_constructible_v<Value, From>)
    void return_value(From&& from)
    {
        value_.emplace(std::forward<From>(from));
    }
    // Inlined, it would take room in the frame of whoever awaits.
    [[gnu::noinline]] Result take()
    {
        if (error_) return tl::unexpected<Error>(std::move(*error_));
        if constexpr (std::is_void_v<Value>) {
            return {};
        } else {
            assert(value_);
            return std::move(*value_);
        }
    }

private:
    struct Nothing {};
    using Kept = std::conditional_t<std::is_void_v<Value>, Nothing, std::optional<Value>>;

    void fail(Error error) { error_ = std::make_unique<Error>(std::move(error)); }

    [[no_unique_address]] Kept value_;
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
    Value await_resume() { return take(); }

    // Waits for the end alone: `co_await task.ended(); auto value = task.take();`. In between, the
    // value is in the task's own frame. So it has no place in the frame of whoever waits, if that
    // lets a function take it.
    auto ended()
    {
        struct Ended {
            bool await_ready() const noexcept { return false; }
            bool await_suspend(std::coroutine_handle<> parent) noexcept
            {
                return task.await_suspend(parent);
            }
            void await_resume() const noexcept {}

            Task& task;
        };
        return Ended{*this};
    }

    // Once, after the end.
    Value take() { return handle_.promise().take(); }

private:
    friend class Scope;  // takes over the handle, and with it the frame

    Handle handle_;
};

}  // namespace pivot::reactor
