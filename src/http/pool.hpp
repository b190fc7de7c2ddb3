// Connections to web servers: those in use, and those kept for the next request to the same origin.
//
//   add ──► in use ── give_back ──► idle ── take ──► in use
//             └── close                └── too old, too many, closed by its peer: closed
//
// Many that leave at a time are closed in portions.
//
// The most recently used one goes first, so that a burst's surplus ages and closes. A connection
// whose peer closes, or sends what nobody asked for, leaves the pool at once.
#pragma once

#include "base/list.hpp"
#include "net/connection.hpp"
#include "reactor/reactor.hpp"
#include "reactor/scope.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace pivot::http {

using reactor::Deadline;
using reactor::Nanoseconds;
using reactor::Reactor;
using reactor::Scope;
using reactor::Task;

struct PoolConfig {
    std::size_t idle_max = 16'384;  // in all; the oldest are closed first
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
    Origin& origin_;  // until it is closed
    Nanoseconds idle_since_ = 0;
    Nanoseconds let_go_at_ = never;  // while it is idle: before its server does
};

class Pool : private reactor::Timer {
public:
    // Connections are closed in `teardown`.
    Pool(Reactor& reactor, Scope& teardown, const PoolConfig& config)
        : reactor_(reactor), teardown_(teardown), config_(config)
    {
    }
    ~Pool();  // no connection is in use

    // `origin` is scheme, host and port: `https://example.com:443`.
    std::unique_ptr<PooledConnection> add(std::string_view origin, net::Connected connected);

    // The most recently used idle connection to `origin`, or null.
    std::unique_ptr<PooledConnection> take(std::string_view origin);

    // Keeps a connection that is good for another request, or closes it at a limit. Where its
    // server lets go of it after `announced`, it is closed a second earlier, or after half of that
    // below two seconds: so that no request crosses the end.
    void give_back(std::unique_ptr<PooledConnection> connection,
                   std::optional<std::chrono::seconds> announced = std::nullopt);

    void close(std::unique_ptr<PooledConnection> connection);

    // Closes the connection that has been idle for longest, if there is one, to make room.
    void close_oldest();

    // Closes all that are idle.
    void clear();

    std::size_t idle() const { return idle_; }

private:
    friend class PooledConnection;

    using Origin = PooledConnection::Origin;

    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const
        {
            return std::hash<std::string_view>()(text);
        }
    };

    void fired() override;
    std::unique_ptr<PooledConnection> remove(PooledConnection& idle);
    void close_soon(PooledConnection& idle);
    std::unique_ptr<PooledConnection> take_leaving();
    void watch_oldest();

    Reactor& reactor_;
    Scope& teardown_;
    const PoolConfig& config_;
    std::unordered_map<std::string, Origin, Hash, std::equal_to<>> origins_;
    TaggedList<PooledConnection, ByAge> oldest_first_;
    TaggedList<PooledConnection, ByAge> leaving_;  // no longer idle, to be closed in a moment
    std::size_t idle_ = 0;
};

}  // namespace pivot::http
