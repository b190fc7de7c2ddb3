#include "peers/loopback.hpp"

#include <cstddef>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace pivot::test {

namespace {

struct Endpoint {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;

    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Endpoint endpoint(const std::string& address, std::uint16_t port)
{
    Endpoint endpoint;
    auto* v4 = reinterpret_cast<sockaddr_in*>(&endpoint.storage);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&endpoint.storage);
    if (inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        endpoint.size = sizeof *v4;
    } else if (inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        endpoint.size = sizeof *v6;
    } else {
        throw std::invalid_argument("not an address: " + address);
    }
    return endpoint;
}

Descriptor open_socket(const Endpoint& endpoint, int type)
{
    return Descriptor{
        checked(::socket(endpoint.storage.ss_family, type | SOCK_CLOEXEC, 0), "socket")};
}

Descriptor bound(const std::string& address, std::uint16_t port, int type)
{
    auto local = endpoint(address, port);
    auto socket = open_socket(local, type);
    // A peer that is started again on its port finds connections of its former life there.
    const int on = 1;
    if (type & SOCK_STREAM) setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    checked(::bind(socket.get(), local.get(), local.size), "bind");
    return socket;
}

}  // namespace

Descriptor listen_tcp(const std::string& address, std::uint16_t port)
{
    auto socket = bound(address, port, SOCK_STREAM | SOCK_NONBLOCK);
    checked(::listen(socket.get(), SOMAXCONN), "listen");
    return socket;
}

Descriptor bind_udp(const std::string& address, std::uint16_t port)
{
    return bound(address, port, SOCK_DGRAM | SOCK_NONBLOCK);
}

Descriptor connect_tcp(const std::string& address, std::uint16_t port)
{
    auto remote = endpoint(address, port);
    auto socket = open_socket(remote, SOCK_STREAM);
    const int on = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    checked(::connect(socket.get(), remote.get(), remote.size), "connect");
    return socket;
}

std::uint16_t port_of(const Descriptor& socket)
{
    Endpoint local;
    checked(::getsockname(socket.get(), local.get(), &local.size), "getsockname");
    static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
    return ntohs(reinterpret_cast<sockaddr_in*>(&local.storage)->sin_port);
}

RefusingPort::RefusingPort(const std::string& address) : socket_(bound(address, 0, SOCK_STREAM)) {}

UnansweringPort::UnansweringPort(const std::string& address)
    : listener_(bound(address, 0, SOCK_STREAM))
{
    // A backlog of zero has room for one.
    checked(::listen(listener_.get(), 0), "listen");
    occupant_ = connect_tcp(address, port());
}

}  // namespace pivot::test
