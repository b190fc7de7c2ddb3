#include "reactor/thread.hpp"

#include <cassert>
#include <csignal>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <pthread.h>

namespace pivot::reactor {

namespace {

// A new thread inherits the mask of its creator.
class AllSignalsBlocked {
public:
    AllSignalsBlocked()
    {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    AllSignalsBlocked(const AllSignalsBlocked&) = delete;
    AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;
    ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_;
};

}  // namespace

tl::expected<std::thread, std::string> start_thread(const std::string& name,
                                                    std::function<void()> work)
{
    assert(name.size() <= 15);
    const AllSignalsBlocked blocked;
    try {
        std::thread thread(std::move(work));
        pthread_setname_np(thread.native_handle(), name.c_str());
        return thread;
    } catch (const std::system_error& error) {
        return tl::unexpected(
            fmt::format("cannot start a thread ({}): raise the limit of processes and threads "
                        "(`ulimit -u`, systemd's TasksMax, a container's pids limit), or allow "
                        "clone3() and memory for its stack",
                        error.code().message()));
    }
}

}  // namespace pivot::reactor
