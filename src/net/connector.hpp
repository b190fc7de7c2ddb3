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

// Tries `addresses` in their order, the next one 250 ms after the one before or as soon as that has
// failed (section 5), and keeps the first that connects. Fails as the last attempt did, or with
// timeout or cancelled. `addresses` is not empty.
Task<Result<Connected>> connect(std::span<const SocketAddress> addresses, SourceAddresses& sources,
                                Deadline& deadline);

}  // namespace pivot::net
