#include "peers/stop_signal.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include <poll.h>
#include <sys/eventfd.h>

namespace pivot::test {

namespace {

// Time left, not less than none.
timespec time_left(Clock::time_point until)
{
    const auto left = std::max(until - Clock::now(), Clock::duration::zero());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    return {.tv_sec = seconds.count(), .tv_nsec = std::chrono::nanoseconds(left - seconds).count()};
}

}  // namespace

StopSignal::StopSignal() : event_(checked(::eventfd(0, EFD_CLOEXEC), "eventfd")) {}

void StopSignal::raise()
{
    // Never read back: the descriptor stays readable for whoever waits.
    checked(::eventfd_write(event_.get(), 1), "eventfd_write");
}

StopSignal::Wake StopSignal::wait(int fd, short events, Clock::time_point until) const
{
    while (true) {
        std::array<pollfd, 2> polled{
            {{.fd = event_.get(), .events = POLLIN, .revents = 0},
             {.fd = fd, .events = events, .revents = 0}},
        };
        const auto left = time_left(until);
        const bool is_endless = until == Clock::time_point::max();
        const int count =
            ::ppoll(polled.data(), polled.size(), is_endless ? nullptr : &left, nullptr);
        if (count < 0 && errno == EINTR) continue;
        checked(count, "ppoll");
        if (polled[0].revents != 0) return Wake::stopped;
        return polled[1].revents != 0 ? Wake::ready : Wake::late;
    }
}

}  // namespace pivot::test
