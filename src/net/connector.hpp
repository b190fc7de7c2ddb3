// From addresses to one connection: Happy Eyeballs (RFC 8305).
#pragma once

#include "net/address.hpp"
#include "net/tcp.hpp"

#include <pivot/failure.hpp>

#include <memory>
#include <span>

namespace pivot::net {

struct Connected {
    std::unique_ptr<TcpStream> stream;
    SocketAddress address;
};

// Tries `addresses` in order, each 250 ms after the previous one or as soon as that has failed
// (section 5), and keeps the first connection. Fails as the last attempt did, or with timeout or
// cancelled. `addresses` is not empty.
reactor::Task<Result<Connected>> connect(std::span<const SocketAddress> addresses,
                                         SourceAddresses& sources, reactor::Deadline& deadline);

}  // namespace pivot::net
