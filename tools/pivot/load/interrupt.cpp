#include "pivot/load/interrupt.hpp"

#include <algorithm>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace pivot::tools {

namespace {

constexpr unsigned long slack_ns = 1;  // wakes this thread when it asked to be, not 50 µs later

}  // namespace

Interrupt::Interrupt()
{
    ::prctl(PR_SET_TIMERSLACK, slack_ns);
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGINT);
    ::sigaddset(&signals_, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    descriptor_ = ::signalfd(-1, &signals_, SFD_CLOEXEC);
}

Interrupt::~Interrupt()
{
    unblock();
    ::close(descriptor_);
}

bool Interrupt::wait(Nanoseconds until)
{
    const Nanoseconds left = std::max<Nanoseconds>(until - monotonic_now(), 0);
    const timespec timeout{.tv_sec = left / 1'000'000'000, .tv_nsec = left % 1'000'000'000};
    pollfd arrival{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (::ppoll(&arrival, 1, &timeout, nullptr) <= 0) return false;
    signalfd_siginfo taken{};
    if (::read(descriptor_, &taken, sizeof taken) < 0) return false;
    unblock();
    return true;
}

void Interrupt::unblock()
{
    ::pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
}

}  // namespace pivot::tools
