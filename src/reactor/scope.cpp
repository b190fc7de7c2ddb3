#include "reactor/scope.hpp"

#include "reactor/reactor.hpp"

#include <cassert>
#include <utility>

namespace pivot::reactor {

void Scope::spawn(Task<> task)
{
    assert(task.handle_ && !task.handle_.done());
    const auto handle = std::exchange(task.handle_, nullptr);  // the frame is the scope's now
    handle.promise().set_owner(*this);
    ++running_;
    reactor_.resume_soon(handle);
}

void Scope::ended(std::coroutine_handle<> task) noexcept
{
    // Called from inside the frame, by its final suspension. Destroying it here would pull it out
    // from under the code that is running, so the loop does it after resume() has returned.
    reactor_.destroy_soon(task);
    assert(running_ > 0);
    --running_;
    // Soon, not at once: the parent would run on the child's stack, and the scope might die there.
    // The frame is destroyed before anybody else resumes, so after join() all frames are gone.
    if (running_ == 0 && joiner_) reactor_.resume_soon(std::exchange(joiner_, nullptr));
}

}  // namespace pivot::reactor
