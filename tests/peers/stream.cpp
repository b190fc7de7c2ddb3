#include "peers/stream.hpp"

#include <array>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace pivot::test {

Stream::Stream(Descriptor socket, const StopSignal& stop) : socket_(std::move(socket)), stop_(stop)
{
    // Each send is a segment of its own, so that a client sees the cuts that the handler made.
    const int on = 1;
    setsockopt(fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

std::string Stream::receive()
{
    std::array<char, 16384> buffer;
    while (true) {
        wait_for(POLLIN);
        const auto count = ::recv(fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (count >= 0) return {buffer.data(), static_cast<std::size_t>(count)};
        if (errno != EAGAIN) throw Over{};
    }
}

bool Stream::has_arrived(Clock::time_point until)
{
    if (!is_open_) throw Over{};
    const auto wake = stop_.wait(fd(), POLLIN, until);
    if (wake == StopSignal::Wake::stopped) throw Over{};
    return wake == StopSignal::Wake::ready;
}

void Stream::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        wait_for(POLLOUT);
        const auto count = ::send(fd(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno != EAGAIN) {
            throw Over{};
        }
    }
}

void Stream::sleep_until(Clock::time_point until)
{
    if (!is_open_) throw Over{};
    if (stop_.wait(fd(), POLLRDHUP, until) != StopSignal::Wake::late) throw Over{};
}

void Stream::cut()
{
    ::shutdown(fd(), SHUT_WR);
    is_open_ = false;
}

void Stream::reset()
{
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket_.close();
    is_open_ = false;
}

void Stream::drain()
{
    std::array<char, 16384> forgotten;
    while (socket_.is_open() && stop_.wait(fd(), POLLIN) == StopSignal::Wake::ready) {
        const auto count = ::recv(fd(), forgotten.data(), forgotten.size(), MSG_DONTWAIT);
        if (count == 0 || (count < 0 && errno != EAGAIN)) return;
    }
}

void Stream::wait_for(short events)
{
    if (!is_open_) throw Over{};
    if (stop_.wait(fd(), events) == StopSignal::Wake::stopped) throw Over{};
}

}  // namespace pivot::test
