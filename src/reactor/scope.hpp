// Children that run concurrently with their parent and are joined before the scope ends.
//
// The only way to run a task that nobody awaits. A scope that is given to a function says that the
// function leaves work behind; a function without one has joined all it started when it returns.
#pragma once

#include "reactor/task.hpp"

#include <cassert>
#include <coroutine>
#include <cstddef>

namespace pivot::reactor {

class Reactor;

class Scope final : private detail::Owner {
public:
    explicit Scope(Reactor& reactor) : reactor_(reactor) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { assert(running_ == 0); }

    // Starts `task` in this turn, after the caller has suspended: not here, so that the caller need
    // not expect the world to change in the middle of its own line.
    void spawn(Task<> task);

    std::size_t running() const { return running_; }

    // Waits until no child is left. Only one coroutine at a time may wait.
    auto join() noexcept
    {
        struct Join {
            Scope& scope;
            bool await_ready() const noexcept { return scope.running_ == 0; }
            void await_suspend(std::coroutine_handle<> joiner) noexcept
            {
                assert(!scope.joiner_);
                scope.joiner_ = joiner;
            }
            void await_resume() const noexcept {}
        };
        return Join{*this};
    }

private:
    void ended(std::coroutine_handle<> task) noexcept override;

    Reactor& reactor_;
    std::size_t running_ = 0;
    std::coroutine_handle<> joiner_;
};

}  // namespace pivot::reactor
