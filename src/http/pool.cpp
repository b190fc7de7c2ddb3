#include "http/pool.hpp"

#include <cassert>
#include <utility>

namespace pivot::http {

namespace {

// Closing costs system calls; more than this in one turn would hold up the calls behind it.
constexpr unsigned closings_a_turn = 64;

Task<> tear_down(std::unique_ptr<PooledConnection> connection, Reactor& reactor)
{
    co_await connection->close(reactor);
}

Nanoseconds kept_ns(std::chrono::seconds announced)
{
    using std::chrono::seconds;
    const std::chrono::nanoseconds whole = announced;
    return (announced < seconds(2) ? whole / 2 : whole - seconds(1)).count();
}

}  // namespace

void PooledConnection::arrived_unasked()
{
    pool_.close(pool_.remove(*this));
}

// The timer stays set while the connection is in use, and later times do not move it, since moving
// it at each request would cost more than one look.
void PooledConnection::fired()
{
    if (!is_idle() || let_go_at_ == never) return;
    if (let_go_at_ <= pool_.reactor_.now()) {
        pool_.close(pool_.remove(*this));
    } else {
        pool_.reactor_.timers().set(*this, let_go_at_);
    }
}

Pool::~Pool()
{
    clear();
    assert(origins_.empty());
}

std::unique_ptr<PooledConnection> Pool::add(std::string_view origin, net::Connected connected)
{
    auto place = origins_.find(origin);
    if (place == origins_.end()) {
        place = origins_.try_emplace(std::string(origin)).first;
        place->second.name = place->first;
    }
    ++place->second.connections;
    return std::unique_ptr<PooledConnection>(
        new PooledConnection(std::move(connected), *this, place->second));
}

std::unique_ptr<PooledConnection> Pool::take(std::string_view origin)
{
    while (true) {
        const auto place = origins_.find(origin);
        if (place == origins_.end() || place->second.newest_first.empty()) return nullptr;
        auto connection = remove(place->second.newest_first.front());
        if (connection->let_go_at_ > reactor_.now()) return connection;
        close(std::move(connection));
    }
}

void Pool::give_back(std::unique_ptr<PooledConnection> connection,
                     std::optional<std::chrono::seconds> announced)
{
    Origin& origin = connection->origin_;
    if (!connection->is_quiet() || announced == std::chrono::seconds(0) ||
        origin.idle >= config_.idle_per_origin_max || config_.idle_max == 0) {
        close(std::move(connection));
        return;
    }
    if (idle_ >= config_.idle_max) close_oldest();

    PooledConnection& idle = *connection.release();
    idle.idle_since_ = reactor_.now();
    idle.let_go_at_ = announced ? idle.idle_since_ + kept_ns(*announced) : never;
    if (announced && !idle.is_set()) reactor_.timers().set(idle, idle.let_go_at_);
    idle.receiver().set_listener(&idle);
    origin.newest_first.push_front(idle);
    oldest_first_.push_back(idle);
    ++origin.idle;
    ++idle_;
    if (!is_set()) watch_oldest();
}

void Pool::close(std::unique_ptr<PooledConnection> connection)
{
    reactor_.timers().stop(*connection);
    Origin& origin = connection->origin_;
    assert(origin.connections > 0);
    if (--origin.connections == 0) origins_.erase(origins_.find(origin.name));
    teardown_.spawn(tear_down(std::move(connection), reactor_));
}

void Pool::close_oldest()
{
    if (!oldest_first_.empty()) close(remove(oldest_first_.front()));
}

void Pool::clear()
{
    while (!oldest_first_.empty()) close(remove(oldest_first_.front()));
    reactor_.timers().stop(*this);
}

void Pool::fired()
{
    unsigned closed = 0;
    while (!oldest_first_.empty() &&
           oldest_first_.front().idle_since_ + config_.idle_ns_max <= reactor_.now()) {
        if (closed++ == closings_a_turn) {
            reactor_.timers().set(*this, reactor_.now() + 1);  // goes on in the next turn
            return;
        }
        close(remove(oldest_first_.front()));
    }
    if (!oldest_first_.empty()) watch_oldest();
}

std::unique_ptr<PooledConnection> Pool::remove(PooledConnection& idle)
{
    idle.ListHook<ByOrigin>::unlink();
    idle.ListHook<ByAge>::unlink();
    idle.receiver().set_listener(nullptr);
    --idle.origin_.idle;
    --idle_;
    return std::unique_ptr<PooledConnection>(&idle);
}

// One timer for all: it looks at the oldest, and rests where there is none. Taking a connection
// leaves it set, since moving it at each request would cost more than one idle look.
void Pool::watch_oldest()
{
    reactor_.timers().set(*this, oldest_first_.front().idle_since_ + config_.idle_ns_max);
}

}  // namespace pivot::http
