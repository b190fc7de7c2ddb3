#include "pivot/serve/service/signals.hpp"

#include <cerrno>
#include <cstdint>
#include <system_error>

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace pivot::tools {

namespace {

int checked(int descriptor, const char* what)
{
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
    return descriptor;
}

}  // namespace

Signals::Signals()
{
    ::sigemptyset(&signals_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) ::sigaddset(&signals_, signal);
    ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    arrived_ = checked(::signalfd(-1, &signals_, SFD_CLOEXEC), "signalfd");
    woken_ = checked(::eventfd(0, EFD_CLOEXEC), "eventfd");
}

Signals::~Signals()
{
    ::close(arrived_);
    ::close(woken_);
    ::pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
}

int Signals::wait(int timeout_ms)
{
    pollfd ready[] = {{arrived_, POLLIN, 0}, {woken_, POLLIN, 0}};
    int count_ready = -1;
    while ((count_ready = ::poll(ready, 2, timeout_ms)) < 0) {
        if (errno != EINTR) checked(-1, "poll");
    }
    if (count_ready == 0) return 0;
    std::uint64_t count = 0;
    if (ready[1].revents != 0) {
        checked(static_cast<int>(::read(woken_, &count, sizeof count)), "eventfd");
        return 0;
    }
    signalfd_siginfo signal{};
    checked(static_cast<int>(::read(arrived_, &signal, sizeof signal)), "signalfd");
    return static_cast<int>(signal.ssi_signo);
}

void Signals::wake()
{
    const std::uint64_t one = 1;
    checked(static_cast<int>(::write(woken_, &one, sizeof one)), "eventfd");
}

}  // namespace pivot::tools
