#include "switches/kazoo/amqp_link.hpp"

#include "base/pass_on.hpp"
#include "base/random_id.hpp"

#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::kazoo {

namespace {

using reactor::Deadline;
using reactor::Scope;
using reactor::Task;

// After a connection that lasted this long, the first attempt is made at once.
constexpr Nanoseconds lasting_ns = 10 * second_ns;

}  // namespace

tl::expected<std::unique_ptr<AmqpLink>, std::string> AmqpLink::open(reactor::Reactor& reactor,
                                                                    AmqpLinkSettings settings,
                                                                    BusListener& listener,
                                                                    AmqpWatcher& watcher)
{
    assert(!settings.brokers.empty());
    auto resolver = net::Resolver::open(reactor, settings.dns);
    if (!resolver) return pass_on(resolver);
    auto tls = net::TlsContext::open(settings.tls);
    if (!tls) return pass_on(tls);
    return std::unique_ptr<AmqpLink>(new AmqpLink(
        reactor, std::move(settings), std::move(*resolver), std::move(*tls), listener, watcher));
}

AmqpLink::AmqpLink(reactor::Reactor& reactor, AmqpLinkSettings settings,
                   std::unique_ptr<net::Resolver> resolver, std::shared_ptr<net::TlsContext> tls,
                   BusListener& listener, AmqpWatcher& watcher)
    : reactor_(reactor),
      settings_(std::move(settings)),
      resolver_(std::move(resolver)),
      tls_(std::move(tls)),
      listener_(listener),
      watcher_(watcher),
      life_(reactor, never),
      running_(reactor)
{
}

AmqpLink::~AmqpLink()
{
    assert(is_idle());
}

void AmqpLink::start()
{
    running_.spawn(run(life_));
}

void AmqpLink::consume(bool is_wanted)
{
    consumes_ = is_wanted;
    if (session_ != nullptr) session_->consume(is_wanted);
}

void AmqpLink::stop()
{
    is_stopping_ = true;
    if (session_ == nullptr || !session_->is_open()) return life_.expire(Reason::cancelled);
    session_->close();
}

void AmqpLink::stop_in_haste()
{
    is_stopping_ = true;
    life_.expire(Reason::cancelled);
}

// If a broker refuses us, the next one is tried at once. After the last one there is a pause.
Task<> AmqpLink::run(Deadline& life)
{
    int failures = 0;
    std::size_t next = 0;
    while (!is_stopping_ && !life.has_expired()) {
        const Broker& broker = settings_.brokers[next % settings_.brokers.size()];
        const Nanoseconds since = reactor_.now();
        std::string why = co_await serve(broker, life);
        if (is_stopping_ || life.has_expired()) break;
        tell(std::move(why), broker);
        ++next;
        const bool has_lasted = reactor_.now() - since >= lasting_ns;
        if (has_lasted) failures = 0;
        const bool is_round = next % settings_.brokers.size() == 0;
        if (has_lasted || !is_round) continue;
        const Nanoseconds pause_ns = settings_.reconnect.pause_ns(failures++, random_);
        co_await pause(pause_ns, life);
    }
}

// Yields why the connection has ended.
Task<std::string> AmqpLink::serve(const Broker& broker, Deadline& life)
{
    ending_.clear();
    Deadline in_time(life, reactor_.now() + settings_.connect_ns);
    auto connected = co_await connect(broker, in_time);
    if (!connected) co_return std::move(connected.error().message);
    net::Connection& connection = **connected;
    connection.start_duplex();
    std::string why = co_await talk(connection, broker, life);
    connection.reset_on_close();
    co_await connection.close();
    co_return why;
}

Task<AmqpLink::Connected> AmqpLink::connect(const Broker& broker, Deadline& deadline)
{
    const auto resolved = co_await resolver_->resolve(broker.host, deadline);
    if (!resolved) co_return pass_on(resolved);
    std::vector<net::SocketAddress> addresses;
    for (const net::IpAddress& ip : *resolved) addresses.emplace_back(ip, broker.port);
    auto connected = co_await net::connect(addresses, sources_, deadline);
    if (!connected) co_return pass_on(connected);
    auto connection = std::make_unique<net::Connection>(std::move(*connected));
    if (!broker.uses_tls) co_return connection;
    const std::string origin = broker.to_text();
    const bool sends_sni = !net::IpAddress::parse(broker.host);
    auto secured = co_await connection->secure(*tls_, broker.host, origin, sends_sni, deadline);
    if (secured) co_return connection;
    connection->reset_on_close();
    co_await connection->close();
    co_return pass_on(secured);
}

Task<std::string> AmqpLink::talk(net::Connection& connection, const Broker& broker, Deadline& life)
{
    AmqpSessionSettings settings;
    settings.name = settings_.name;
    settings.prefetch = settings_.prefetch;
    settings.consumes = consumes_;
    if (settings_.watches) settings.watched_queue = fmt::format("pivot_shadow-{}", random_id());
    AmqpSession session(broker, settings, listener_, [this] { has_output_.happen(); });
    session_ = &session;
    heard_at_ = reactor_.now();
    Deadline open(life);
    Scope beside(reactor_);
    beside.spawn(write(connection, session, open));
    beside.spawn(beat(session, broker, open));
    std::string why = co_await read(connection, session, broker, open);
    open.expire(Reason::cancelled);
    session_ = nullptr;
    note_consumer(false);
    if (session.is_open()) listener_.lost();
    co_await beside.join();
    co_return ending_.empty() ? std::move(why) : ending_;
}

Task<std::string> AmqpLink::read(net::Connection& connection, AmqpSession& session,
                                 const Broker& broker, Deadline& open)
{
    while (true) {
        Phase phase = Phase::wait;
        auto received = co_await connection.receive(phase, open);
        if (!received) co_return std::move(received.error().message);
        const std::string_view bytes = received->bytes();
        if (bytes.empty()) co_return "the broker has closed the connection";
        heard_at_ = reactor_.now();
        auto taken = session.receive(bytes);
        if (!taken) co_return std::move(taken.error());
        look(session, broker);
        note_consumer(session.has_consumer());
    }
}

Task<> AmqpLink::write(net::Connection& connection, AmqpSession& session, Deadline& open)
{
    while (!open.has_expired()) {
        const std::string_view output = session.take_output();
        if (output.empty()) {
            co_await has_output_.wait(open);
            continue;
        }
        const auto sent = co_await connection.send_all(output, open);
        if (sent || open.has_expired()) continue;
        ending_ = sent.error().message;
        open.expire(Reason::cancelled);
    }
}

// Sends a heartbeat twice in the time that the broker allows, because it takes silence for the end.
Task<> AmqpLink::beat(AmqpSession& session, const Broker& broker, Deadline& open)
{
    const Nanoseconds interval_ns = broker.heartbeat_s * second_ns;
    const Nanoseconds opened_by = reactor_.now() + settings_.connect_ns;
    while (!open.has_expired()) {
        const Nanoseconds next = reactor_.now() + interval_ns / 2;
        const Nanoseconds until = session.is_open() ? next : std::min(next, opened_by);
        const bool is_due = co_await reactor::Sleep(until, open);
        if (!is_due) break;
        const Nanoseconds now = reactor_.now();
        if (!session.is_open() && now >= opened_by) {
            ending_ = fmt::format("the broker did not complete the login within {} ms",
                                  settings_.connect_ns / millisecond_ns);
        } else if (now - heard_at_ >= 2 * interval_ns) {
            ending_ = fmt::format("the broker was silent for {} s", 2 * broker.heartbeat_s);
        }
        if (!ending_.empty()) {
            open.expire(Reason::timeout);
        } else if (session.is_open()) {
            session.beat();
        }
    }
}

Task<> AmqpLink::pause(Nanoseconds ns, Deadline& life)
{
    const Nanoseconds until = reactor_.now() + ns;
    co_await reactor::Sleep(until, life);
}

void AmqpLink::look(const AmqpSession& session, const Broker& broker)
{
    if (!session.is_open()) return;
    if (session.is_blocked())
        return tell("the broker takes no messages: it is short of memory or disk", broker);
    const bool waits = consumes_ && !session.is_consuming();
    if (waits && !obstacle_.empty()) return;
    if (waits) return tell("the queue of requests is gone", broker);
    tell({}, broker);
}

void AmqpLink::note_consumer(bool has_consumer)
{
    if (std::exchange(has_consumer_, has_consumer) == has_consumer) return;
    watcher_.consumes(has_consumer);
}

void AmqpLink::tell(std::string obstacle, const Broker& broker)
{
    if (obstacle == obstacle_) return;
    obstacle_ = std::move(obstacle);
    watcher_.stands(obstacle_, broker);
}

}  // namespace pivot::switches::kazoo
