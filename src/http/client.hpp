// One request and its response: a pooled connection or a new one, and one retry on a stale one,
// whatever the method: else each server's idle time-out would cost pivots.
//
//   host admitted? ─► idle connection? ──────────────────────────────┐
//                        └─► resolve ─► admitted addresses ─► connect ─► TLS ─► send ─► receive
#pragma once

#include "base/free_list.hpp"
#include "http/lent_response.hpp"
#include "http/pool.hpp"
#include "http/progress.hpp"
#include "http/request.hpp"
#include "net/address_policy.hpp"
#include "net/resolver.hpp"
#include "net/source_addresses.hpp"
#include "net/tls.hpp"
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
    bool retries_stale = true;  // else a kept connection that was just closed is a failure
};

// Closed before it dies, and then the reactor turns until closing() is 0.
class Client {
public:
    Client(Reactor& reactor, net::Resolver& resolver, net::TlsContext& tls,
           const net::AddressPolicy& policy, net::SourceAddresses& sources,
           const ClientConfig& config);

    // Yields the whole response. Fails with any reason of the network and of HTTP, in the phase
    // that `progress` tells; `progress.response` is then what had come of the response.
    Task<Result<LentResponse>> ask(const Request& request, Progress& progress, Deadline& deadline);

    // Closes all idle connections.
    void close() { pool_.clear(); }

    // Connections that are being torn down.
    std::size_t closing() const { return teardown_.running(); }

private:
    using Lease = std::unique_ptr<PooledConnection>;

    // A request on its way to the kernel.
    struct Message {
        std::string text;
        void recycle();
    };
    Task<Result<void>> send(const Request& request, net::Connection& connection, Progress& progress,
                            Deadline& deadline);
    void read(Result<net::Received>& received, const net::Connection& connection,
                      Progress& progress, const Deadline& deadline);
    void begin_response(Progress& progress);
    LentResponse finish(Lease connection, Progress& progress);
    bool is_worth_another(const Failure& failure, const Progress& progress) const;
    void discard(Lease connection);  // in the middle of an exchange

    Task<Result<Lease>> open(const Destination& destination, Progress& progress,
                             Deadline& deadline);
    Task<Result<net::Connected>> connect(std::span<const net::SocketAddress> addresses,
                                         const Progress& progress, Deadline& deadline);
    Task<Result<void>> secure(net::Connection& connection, const Destination& destination,
                              const Progress& progress, Deadline& deadline);
    Task<Result<std::vector<net::SocketAddress>>> locate(const Url& url, Progress& progress,
                                                         Deadline& deadline);

    Reactor& reactor_;
    net::Resolver& resolver_;
    net::TlsContext& tls_;
    const net::AddressPolicy& policy_;
    net::SourceAddresses& sources_;
    const ClientConfig& config_;
    FreeList<Message> messages_;
    LentResponse::Parsers parsers_;
    Scope teardown_;
    Pool pool_;
};

}  // namespace pivot::http
