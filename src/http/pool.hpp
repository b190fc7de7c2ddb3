// Connections to web servers: those in use, and those kept for the next request to the same origin.
//
//   add ──► in use ── give_back ──► idle ── take ──► in use
//             └── close                └── too old, too many, closed by its peer: closed
//
// If many leave at the same time, they are closed in portions.
//
// The most recently used connection is taken first, so that the surplus of a burst ages and closes.
// A connection whose peer closes, or sends bytes that nobody asked for, leaves the pool at once.
#pragma once

#include "base/counter.hpp"
#include "base/list.hpp"
#include "base/string_map.hpp"
#include "net/connection.hpp"
#include "reactor/reactor.hpp"
#include "reactor/scope.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pivot::http {

struct PoolConfig {
    std::size_t idle_max = 16'384;  // of all origins; the oldest are closed first
    std::size_t idle_per_origin_max = 4'096;
    Nanoseconds idle_ns_max = 30'000'000'000;
};

class Pool;

class PooledConnection final : public net::Connection,
                               public ListHook<struct ByOrigin>,
                               public ListHook<struct ByAge>,
                               private reactor::Timer,
                               private reactor::Receiver::Listener {
private:
    friend class Pool;

    struct Origin {
        std::string_view name;
        TaggedList<PooledConnection, ByOrigin> newest_first;
        std::size_t idle = 0;
        std::size_t connections = 0;
    };

    PooledConnection(net::Connected connected, Pool& pool, Origin& origin)
        : Connection(std::move(connected)), pool_(pool), origin_(origin)
    {
    }

    void arrived_unasked() override;
    void fired() override;
    bool is_idle() const { return ListHook<ByAge>::is_linked(); }

    Pool& pool_;
    Origin& origin_;  // valid until the connection is closed
    Nanoseconds idle_since_ = 0;
    Nanoseconds let_go_at_ = never;  // when an idle one is closed, before its server does so
};

class Pool : private reactor::Timer {
public:
    // Connections are closed in `teardown`.
    Pool(reactor::Reactor& reactor, reactor::Scope& teardown, const PoolConfig& config)
        : reactor_(reactor), teardown_(teardown), config_(config)
    {
    }
    ~Pool();  // no connection is in use

    // `origin` is scheme, host and port: `https://example.com:443`.
    std::unique_ptr<PooledConnection> add(std::string_view origin, net::Connected connected);

    // The most recently used idle connection to `origin`, or null.
    std::unique_ptr<PooledConnection> take(std::string_view origin);

    // Keeps a connection that can carry another request, or closes it at a limit. If the server has
    // announced that it will close the connection, the pool closes it a second earlier, or after
    // half of a time below two seconds, so that no request crosses the end.
    void give_back(std::unique_ptr<PooledConnection> connection,
                   std::optional<std::chrono::seconds> announced = std::nullopt);

    void close(std::unique_ptr<PooledConnection> connection);

    // Makes room: closes the connection that has been idle for longest, if there is one.
    void close_oldest();

    // Closes all idle connections.
    void clear();

    // Any thread.
    std::size_t idle() const { return idle_.value(); }
    std::size_t open() const { return open_.value(); }

    reactor::FramePool& frames() const { return reactor_.frames(); }

private:
    friend class PooledConnection;

    using Origin = PooledConnection::Origin;

    void fired() override;
    reactor::Task<> tear_down(std::unique_ptr<PooledConnection> connection);
    std::unique_ptr<PooledConnection> remove(PooledConnection& idle);
    void close_soon(PooledConnection& idle);
    std::unique_ptr<PooledConnection> take_leaving();
    void watch_oldest();

    reactor::Reactor& reactor_;
    reactor::Scope& teardown_;
    const PoolConfig& config_;
    StringMap<Origin> origins_;
    TaggedList<PooledConnection, ByAge> oldest_first_;
    TaggedList<PooledConnection, ByAge> leaving_;  // no longer idle, to be closed in a moment
    Counter idle_;
    Counter open_;  // those in use, too
};

}  // namespace pivot::http
