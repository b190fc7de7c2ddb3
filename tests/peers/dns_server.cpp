#include "peers/dns_server.hpp"

#include "peers/loopback.hpp"

#include <array>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace pivot::test {

namespace {

const std::string address = "127.0.0.1";

// What the epoll calls its sockets. Connections are numbered from here on.
constexpr std::uint64_t udp_number = 0;
constexpr std::uint64_t tcp_number = 1;
constexpr std::uint64_t first_connection_number = 2;

// The length that precedes a message over TCP.
constexpr std::size_t length_size = 2;

std::size_t length_of(std::string_view frame)
{
    return static_cast<std::size_t>(static_cast<unsigned char>(frame[0]) << 8 |
                                    static_cast<unsigned char>(frame[1]));
}

std::string framed(const std::string& message)
{
    return std::string{static_cast<char>(message.size() >> 8),
                       static_cast<char>(message.size() & 0xff)} +
           message;
}

}  // namespace

DnsServer::DnsServer() : epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"))
{
    open_sockets();
    watch(udp_, udp_number);
    watch(tcp_, tcp_number);
    thread_ = std::jthread([this] { run(); });
}

DnsServer::~DnsServer()
{
    stop_.raise();
    thread_.join();
}

std::uint16_t DnsServer::port() const
{
    return port_of(tcp_);
}

void DnsServer::answer(const std::string& name, DnsType type, DnsAnswer answer)
{
    const std::lock_guard lock{mutex_};
    answers_[{name, type}] = std::move(answer);
}

std::size_t DnsServer::queries(const std::string& name, DnsType type) const
{
    const std::lock_guard lock{mutex_};
    const auto found = counts_.find({name, type});
    return found == counts_.end() ? 0 : found->second.udp + found->second.tcp;
}

std::size_t DnsServer::queries_over_tcp(const std::string& name, DnsType type) const
{
    const std::lock_guard lock{mutex_};
    const auto found = counts_.find({name, type});
    return found == counts_.end() ? 0 : found->second.tcp;
}

std::size_t DnsServer::queries_in_total() const
{
    const std::lock_guard lock{mutex_};
    std::size_t total = 0;
    for (const auto& [key, counts] : counts_) total += counts.udp + counts.tcp;
    return total;
}

void DnsServer::open_sockets()
{
    while (true) {
        tcp_ = listen_tcp(address);
        try {
            udp_ = bind_udp(address, port());
            return;
        } catch (const std::system_error& error) {
            // Somebody's UDP socket has the number of our free TCP port.
            if (error.code() != std::errc::address_in_use) throw;
        }
    }
}

void DnsServer::run()
{
    while (true) {
        const auto due = replies_.empty() ? Clock::time_point::max() : replies_.begin()->first;
        if (stop_.wait(epoll_.get(), POLLIN, due) == StopSignal::Wake::stopped) return;

        std::array<epoll_event, 64> events;
        const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), 0);
        for (int i = 0; i < count; ++i) {
            const auto number = events[static_cast<std::size_t>(i)].data.u64;
            if (number == udp_number) {
                receive_datagrams();
            } else if (number == tcp_number) {
                accept_connection();
            } else {
                receive_from(number);
            }
        }
        send_replies_due();
    }
}

void DnsServer::watch(const Descriptor& socket, std::uint64_t number)
{
    epoll_event event{.events = EPOLLIN, .data = {.u64 = number}};
    checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &event), "epoll_ctl");
}

void DnsServer::receive_datagrams()
{
    std::array<char, 65535> buffer;
    while (true) {
        Asker asker;
        socklen_t size = sizeof asker.address;
        const auto count = ::recvfrom(udp_.get(), buffer.data(), buffer.size(), 0,
                                      reinterpret_cast<sockaddr*>(&asker.address), &size);
        if (count < 0) return;
        take(asker, {buffer.data(), static_cast<std::size_t>(count)});
    }
}

void DnsServer::accept_connection()
{
    Descriptor socket{::accept4(tcp_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (!socket.is_open()) return;
    const auto number = first_connection_number + connections_accepted_++;
    watch(socket, number);
    connections_[number].socket = std::move(socket);
}

void DnsServer::receive_from(std::size_t number)
{
    // The epoll knows a socket that was closed until nobody else holds its file. A client in this
    // process may for a moment: it polls a socket of its own by a number that is this one's by now.
    const auto found = connections_.find(number);
    if (found == connections_.end()) return;
    auto& [socket, received] = found->second;
    std::array<char, 65535> buffer;
    const auto count = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (count <= 0) {
        connections_.erase(found);
        return;
    }
    received.append(buffer.data(), static_cast<std::size_t>(count));
    while (received.size() >= length_size && received.size() - length_size >= length_of(received)) {
        const auto frame_size = length_size + length_of(received);
        take({.connection = number}, received.substr(length_size, length_of(received)));
        received.erase(0, frame_size);
    }
}

void DnsServer::take(const Asker& asker, std::string_view message)
{
    const auto question = parse_dns_query(message);
    if (!question) return;
    const auto transport = asker.connection ? DnsTransport::tcp : DnsTransport::udp;
    const auto answer = look_up(*question, transport);
    auto response = dns_response(*question, answer, transport);
    if (response.empty()) return;
    replies_.emplace(Clock::now() + answer.delay, Reply{asker, std::move(response)});
}

DnsAnswer DnsServer::look_up(const DnsQuestion& question, DnsTransport transport)
{
    const std::lock_guard lock{mutex_};
    auto& counts = counts_[{question.name, question.type}];
    ++(transport == DnsTransport::tcp ? counts.tcp : counts.udp);

    const auto found = answers_.find({question.name, question.type});
    if (found != answers_.end()) return found->second;
    for (const auto& [key, answer] : answers_) {
        if (key.first == question.name) return {.reply = DnsReply::records};
    }
    return {.reply = DnsReply::nxdomain};
}

void DnsServer::send_replies_due()
{
    while (!replies_.empty() && replies_.begin()->first <= Clock::now()) {
        send(replies_.begin()->second);
        replies_.erase(replies_.begin());
    }
}

void DnsServer::send(const Reply& reply)
{
    if (!reply.asker.connection) {
        (void)::sendto(udp_.get(), reply.message.data(), reply.message.size(), 0,
                       reinterpret_cast<const sockaddr*>(&reply.asker.address),
                       sizeof reply.asker.address);
        return;
    }
    const auto found = connections_.find(*reply.asker.connection);
    if (found == connections_.end()) return;  // the asker has left
    const auto bytes = framed(reply.message);
    (void)::send(found->second.socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

}  // namespace pivot::test
