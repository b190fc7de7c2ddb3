// One request and its response, over a pooled connection or a new one. If a kept connection turns
// out to be stale the request is sent once more, whatever its method: otherwise each server's idle
// timeout would cost pivots.
//
//   host admitted? ─► idle connection? ──────────────────────────────┐
//                        └─► resolve ─► admitted addresses ─► connect ─► TLS ─► send ─► receive
#pragma once

#include "base/counter.hpp"
#include "base/free_list.hpp"
#include "http/lent_response.hpp"
#include "http/pool.hpp"
#include "http/progress.hpp"
#include "http/request.hpp"
#include "net/resolver.hpp"
#include "net/source_addresses.hpp"
#include "reactor/scope.hpp"

#include <pivot/failure.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace pivot::http {

struct ClientConfig {
    PoolConfig pool;
    ResponseLimits response;

    // Otherwise a request over a kept connection that has just been closed fails.
    bool retries_stale = true;
};

// What a client has done so far. Its reactor's thread counts, and any thread may read.
struct ClientCounts {
    Counter names_found;
    Counter names_not_found;
    Counter full_handshakes;
    Counter resumed_handshakes;
};

// It is closed before it dies; then the reactor turns until closing() is 0.
class Client {
public:
    Client(reactor::Reactor& reactor, net::Resolver& resolver, net::SourceAddresses& sources,
           const ClientConfig& config);

    // Yields the whole response. Fails with any reason of the network and of HTTP, in the phase
    // that `progress` tells; `progress.response` is then what had come of the response.
    reactor::Task<Result<LentResponse>> ask(const Request& request, Progress& progress,
                                            reactor::Deadline& deadline);

    // Other limits, from the next request on.
    void configure(const ClientConfig& config) { config_ = config; }

    // Closes all idle connections.
    void close() { pool_.clear(); }

    const ClientCounts& counts() const { return counts_; }
    const Pool& pool() const { return pool_; }

    // The number of connections that are being torn down.
    std::size_t closing() const { return teardown_.running(); }

private:
    using Lease = std::unique_ptr<PooledConnection>;

    // The bytes of a request while they are sent.
    struct Message {
        std::string text;
        void recycle();
    };
    reactor::Task<Result<void>> send(const Request& request, net::Connection& connection,
                                     Progress& progress, reactor::Deadline& deadline);
    void read(Result<net::Received>& received, const net::Connection& connection,
              Progress& progress, const reactor::Deadline& deadline);
    void begin_response(Progress& progress);
    LentResponse finish(Lease connection, Progress& progress);
    bool is_worth_another(const Failure& failure, const Progress& progress) const;
    void discard(Lease connection);  // during an exchange

    reactor::Task<Result<Lease>> open(const Destination& destination, Progress& progress,
                                      reactor::Deadline& deadline);
    reactor::Task<Result<net::Connected>> connect(std::span<const net::SocketAddress> addresses,
                                                  const Progress& progress,
                                                  reactor::Deadline& deadline);
    reactor::Task<Result<void>> secure(net::Connection& connection, const Destination& destination,
                                       const Progress& progress, reactor::Deadline& deadline);
    reactor::Task<Result<std::vector<net::SocketAddress>>> locate(const Destination& destination,
                                                                  Progress& progress,
                                                                  reactor::Deadline& deadline);

    reactor::Reactor& reactor_;
    net::Resolver& resolver_;
    net::SourceAddresses& sources_;
    ClientConfig config_;
    ClientCounts counts_;
    FreeList<Message> messages_;
    LentResponse::Parsers parsers_;
    reactor::Scope teardown_;
    Pool pool_;
};

}  // namespace pivot::http
