#include "reactor/scope.hpp"

#include "reactor/reactor.hpp"

#include <utility>

namespace pivot::reactor {

void Scope::spawn(Task<> task)
{
    const auto handle = std::exchange(task.handle_, nullptr);
    handle.promise().set_owner(*this);
    ++running_;
    reactor_.resume_soon(handle);
}

void Scope::ended(std::coroutine_handle<> task) noexcept
{
    // The frame is still in use by the line that ends it, so the loop destroys it.
    reactor_.bury(task);
    assert(running_ > 0);
    --running_;
    if (running_ == 0 && joiner_) reactor_.resume_soon(std::exchange(joiner_, nullptr));
}

}  // namespace pivot::reactor
