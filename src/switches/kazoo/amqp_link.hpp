// The connection to a broker, which is made again whenever it is lost.
//
// Brokers are alternatives of one cluster: there is one connection at a time. It also counts as
// lost if the broker is silent for twice the time between heartbeats.
#pragma once

#include "base/backoff.hpp"
#include "net/connection.hpp"
#include "net/dns_config.hpp"
#include "net/resolver.hpp"
#include "net/source_addresses.hpp"
#include "net/tls.hpp"
#include "reactor/deadline.hpp"
#include "reactor/reactor.hpp"
#include "reactor/scope.hpp"
#include "reactor/wait.hpp"
#include "switches/kazoo/amqp_session.hpp"
#include "switches/kazoo/broker.hpp"
#include "switches/kazoo/bus.hpp"

#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::switches::kazoo {

struct AmqpLinkSettings {
    std::vector<Broker> brokers;  // at least one
    std::string name = "pivot";
    unsigned prefetch = 100;
    bool watches = false;  // only copies of requests come, which nobody waits for
    net::TlsConfig tls;
    net::DnsConfig dns = {};
    Nanoseconds connect_ns = 5 * second_ns;  // until requests can come
    Backoff reconnect = {1'500 * millisecond_ns, 5 * second_ns};
};

// Watches the state of the connection. On the reactor's thread.
class AmqpWatcher {
public:
    // Called when it changes: why requests cannot come, as a sentence; empty if they can.
    virtual void stands(const std::string& obstacle, const Broker& broker) = 0;

    // Called when it changes: whether requests may still come over this connection.
    virtual void consumes(bool has_consumer) = 0;

protected:
    ~AmqpWatcher() = default;
};

class AmqpLink {
public:
    // The error is a sentence about a setting. `listener` and `watcher` outlive the link.
    static tl::expected<std::unique_ptr<AmqpLink>, std::string> open(reactor::Reactor& reactor,
                                                                     AmqpLinkSettings settings,
                                                                     BusListener& listener,
                                                                     AmqpWatcher& watcher);
    AmqpLink(const AmqpLink&) = delete;
    AmqpLink& operator=(const AmqpLink&) = delete;
    ~AmqpLink();  // after stop(), once is_idle()

    void start();
    void consume(bool is_wanted);

    // stop() sends what is left and says goodbye; stop_in_haste() does neither.
    void stop();
    void stop_in_haste();
    bool is_idle() const { return running_.running() == 0; }

    // Closes the resolver of an idle link. Then the reactor turns until is_closed().
    void close() { resolver_->close(); }
    bool is_closed() const { return resolver_->is_idle(); }

    reactor::FramePool& frames() const { return reactor_.frames(); }

private:
    AmqpLink(reactor::Reactor& reactor, AmqpLinkSettings settings,
             std::unique_ptr<net::Resolver> resolver, std::shared_ptr<net::TlsContext> tls,
             BusListener& listener, AmqpWatcher& watcher);

    using Connected = Result<std::unique_ptr<net::Connection>>;
    reactor::Task<> run(reactor::Deadline& life);
    reactor::Task<std::string> serve(const Broker& broker, reactor::Deadline& life);
    reactor::Task<Connected> connect(const Broker& broker, reactor::Deadline& deadline);
    reactor::Task<std::string> talk(net::Connection& connection, const Broker& broker,
                                    reactor::Deadline& life);
    reactor::Task<std::string> read(net::Connection& connection, AmqpSession& session,
                                    const Broker& broker, reactor::Deadline& open);
    reactor::Task<> write(net::Connection& connection, AmqpSession& session,
                          reactor::Deadline& open);
    reactor::Task<> beat(AmqpSession& session, const Broker& broker, reactor::Deadline& open);
    reactor::Task<> pause(Nanoseconds ns, reactor::Deadline& life);
    void look(const AmqpSession& session, const Broker& broker);
    void note_consumer(bool has_consumer);
    void tell(std::string obstacle, const Broker& broker);

    reactor::Reactor& reactor_;
    const AmqpLinkSettings settings_;
    const std::unique_ptr<net::Resolver> resolver_;
    const std::shared_ptr<net::TlsContext> tls_;
    net::SourceAddresses sources_;
    BusListener& listener_;
    AmqpWatcher& watcher_;
    reactor::Deadline life_;
    reactor::Scope running_;
    reactor::Event has_output_;
    AmqpSession* session_ = nullptr;
    bool consumes_ = true;
    bool is_stopping_ = false;
    bool has_consumer_ = false;
    Nanoseconds heard_at_ = 0;  // when the broker was last heard
    std::string ending_;        // why we gave up the connection; empty if we did not
    std::string obstacle_ = "there is no connection yet";
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace pivot::switches::kazoo
