#include "switches/asterisk/ari.hpp"

#include "base/json.hpp"
#include "base/pass_on.hpp"
#include "http/status.hpp"
#include "http/web_socket_client.hpp"
#include "reactor/wait.hpp"
#include "switches/asterisk/targets.hpp"

#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::asterisk {

namespace {

using http::CloseStatus;
using http::WebSocket;
using reactor::Deadline;
using reactor::Task;

constexpr Nanoseconds close_ns = second_ns;
constexpr Nanoseconds filter_ns = 10 * second_ns;

// After a connection that lasted this long, the pauses start again at the shortest.
constexpr Nanoseconds lasting_ns = 10 * second_ns;

bool is_replacement(std::string_view event)
{
    constexpr std::string_view type = "ApplicationReplaced";
    if (event.find(type) == event.npos) return false;
    json::Document document;
    const auto read = document.read(event);
    const auto found = read ? read->find("type") : std::nullopt;
    return found && found->text() == type;
}

}  // namespace

tl::expected<std::unique_ptr<Ari>, std::string> Ari::open(reactor::Reactor& reactor,
                                                          AriConfig config)
{
    auto client = AriClient::open(reactor, config);
    if (!client) return pass_on(client);
    return std::unique_ptr<Ari>(new Ari(reactor, std::move(config), std::move(*client)));
}

Ari::Ari(reactor::Reactor& reactor, AriConfig config, std::unique_ptr<AriClient> client)
    : reactor_(reactor),
      config_(std::move(config)),
      client_(std::move(client)),
      life_(reactor, never),
      running_(reactor)
{
}

Ari::~Ari()
{
    assert(life_.has_expired() && running_.running() == 0);
}

void Ari::start(AriListener& listener)
{
    assert(listener_ == nullptr);
    listener_ = &listener;
    running_.spawn(run(life_));
}

void Ari::connect_now()
{
    is_urgent_ = !is_connected_;
    go_on_.happen();
}

void Ari::stop()
{
    life_.expire(Reason::cancelled);
    client_->close();
}

Task<> Ari::run(Deadline& life)
{
    int failures = 0;
    while (!life.has_expired()) {
        const Nanoseconds since = reactor_.now();
        auto socket = co_await connect(life);
        if (socket) {
            const Failure why = co_await listen(**socket, life);
            is_connected_ = false;
            tell_lost(why);
            co_await close(**socket, life);
            if (reactor_.now() - since >= lasting_ns) failures = 0;
        } else {
            tell_lost(socket.error());
        }
        const Nanoseconds pause_ns = was_replaced_ ? config_.replaced_retry_ns
                                                   : config_.reconnect.pause_ns(failures, random_);
        ++failures;
        co_await pause(pause_ns, life);
    }
}

Task<Result<std::unique_ptr<WebSocket>>> Ari::connect(Deadline& life)
{
    std::string target = "events?app=";
    append_encoded(target, config_.application);
    const auto destination = client_->destination(target);
    if (!destination) co_return fail(Reason::protocol, Phase::queue, destination.error());
    http::WebSocketConfig config;
    config.ping_ns = config_.ping_ns;
    config.pong_ns = config_.pong_ns;
    config.close_ns = close_ns;
    const http::UpgradeWish wish;
    Deadline in_time(life, reactor_.now() + config_.connect_ns);
    std::string objection = co_await objection_to_writing(in_time);
    if (!objection.empty()) co_return fail(Reason::status, Phase::wait, std::move(objection));
    auto opened =
        co_await http::open_web_socket(client_->opener(), *destination, wish, config, in_time);
    if (!opened) {
        http::explain_limit(opened.error(), "no connection", config_.connect_ns, in_time, life);
    }
    co_return opened;
}

// Yields why the connection has ended.
Task<Failure> Ari::listen(WebSocket& socket, Deadline& life)
{
    if (life.has_expired()) co_return life.failure(Phase::queue);
    is_connected_ = true;
    is_urgent_ = false;
    was_replaced_ = false;
    told_lost_.reset();
    listener_->connected();
    running_.spawn(ask_for_less(life));
    while (!was_replaced_) {
        auto message = co_await socket.receive(life);
        if (!message) co_return std::move(message.error());
        if (life.has_expired()) break;  // events that arrived before stop() are still heard
        if (message->kind != http::WebSocketMessage::Kind::text) continue;
        was_replaced_ = is_replacement(message->bytes);
        listener_->heard(message->bytes);
    }
    if (!was_replaced_) co_return life.failure(Phase::read);
    Failure replaced = {
        Reason::closed, Phase::read, "another client has taken over the application", {}};
    co_return replaced;
}

Task<> Ari::close(WebSocket& socket, Deadline& life)
{
    Deadline farewell(life.reactor(), never);  // close() limits itself
    const std::string_view reason;
    co_await socket.close(CloseStatus::going_away, reason, farewell);
}

// A user who may only read could perform no call, so such a user gets none. While the application
// is not registered, Asterisk answers its filter with 404, or with 403 to such a user.
Task<std::string> Ari::objection_to_writing(Deadline& deadline)
{
    const AriRequest request = filter_request(config_.application);
    const auto answer = co_await client_->ask(request, deadline);
    if (!answer || answer->status != http::status::forbidden) co_return std::string();
    co_return fmt::format(
        "the user {} may only read: write read_only = no to this user in ari.conf", config_.user);
}

// Asterisks from before 2019 know no filters and send every event.
Task<> Ari::ask_for_less(Deadline& life)
{
    const AriRequest request = filter_request(config_.application);
    Deadline in_time(life, reactor_.now() + filter_ns);
    co_await client_->ask(request, in_time);
}

Task<> Ari::pause(Nanoseconds ns, Deadline& life)
{
    Deadline until(life, reactor_.now() + ns);
    if (!is_urgent_) co_await go_on_.wait(until);
    is_urgent_ = false;
}

// Says it once per loss, and once more if Asterisk then refuses us, because waiting does not cure
// that.
void Ari::tell_lost(const Failure& why)
{
    if (life_.has_expired()) return;
    const bool is_new = !told_lost_ || (why.reason == Reason::status && told_lost_ != why.reason);
    told_lost_ = why.reason;
    if (is_new) listener_->lost(why.message);
}

}  // namespace pivot::switches::asterisk
