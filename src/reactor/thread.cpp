#include "reactor/thread.hpp"

#include <cassert>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>

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
        return std::thread([name, work = std::move(work)] {
            pthread_setname_np(pthread_self(), name.c_str());
            work();
        });
    } catch (const std::system_error& error) {
        return tl::unexpected(
            fmt::format("cannot start a thread ({}): raise the limit of processes and threads "
                        "(`ulimit -u`, systemd's TasksMax, a container's pids limit), or allow "
                        "clone3() and memory for its stack",
                        error.code().message()));
    }
}

tl::expected<void, std::string> run_on_cpu(unsigned cpu)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    if (cpu < CPU_SETSIZE) CPU_SET(cpu, &one);
    if (::sched_setaffinity(0, sizeof one, &one) == 0) return {};
    if (errno == EPERM) {
        return tl::unexpected(
            fmt::format("a thread cannot be kept on processor {}: a seccomp filter denies "
                        "sched_setaffinity; under systemd, add SystemCallFilter=sched_setaffinity "
                        "to a drop-in (systemctl edit pivot)",
                        cpu));
    }
    if (errno != EINVAL) {
        return tl::unexpected(
            fmt::format("a thread cannot be kept on processor {}: {}", cpu, std::strerror(errno)));
    }
    return tl::unexpected(
        fmt::format("there is no processor {} for this process (see "
                    "Cpus_allowed_list in /proc/self/status)",
                    cpu));
}

}  // namespace pivot::reactor
