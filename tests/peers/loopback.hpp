// Sockets on loopback: the peers' own, their clients', and ports that no peer serves.
//
// An address is "127.0.0.1" or "::1"; port 0 means a free one.
#pragma once

#include "peers/descriptor.hpp"

#include <cstdint>
#include <string>

namespace pivot::test {

Descriptor listen_tcp(const std::string& address, std::uint16_t port = 0);  // does not block
Descriptor bind_udp(const std::string& address, std::uint16_t port = 0);    // does not block
Descriptor connect_tcp(const std::string& address, std::uint16_t port);     // blocks

std::uint16_t port_of(const Descriptor& socket);

// A port that refuses connections, and that nobody else is given meanwhile.
class RefusingPort {
public:
    explicit RefusingPort(const std::string& address = "127.0.0.1");

    std::uint16_t port() const { return port_of(socket_); }

private:
    Descriptor socket_;
};

// A port that never completes a connection: its queue is full, and the kernel drops what comes.
class UnansweringPort {
public:
    explicit UnansweringPort(const std::string& address = "127.0.0.1");

    std::uint16_t port() const { return port_of(listener_); }

private:
    Descriptor listener_;
    Descriptor occupant_;
};

}  // namespace pivot::test
