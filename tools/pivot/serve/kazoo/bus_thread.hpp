// The thread of a connection to KAZOO's message bus, and the desk that handles its messages there.
//
//     other threads ── post() ──► the thread: the desk, the connection ◄──► RabbitMQ
#pragma once

#include "pivot/serve/fronts/front_thread.hpp"
#include "pivot/serve/service/log.hpp"
#include "reactor/pulse.hpp"
#include "reactor/reactor.hpp"
#include "switches/kazoo/amqp_link.hpp"
#include "switches/kazoo/bus_desk.hpp"

#include <pivot/engine.hpp>

#include <condition_variable>
#include <functional>
#include <latch>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::tools {

class BusThread final : private switches::kazoo::AmqpWatcher {
public:
    // Called on the thread, where the desk will live. The error is a sentence.
    using Desk = tl::expected<std::unique_ptr<switches::kazoo::BusDesk>, std::string>;
    using MakeDesk = std::function<Desk(reactor::Reactor& reactor)>;

    // `name` begins the log lines.
    BusThread(std::string name, switches::kazoo::AmqpLinkSettings settings, Log& log);
    ~BusThread() { stop(); }

    // On the thread of `engine`, if it can be had (FrontThread). Null: on one of its own.
    void start(Engine* engine, MakeDesk make_desk);

    // Waits a few seconds for the desk to be idle, and then disconnects.
    void stop();

    // Why requests cannot come, as a sentence; empty if they can. Any thread.
    std::string obstacle() const;
    bool is_turning() { return pulse_.beats(); }

    // Runs it on the thread, as long as there is one.
    void post(std::function<void()> work);

    // Lets requests come, or not. The broker may have sent some before it hears of a refusal, and
    // those are still delivered: refuse_requests() waits for them, though not for long.
    void take_requests();
    void refuse_requests();

private:
    void serve(reactor::Reactor& reactor);
    void finish(reactor::Reactor& reactor, switches::kazoo::AmqpLink& link,
                const switches::kazoo::BusDesk& desk);
    static void close(reactor::Reactor& reactor, switches::kazoo::BusDesk& desk);
    void set_link(reactor::Reactor* reactor, switches::kazoo::AmqpLink* link);
    void fail(const std::string& why);
    void log(LogLevel level, std::string_view text);

    void stands(const std::string& obstacle, const switches::kazoo::Broker& broker) override;
    void consumes(bool has_consumer) override;

    const std::string name_;
    const switches::kazoo::AmqpLinkSettings settings_;
    Log& log_;
    MakeDesk make_desk_;
    mutable std::mutex mutex_;
    std::string obstacle_ = "there is no connection to KAZOO's bus yet";  // guarded by the mutex
    bool has_consumer_ = false;                                           // likewise
    reactor::Reactor* reactor_ = nullptr;  // likewise; while there is a link
    std::condition_variable has_changed_;
    reactor::Pulse pulse_;
    std::latch is_open_{1};
    switches::kazoo::AmqpLink* link_ = nullptr;  // the thread's
    bool is_told_lost_ = false;                  // likewise: whether the log has been told
    bool is_stopping_ = false;                   // likewise
    FrontThread thread_;                         // uses all members above
};

}  // namespace pivot::tools
