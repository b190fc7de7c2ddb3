// From a destination to a connection, in steps. What asks over HTTP and what opens a WebSocket take
// the same ones.
//
//   locate ─► admitted addresses ─► connect ─► TCP ─► secure ─► TLS
#pragma once

#include "base/counter.hpp"
#include "http/destination.hpp"
#include "http/progress.hpp"
#include "net/connection.hpp"
#include "net/resolver.hpp"
#include "net/source_addresses.hpp"

#include <pivot/failure.hpp>

#include <span>
#include <string_view>
#include <vector>

namespace pivot::http {

// Its reactor's thread counts, and any thread may read.
struct OpenerCounts {
    Counter names_found;
    Counter names_not_found;
    Counter full_handshakes;
    Counter resumed_handshakes;
    Histogram dns;  // how long each step took, where it was needed
    Histogram connect;
    Histogram tls;
};

// Each step sets the phase of `progress`, and adds the time that it took to the timings.
class Opener {
public:
    Opener(net::Resolver& resolver, net::SourceAddresses& sources)
        : resolver_(resolver), sources_(sources)
    {
    }

    // Yields the addresses that the destination's policy admits. Fails with dns, blocked, overload,
    // timeout or cancelled.
    reactor::Task<Result<std::vector<net::SocketAddress>>> locate(const Destination& destination,
                                                                  Progress& progress,
                                                                  reactor::Deadline& deadline);

    // Fails as net::connect() does.
    reactor::Task<Result<net::Connected>> connect(std::span<const net::SocketAddress> addresses,
                                                  Progress& progress, reactor::Deadline& deadline);

    // Does nothing where the scheme is http. Fails as TlsStream::handshake() does.
    reactor::Task<Result<void>> secure(net::Connection& connection, const Destination& destination,
                                       Progress& progress, reactor::Deadline& deadline);

    const OpenerCounts& counts() const { return counts_; }

private:
    net::Resolver& resolver_;
    net::SourceAddresses& sources_;
    OpenerCounts counts_;
};

// Says which limit was exceeded, if it was that of `in_time`, a deadline under `deadline`.
void explain_limit(Failure& failure, std::string_view what, Nanoseconds ns_max,
                   const reactor::Deadline& in_time, const reactor::Deadline& deadline);

}  // namespace pivot::http
