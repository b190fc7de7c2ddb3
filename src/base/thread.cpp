#include "base/thread.hpp"

#include <cassert>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <pthread.h>
#include <sys/resource.h>

namespace pivot {

namespace {

constexpr std::size_t name_bytes_max = 15;  // of the kernel

// A new thread inherits the mask of the one that makes it.
class BlockedSignals {
public:
    BlockedSignals()
    {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    BlockedSignals(const BlockedSignals&) = delete;
    BlockedSignals& operator=(const BlockedSignals&) = delete;
    ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

std::string limit_text(int resource)
{
    rlimit limit{};
    getrlimit(static_cast<__rlimit_resource_t>(resource), &limit);
    return limit.rlim_cur == RLIM_INFINITY ? "unlimited" : fmt::to_string(limit.rlim_cur);
}

std::string refusal(const std::error_code& error)
{
    if (error.value() == EPERM) {
        return fmt::format("the system makes no thread ({}): the seccomp filter of the container "
                           "must allow clone3",
                           error.message());
    }
    return fmt::format(
        "the system makes no thread ({}): raise the limit of processes (ulimit -u, now {}; "
        "TasksMax= of the service, the container's pids limit) or of memory (ulimit -v, now {})",
        error.message(), limit_text(RLIMIT_NPROC), limit_text(RLIMIT_AS));
}

}  // namespace

tl::expected<std::thread, std::string> start_thread(std::string name, std::function<void()> run)
{
    assert(name.size() <= name_bytes_max);
    const BlockedSignals blocked;
    try {
        return std::thread([name = std::move(name), run = std::move(run)] {
            pthread_setname_np(pthread_self(), name.c_str());
            run();
        });
    } catch (const std::system_error& error) {
        return tl::unexpected(refusal(error.code()));
    }
}

}  // namespace pivot
