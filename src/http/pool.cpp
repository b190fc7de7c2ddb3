#include "http/pool.hpp"

#include <cassert>
#include <utility>

namespace pivot::http {

namespace {

using reactor::Task;

// A server that restarts ends thousands of idle connections at once, and connections of a burst
// expire together. Closing them in portions keeps the reactor's calls on time.
constexpr unsigned closings_at_once = 64;
constexpr Nanoseconds between_portions_ns = millisecond_ns;

Nanoseconds kept_ns(std::chrono::seconds announced)
{
    using std::chrono::seconds;
    const std::chrono::nanoseconds whole = announced;
    return (announced < seconds(2) ? whole / 2 : whole - seconds(1)).count();
}

}  // namespace

void PooledConnection::arrived_unasked()
{
    pool_.close_soon(*this);
}

// The timer stays set while the connection is in use, and later times do not move it: moving it at
// each request would cost more than firing once too early.
void PooledConnection::fired()
{
    if (!is_idle() || let_go_at_ == never) return;
    if (let_go_at_ <= pool_.reactor_.now()) {
        pool_.close_soon(*this);
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
    open_.add();
    return std::unique_ptr<PooledConnection>(
        new PooledConnection(std::move(connected), *this, place->second));
}

std::unique_ptr<PooledConnection> Pool::take(std::string_view origin)
{
    while (true) {
        const auto place = origins_.find(origin);
        if (place == origins_.end() || place->second.newest_first.empty()) return nullptr;
        PooledConnection& newest = place->second.newest_first.front();
        if (newest.let_go_at_ > reactor_.now()) return remove(newest);
        close_soon(newest);
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
    if (idle() >= config_.idle_max) close_oldest();
    assert(!connection->is_idle());

    PooledConnection& idle = *connection.release();
    idle.idle_since_ = reactor_.now();
    idle.let_go_at_ = announced ? idle.idle_since_ + kept_ns(*announced) : never;
    if (announced && !idle.is_set()) reactor_.timers().set(idle, idle.let_go_at_);
    idle.receiver().set_listener(&idle);
    origin.newest_first.push_front(idle);
    oldest_first_.push_back(idle);
    ++origin.idle;
    idle_.add();
    if (!is_set()) watch_oldest();
}

void Pool::close(std::unique_ptr<PooledConnection> connection)
{
    reactor_.timers().stop(*connection);
    Origin& origin = connection->origin_;
    assert(origin.connections > 0);
    open_.take();
    if (--origin.connections == 0) origins_.erase(origins_.find(origin.name));
    teardown_.spawn(tear_down(std::move(connection)));
}

Task<> Pool::tear_down(std::unique_ptr<PooledConnection> connection)
{
    co_await connection->close();
}

void Pool::close_oldest()
{
    if (!leaving_.empty()) {
        close(take_leaving());
    } else if (!oldest_first_.empty()) {
        close(remove(oldest_first_.front()));
    }
}

void Pool::clear()
{
    while (!oldest_first_.empty()) close(remove(oldest_first_.front()));
    while (!leaving_.empty()) close(take_leaving());
    reactor_.timers().stop(*this);
}

void Pool::close_soon(PooledConnection& idle)
{
    reactor_.timers().stop(idle);
    if (leaving_.empty()) reactor_.timers().set(*this, reactor_.now());
    leaving_.push_back(*remove(idle).release());
}

void Pool::fired()
{
    while (!oldest_first_.empty() &&
           oldest_first_.front().idle_since_ + config_.idle_ns_max <= reactor_.now()) {
        close_soon(oldest_first_.front());
    }
    for (unsigned closed = 0; !leaving_.empty() && closed < closings_at_once; ++closed) {
        close(take_leaving());
    }
    if (!leaving_.empty()) {
        reactor_.timers().set(*this, reactor_.now() + between_portions_ns);
    } else if (!oldest_first_.empty()) {
        watch_oldest();
    } else {
        reactor_.timers().stop(*this);
    }
}

std::unique_ptr<PooledConnection> Pool::take_leaving()
{
    PooledConnection& leaving = leaving_.front();
    leaving.ListHook<ByAge>::unlink();
    return std::unique_ptr<PooledConnection>(&leaving);
}

std::unique_ptr<PooledConnection> Pool::remove(PooledConnection& idle)
{
    assert(idle.is_idle());
    idle.ListHook<ByOrigin>::unlink();
    idle.ListHook<ByAge>::unlink();
    idle.receiver().set_listener(nullptr);
    assert(idle.origin_.idle > 0 && this->idle() > 0);
    --idle.origin_.idle;
    idle_.take();
    return std::unique_ptr<PooledConnection>(&idle);
}

// One timer serves all connections. It watches the oldest, and is not set if there is none. Taking
// a connection leaves it set: moving it at each request would cost more than firing once too early.
void Pool::watch_oldest()
{
    assert(!oldest_first_.empty());
    reactor_.timers().set(*this, oldest_first_.front().idle_since_ + config_.idle_ns_max);
}

}  // namespace pivot::http
