// One request and its response: a pooled connection or a new one, and one retry on a stale one.
//
//   host admitted? ─► idle connection? ──────────────────────────────┐
//                        └─► resolve ─► admitted addresses ─► connect ─► TLS ─► send ─► receive
#pragma once

#include "http/pool.hpp"
#include "http/progress.hpp"
#include "http/response.hpp"
#include "http/url.hpp"
#include "net/address_policy.hpp"
#include "net/resolver.hpp"
#include "net/tls.hpp"
#include "reactor/scope.hpp"

#include <pivot/failure.hpp>

#include <string_view>

namespace pivot::http {

struct ClientConfig {
    PoolConfig pool;
    ResponseLimits response;
};

struct Request {
    const Url& url;
    std::string_view message;  // head and body as they go onto the wire
    bool is_idempotent;        // may be sent again when nothing came back (RFC 9110, section 9.2.2)
};

// Closed before it dies, and then the reactor turns until closing() is 0.
class Client {
public:
    Client(Reactor& reactor, net::Resolver& resolver, net::TlsContext& tls,
           const net::AddressPolicy& policy, const ClientConfig& config);

    // Fails with any reason of the network and of HTTP; `progress` tells the phase.
    Task<Result<Response>> ask(Request request, Progress& progress, Deadline& deadline);

    // Closes all idle connections.
    void close() { pool_.clear(); }

    // Connections that are being torn down.
    std::size_t closing() const { return teardown_.running(); }

private:
    using Lease = std::unique_ptr<PooledConnection>;

    void discard(Lease connection);  // in the middle of an exchange
    Task<Result<Lease>> open(const Url& url, std::string_view origin, Progress& progress,
                             Deadline& deadline);
    Task<Result<Response>> converse(Lease connection, Request request, Progress& progress,
                                    Deadline& deadline);

    Reactor& reactor_;
    net::Resolver& resolver_;
    net::TlsContext& tls_;
    const net::AddressPolicy& policy_;
    const ClientConfig& config_;
    Scope teardown_;
    Pool pool_;
};

}  // namespace pivot::http
