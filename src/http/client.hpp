// One request and its response: a pooled connection or a new one, and one retry on a stale one,
// whatever the method: else each server's idle time-out would cost pivots.
//
//   host admitted? ─► idle connection? ──────────────────────────────┐
//                        └─► resolve ─► admitted addresses ─► connect ─► TLS ─► send ─► receive
#pragma once

#include "base/spares.hpp"
#include "http/pool.hpp"
#include "http/progress.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
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

    // Null: `progress.response` is the whole response. Or why there is none: any reason of the
    // network and of HTTP; `progress` tells the phase. Both are valid until anybody else of this
    // reactor goes on.
    Task<const Failure*> ask(const Request& request, Progress& progress, Deadline& deadline);

    // The last response, for somebody who needs it for longer.
    Response take_response() { return std::move(response_); }

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
    using Messages = Spares<Message>;
    using Parsers = Spares<ResponseParser>;

    Messages::Lent write(const Request& request);
    // By reference, so that a coroutine that calls them keeps no place for another copy.
    const Failure* read(Result<net::Received>&& received, const net::Connection& connection,
                        Parsers::Lent& parser, Progress& progress, const Deadline& deadline);
    const Failure* fail_with(Failure&& failure);
    void begin_response(Parsers::Lent& parser, Progress& progress);
    void discard(Lease connection);  // in the middle of an exchange

    // Null, or none: `failure_` says why.
    Task<Lease> open(const Destination& destination, Progress& progress, Deadline& deadline);
    Task<Result<net::Connected>> connect(std::span<const net::SocketAddress> addresses,
                                         const Progress& progress, Deadline& deadline);
    Task<Result<void>> secure(net::Connection& connection, const Destination& destination,
                              const Progress& progress, Deadline& deadline);
    Task<std::vector<net::SocketAddress>> locate(const Url& url, Progress& progress,
                                                 Deadline& deadline);

    Reactor& reactor_;
    net::Resolver& resolver_;
    net::TlsContext& tls_;
    const net::AddressPolicy& policy_;
    net::SourceAddresses& sources_;
    const ClientConfig& config_;
    Messages messages_;
    Parsers parsers_;
    Response response_;  // the last one that was read
    Failure failure_{};  // the last one
    Scope teardown_;
    Pool pool_;
};

}  // namespace pivot::http
