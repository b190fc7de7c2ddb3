// A web server that answers every request with the same callflow after the same delay, or never.
//
//     delay_server PROCESSES DELAY_US BODY_FILE     a delay of 0: at once; of "never": a black hole
//
// Prints its port on 127.0.0.1, and ends when its standard input is closed. Each process has its
// own epoll and queue, and the kernel spreads connections over them (SO_REUSEPORT), so that a
// hundred thousand connections fit a limit of twenty thousand descriptors per process.
//
// Requests have no body, and each connection has at most one. Since the delay is the same for all,
// answers are due in the order of their requests.
#include "checked.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <deque>
#include <exception>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pivot::bench {
namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;
constexpr int backlog = 65'535;  // the kernel cuts it to net.core.somaxconn

std::int64_t now_ns()
{
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * ns_per_s + time.tv_nsec;
}

class Server {
public:
    // `delay_ns` is absent in a black hole.
    Server(int listener, std::optional<std::int64_t> delay_ns, std::string answer)
        : listener_(listener),
          epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
          delay_ns_(delay_ns),
          answer_(std::move(answer))
    {
        watch(listener_);
    }

    [[noreturn]] void run();

private:
    struct Connection {
        std::uint32_t generation = 0;  // how many have had this descriptor before
        std::uint8_t of_head_end = 0;  // how many bytes of the empty line have come last
    };

    struct Due {
        std::int64_t at_ns;
        int socket;
        std::uint32_t generation;
    };

    void watch(int fd);
    void accept_all();
    void receive(int socket);
    bool ends_request(Connection& connection, std::string_view bytes) const;
    void answer_those_due();
    void close(int socket);

    const int listener_;
    const int epoll_;
    const std::optional<std::int64_t> delay_ns_;
    const std::string answer_;
    std::vector<Connection> connections_;  // by descriptor
    std::deque<Due> due_;
};

void Server::run()
{
    std::array<epoll_event, 512> events;
    while (true) {
        timespec left{};
        if (!due_.empty()) {
            const auto ns = std::max<std::int64_t>(due_.front().at_ns - now_ns(), 0);
            left = {.tv_sec = ns / ns_per_s, .tv_nsec = ns % ns_per_s};
        }
        const int count = ::epoll_pwait2(epoll_, events.data(), events.size(),
                                         due_.empty() ? nullptr : &left, nullptr);
        for (int i = 0; i < count; ++i) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            fd == listener_ ? accept_all() : receive(fd);
        }
        answer_those_due();
    }
}

void Server::watch(int fd)
{
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    checked(::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

void Server::accept_all()
{
    while (true) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0 && errno == ECONNABORTED) continue;
        if (socket < 0 && errno == EAGAIN) return;
        checked(socket, "accept");
        const int on = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const auto number = static_cast<std::size_t>(socket);
        if (connections_.size() <= number) connections_.resize(number + 1);
        connections_[number].of_head_end = 0;
        watch(socket);
    }
}

void Server::receive(int socket)
{
    std::array<char, 16'384> buffer;
    const auto size = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (size <= 0) return close(socket);
    auto& connection = connections_[static_cast<std::size_t>(socket)];
    if (!ends_request(connection, {buffer.data(), static_cast<std::size_t>(size)})) return;
    if (delay_ns_) due_.push_back({now_ns() + *delay_ns_, socket, connection.generation});
}

// Finds the empty line after a head, also when it comes in pieces.
bool Server::ends_request(Connection& connection, std::string_view bytes) const
{
    constexpr std::string_view head_end = "\r\n\r\n";
    if (bytes.ends_with(head_end)) {
        connection.of_head_end = 0;
        return true;
    }
    for (const char byte : bytes) {
        auto& matched = connection.of_head_end;
        matched = byte == head_end[matched] ? matched + 1 : (byte == '\r' ? 1 : 0);
        if (matched == head_end.size()) {
            matched = 0;
            return true;
        }
    }
    return false;
}

void Server::answer_those_due()
{
    if (due_.empty()) return;
    const auto now = now_ns();
    while (!due_.empty() && due_.front().at_ns <= now) {
        const auto due = due_.front();
        due_.pop_front();
        if (connections_[static_cast<std::size_t>(due.socket)].generation != due.generation) {
            continue;
        }
        const auto sent = ::send(due.socket, answer_.data(), answer_.size(), MSG_NOSIGNAL);
        if (sent != static_cast<ssize_t>(answer_.size())) close(due.socket);
    }
}

void Server::close(int socket)
{
    ++connections_[static_cast<std::size_t>(socket)].generation;
    ::close(socket);
}

// All on one port: the first's, if `port` is 0.
int listen_on(std::uint16_t port)
{
    const int listener =
        checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    const int on = 1;
    checked(::setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on), "SO_REUSEPORT");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    checked(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
    checked(::listen(listener, backlog), "listen");
    return listener;
}

std::uint16_t port_of(int socket)
{
    sockaddr_in address{};
    socklen_t size = sizeof address;
    checked(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    return ntohs(address.sin_port);
}

std::string answer_with(const char* body_path)
{
    std::ifstream file(body_path, std::ios::binary);
    if (!file) throw std::runtime_error(std::string("cannot read ") + body_path);
    const std::string body{std::istreambuf_iterator<char>(file), {}};
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

void raise_descriptor_limit()
{
    rlimit limit{};
    checked(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    checked(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

void serve(int processes, std::optional<std::int64_t> delay_ns, const char* body_path)
{
    const auto answer = answer_with(body_path);
    raise_descriptor_limit();
    std::vector<int> listeners{listen_on(0)};
    const auto port = port_of(listeners.front());
    while (listeners.size() < static_cast<std::size_t>(processes)) {
        listeners.push_back(listen_on(port));
    }
    for (const int listener : listeners) {
        if (checked(::fork(), "fork") != 0) continue;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (const int other : listeners) {
            if (other != listener) ::close(other);
        }
        Server(listener, delay_ns, answer).run();
    }
    for (const int listener : listeners) ::close(listener);
    std::printf("%u\n", port);
    std::fflush(stdout);
    std::array<char, 64> ignored;
    while (::read(STDIN_FILENO, ignored.data(), ignored.size()) > 0) continue;
}

}  // namespace
}  // namespace pivot::bench

int main(int count, char** arguments)
{
    if (count != 4) {
        std::fputs("usage: delay_server PROCESSES DELAY_US|never BODY_FILE\n", stderr);
        return 2;
    }
    try {
        std::optional<std::int64_t> delay_ns;
        if (std::string_view(arguments[2]) != "never") delay_ns = std::stoll(arguments[2]) * 1'000;
        pivot::bench::serve(std::stoi(arguments[1]), delay_ns, arguments[3]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "delay_server: %s\n", error.what());
        return 1;
    }
}
