// One request and its response, over a pooled connection or a new one. If a kept connection turns
// out to be stale the request is sent once more, whatever its method: otherwise each server's idle
// timeout would cost pivots.
//
//   host admitted? ─► idle connection? ──────────────────────────────┐
//                        └─► resolve ─► admitted addresses ─► connect ─► TLS ─► send ─► receive
#pragma once

#include "base/free_list.hpp"
#include "http/lent_response.hpp"
#include "http/opener.hpp"
#include "http/pool.hpp"
#include "http/progress.hpp"
#include "http/request.hpp"
#include "net/resolver.hpp"
#include "net/source_addresses.hpp"
#include "reactor/scope.hpp"

#include <pivot/failure.hpp>

#include <memory>
#include <string>

namespace pivot::http {

struct ClientConfig {
    PoolConfig pool;
    ResponseLimits response;

    // Otherwise a request over a kept connection that has just been closed fails.
    bool retries_stale = true;
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

    const OpenerCounts& counts() const { return opener_.counts(); }
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

    reactor::Reactor& reactor_;
    ClientConfig config_;
    Opener opener_;
    FreeList<Message> messages_;
    LentResponse::Parsers parsers_;
    reactor::Scope teardown_;
    Pool pool_;
};

}  // namespace pivot::http
