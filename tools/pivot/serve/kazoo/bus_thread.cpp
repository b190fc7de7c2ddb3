#include "pivot/serve/kazoo/bus_thread.hpp"

#include "base/clock.hpp"
#include "reactor/errand.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

namespace kazoo = switches::kazoo;

// How long a stop waits for replies to be confirmed, and for the broker to say goodbye.
constexpr Nanoseconds farewell_ns = 5 * second_ns;
constexpr Nanoseconds goodbye_ns = second_ns;

// How long the broker may take to stop sending requests.
constexpr std::chrono::seconds refusal_timeout{1};

}  // namespace

BusThread::BusThread(std::string name, kazoo::AmqpLinkSettings settings, Log& log)
    : name_(std::move(name)), settings_(std::move(settings)), log_(log)
{
}

std::string BusThread::obstacle() const
{
    const std::scoped_lock lock(mutex_);
    return obstacle_;
}

void BusThread::log(LogLevel level, std::string_view text)
{
    log_.write(level, "", fmt::format("{}: {}", name_, text));
}

// ---- the thread ---------------------------------------------------------------------------------

void BusThread::start(Engine* engine, MakeDesk make_desk)
{
    make_desk_ = std::move(make_desk);
    const auto started =
        thread_.start("bus", engine, [this](reactor::Reactor& reactor) { serve(reactor); });
    if (!started) return fail(started.error());
    is_open_.wait();
}

void BusThread::serve(reactor::Reactor& reactor)
{
    auto desk = make_desk_(reactor);
    if (!desk) return fail(desk.error());
    auto link = kazoo::AmqpLink::open(reactor, settings_, **desk, *this);
    if (!link) {
        close(reactor, **desk);
        return fail(link.error());
    }
    set_link(&reactor, link->get());
    pulse_.follow(&reactor);
    (*link)->start();
    is_open_.count_down();
    while (!is_stopping_) reactor.turn(never);
    finish(reactor, **link, **desk);
    pulse_.follow(nullptr);
    set_link(nullptr, nullptr);
    (*link)->close();
    while (!(*link)->is_closed()) reactor.turn(never);
    close(reactor, **desk);
}

void BusThread::close(reactor::Reactor& reactor, kazoo::BusDesk& desk)
{
    desk.close();
    while (!desk.is_closed()) reactor.turn(never);
}

// Sends the last messages before it disconnects.
void BusThread::finish(reactor::Reactor& reactor, kazoo::AmqpLink& link, const kazoo::BusDesk& desk)
{
    const Nanoseconds farewell = monotonic_now() + farewell_ns;
    while (!desk.is_idle() && monotonic_now() < farewell) reactor.turn(farewell);
    link.stop();
    const Nanoseconds goodbye = monotonic_now() + goodbye_ns;
    while (!link.is_idle() && monotonic_now() < goodbye) reactor.turn(goodbye);
    link.stop_in_haste();
    while (!link.is_idle()) reactor.turn(never);
    while (reactor.has_messages()) reactor.turn(0);
}

void BusThread::fail(const std::string& why)
{
    {
        const std::scoped_lock lock(mutex_);
        obstacle_ = why;
    }
    log(LogLevel::error, why);
    is_open_.count_down();
}

void BusThread::set_link(reactor::Reactor* reactor, kazoo::AmqpLink* link)
{
    const std::scoped_lock lock(mutex_);
    reactor_ = reactor;
    link_ = link;
}

// Drops the work if the thread stops before it comes to it.
void BusThread::post(std::function<void()> work)
{
    const std::scoped_lock lock(mutex_);
    if (reactor_ == nullptr) return;
    reactor::Errand::send(*reactor_, [this, work = std::move(work)] {
        if (link_ != nullptr) work();
    });
}

void BusThread::refuse_requests()
{
    post([this] { link_->consume(false); });
    std::unique_lock lock(mutex_);
    has_changed_.wait_for(lock, refusal_timeout, [this] { return !has_consumer_; });
}

void BusThread::take_requests()
{
    post([this] { link_->consume(true); });
}

void BusThread::stop()
{
    if (!thread_.is_started()) return;
    post([this] { is_stopping_ = true; });
    thread_.join();
}

// ---- the connection -----------------------------------------------------------------------------

void BusThread::consumes(bool has_consumer)
{
    const std::scoped_lock lock(mutex_);
    has_consumer_ = has_consumer;
    has_changed_.notify_all();
}

// Logs one line for a lost connection; further attempts are for the debug level.
void BusThread::stands(const std::string& obstacle, const kazoo::Broker& broker)
{
    std::string text;
    if (obstacle.empty()) {
        log(LogLevel::info, fmt::format("requests come from {}", broker.to_text()));
    } else {
        text = fmt::format("no requests come from {}: {}", broker.to_text(), obstacle);
        log(is_told_lost_ ? LogLevel::debug : LogLevel::warning, text);
    }
    is_told_lost_ = !obstacle.empty();
    const std::scoped_lock lock(mutex_);
    obstacle_ = std::move(text);
}

}  // namespace pivot::tools
