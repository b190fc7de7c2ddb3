// The steps from a destination to an open connection, for HTTP requests and WebSockets alike.
//
//     locate ─► admitted addresses ─► connect ─► TCP ─► secure ─► TLS
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

// Counted on the reactor's thread, and read on any.
struct OpenerCounts {
    Counter names_found;
    Counter names_not_found;
    Counter full_handshakes;
    Counter resumed_handshakes;
    Histogram dns;  // the durations of steps that were needed
    Histogram connect;
    Histogram tls;
};

// Each step sets the phase of `progress`, and adds its duration to the timings.
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

    // Fails like net::connect().
    reactor::Task<Result<net::Connected>> connect(std::span<const net::SocketAddress> addresses,
                                                  Progress& progress, reactor::Deadline& deadline);

    // Does nothing if the scheme is http. Fails like TlsStream::handshake().
    reactor::Task<Result<void>> secure(net::Connection& connection, const Destination& destination,
                                       Progress& progress, reactor::Deadline& deadline);

    const OpenerCounts& counts() const { return counts_; }

private:
    // The addresses that the policy denies at this port because they are those of own hosts.
    reactor::Task<std::vector<net::IpAddress>> locate_own(const Destination& destination,
                                                          reactor::Deadline& deadline);

    net::Resolver& resolver_;
    net::SourceAddresses& sources_;
    OpenerCounts counts_;
};

// Names the exceeded limit in the message, if `in_time`, a deadline under `deadline`, was exceeded.
void explain_limit(Failure& failure, std::string_view what, Nanoseconds ns_max,
                   const reactor::Deadline& in_time, const reactor::Deadline& deadline);

}  // namespace pivot::http
