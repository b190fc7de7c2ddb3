#include "pivot/serve/asterisk/asterisk_front.hpp"

#include "base/pass_on.hpp"
#include "pivot/serve/asterisk/asterisk_line.hpp"
#include "reactor/errand.hpp"
#include "switches/asterisk/ari.hpp"
#include "switches/asterisk/ari_client.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

namespace asterisk = switches::asterisk;

std::int64_t unix_now_ms()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

std::vector<std::string> AsteriskDoors::own_listeners() const
{
    std::vector<std::string> all;
    for (const auto& listener : listeners) all.push_back(listener->address().to_text());
    if (sounds) std::ranges::move(sounds->own_listeners(), std::back_inserter(all));
    return all;
}

tl::expected<AsteriskDoors, std::string> open_doors(const AsteriskSettings& settings,
                                                    const std::string& media_path, Log& log)
{
    const auto write = [&log](LogLevel level, std::string_view call_id, std::string_view line) {
        log.write(level, call_id, line);
    };
    AsteriskDoors opened;
    for (const net::ListenAddress& address : settings.listen) {
        auto listener = net::Listener::open(address, write);
        if (!listener) return tl::unexpected("asterisk.listen: " + listener.error());
        if (settings.tls.is_there()) {
            auto secured = (*listener)->secure(settings.tls);
            if (!secured) return tl::unexpected("asterisk.listen: " + secured.error());
        }
        opened.listeners.push_back(std::move(*listener));
    }
    if (settings.media_listen.empty()) return opened;
    auto sounds = SoundServer::open(settings, media_path, log);
    if (!sounds) return pass_on(sounds);
    opened.sounds = std::move(*sounds);
    return opened;
}

AsteriskFront::AsteriskFront(const AsteriskSettings& settings, AsteriskDoors doors,
                             const std::string& media_path, Reception& reception)
    : Attending(reception),
      settings_(settings),
      doors_(std::move(doors)),
      switch_(switch_settings(settings, media_path,
                              doors_.sounds ? &doors_.sounds->sounds() : nullptr)),
      obstacle_(doors_.listeners.empty()
                    ? fmt::format("there is no connection to Asterisk at {} yet", settings.url)
                    : "the listener for Asterisk is not served yet")
{
}

AsteriskFront::~AsteriskFront()
{
    stop();
}

std::string AsteriskFront::description() const
{
    if (!doors_.listeners.empty()) return "Asterisks that connect to " + addresses();
    return fmt::format("the application {} of Asterisk at {}", settings_.application,
                       settings_.url);
}

std::string AsteriskFront::addresses() const
{
    std::string all;
    for (const auto& listener : doors_.listeners) {
        if (!all.empty()) all += ", ";
        all += listener->address().to_text();
    }
    return all;
}

std::string AsteriskFront::obstacle() const
{
    const std::scoped_lock lock(mutex_);
    return obstacle_;
}

void AsteriskFront::set_obstacle(std::string obstacle)
{
    const std::scoped_lock lock(mutex_);
    obstacle_ = std::move(obstacle);
}

void AsteriskFront::log(LogLevel level, std::string_view text)
{
    reception_.log().write(level, "", text);
}

// ---- the thread ---------------------------------------------------------------------------------

void AsteriskFront::start()
{
    log(LogLevel::info,
        fmt::format("calls come from the dialplan of Asterisk by: same => n,Stasis({})",
                    settings_.application));
    if (!doors_.listeners.empty()) announce_listeners();
    if (doors_.sounds) {
        const auto served = doors_.sounds->start();
        if (!served) return fail(served.error());
        log(LogLevel::info, fmt::format("Asterisk fetches sounds from {}", settings_.media_url));
    }
    const auto started = thread_.start("ari", &reception_.engine(),
                                       [this](reactor::Reactor& reactor) { run(reactor); });
    if (!started) return fail(started.error());
    is_open_.wait();
}

void AsteriskFront::announce_listeners()
{
    log(LogLevel::info,
        fmt::format("Asterisk connects by websocket_client.conf: uri = {}://{}/, protocols = ari",
                    doors_.listeners.front()->is_secure() ? "wss" : "ws",
                    doors_.listeners.front()->address().to_text()));
    if (switch_.fetches_recordings) return;
    log(LogLevel::warning,
        "nothing can be recorded: Asterisk only sends recordings over HTTP, which needs "
        "asterisk.url and asterisk.password");
}

void AsteriskFront::run(reactor::Reactor& reactor)
{
    doors_.listeners.empty() ? connect(reactor) : listen(reactor);
}

void AsteriskFront::connect(reactor::Reactor& reactor)
{
    auto ari = asterisk::Ari::open(reactor, ari_config(settings_));
    if (!ari) return fail(ari.error());
    {
        ConnectingLine line(reactor, **ari, *this, switch_, reception_.store_id());
        application_ = &line.application();
        (*ari)->start(*this);
        work(line);
    }
    while (!(*ari)->is_idle()) reactor.turn(never);
}

void AsteriskFront::listen(reactor::Reactor& reactor)
{
    std::unique_ptr<asterisk::AriClient> client;
    if (!settings_.url.empty()) {
        auto opened = asterisk::AriClient::open(reactor, ari_config(settings_));
        if (!opened) return fail(opened.error());
        client = std::move(*opened);
    }
    {
        const asterisk::AriServerAccess access = {settings_.user, settings_.listen_password};
        ListeningLine line(reactor, doors_.listeners, client.get(), *this, switch_, access,
                           reception_.store_id());
        work(line);
    }
    while (client && !client->is_idle()) reactor.turn(never);
}

void AsteriskFront::work(AsteriskLine& line)
{
    set_line(&line);
    if (!doors_.listeners.empty()) set_obstacle({});
    pulse_.follow(&line.reactor());
    is_open_.count_down();
    line.work();
    set_line(nullptr);
    line.close();
    pulse_.follow(nullptr);
}

void AsteriskFront::fail(const std::string& why)
{
    set_obstacle(why);
    log(LogLevel::error, why);
    is_open_.count_down();
}

void AsteriskFront::set_line(AsteriskLine* line)
{
    const std::scoped_lock lock(mutex_);
    line_ = line;
}

// Work that arrives after a stop is dropped, even if it was posted before.
void AsteriskFront::post(std::function<void(AsteriskLine& line)> work)
{
    const std::scoped_lock lock(mutex_);
    if (line_ == nullptr) return;
    reactor::Errand::send(line_->reactor(), [this, work = std::move(work)] {
        if (line_ != nullptr) work(*line_);
    });
}

void AsteriskFront::refuse_calls()
{
    post([](AsteriskLine& line) { line.take_calls(false); });
}

void AsteriskFront::take_calls()
{
    post([](AsteriskLine& line) { line.take_calls(true); });
}

void AsteriskFront::place(const OutboundCall& call)
{
    const asterisk::OutboundCall made{call.call.call_id, call.call.account_id, call.callee,
                                      call.caller_id, call.timeout};
    post([made](AsteriskLine& line) { line.originate(made); });
}

void AsteriskFront::hang_up(std::string call_id)
{
    post([call_id = std::move(call_id)](AsteriskLine& line) { line.hang_up(call_id); });
}

void AsteriskFront::try_now()
{
    post([](AsteriskLine& line) { line.try_now(); });
}

void AsteriskFront::stop()
{
    if (!thread_.is_started()) return;
    post([](AsteriskLine& line) { line.stop(); });
    thread_.join();
}

// ---- calls --------------------------------------------------------------------------------------

std::optional<asterisk::Refusal> AsteriskFront::begin(asterisk::Arrival arrival, Channel& channel,
                                                      Engine::Ticket& ticket)
{
    if (arrival.call.direction == Direction::outbound_api) {
        std::string why = reception_.begin_outbound(arrival.call.call_id, channel, ticket);
        if (why.empty()) return std::nullopt;
        return asterisk::Refusal{std::move(why)};
    }
    Arrival taken;
    taken.front = name();
    taken.call = std::move(arrival.call);
    taken.said = std::move(arrival.said);
    taken.called = std::move(arrival.called);
    taken.channel_id = std::move(arrival.channel_id);
    taken.answered_unix_ms = arrival.is_answered ? unix_now_ms() : 0;
    taken.at_end = AtEnd::give_back;
    auto refusal = reception_.begin(std::move(taken), channel, ticket);
    if (!refusal) return std::nullopt;
    return asterisk::Refusal{std::move(refusal->why), refusal->has_no_action};
}

std::string AsteriskFront::own_id(std::string call_id)
{
    return reception_.own_id(std::move(call_id));
}

std::string AsteriskFront::own_account(std::string account_id)
{
    return reception_.own_account(std::move(account_id));
}

void AsteriskFront::not_answered(std::string_view call_id, const Cause& cause, std::string_view why)
{
    reception_.note_unanswered(call_id, cause, why);
}

void AsteriskFront::met_orphan(const asterisk::Orphan& orphan, std::string_view text)
{
    calls_lost_.add();
    CallFacts facts;
    facts.id = orphan.call_id;
    facts.switch_id = orphan.channel_id;
    facts.account_id = orphan.account_id;
    facts.from = orphan.caller;
    facts.called = orphan.called;
    facts.front = name();
    reception_.note_lost(std::move(facts), orphan.began_unix_ms, text);
}

void AsteriskFront::kept_recording(std::string_view channel_id, std::string_view text)
{
    reception_.note_channel(channel_id, LogLevel::warning, text);
}

// ---- the connection -----------------------------------------------------------------------------

void AsteriskFront::connected()
{
    set_obstacle({});
    log(LogLevel::info, fmt::format("Asterisk at {} is connected: the application {} takes calls",
                                    settings_.url, settings_.application));
    application_->connected();
}

void AsteriskFront::heard(std::string_view json)
{
    application_->heard(json);
}

void AsteriskFront::lost(std::string_view why)
{
    std::string text =
        fmt::format("no connection to Asterisk at {}: {}; trying again", settings_.url, why);
    log(LogLevel::warning, text);
    set_obstacle(std::move(text));
    application_->lost(why);
}

}  // namespace pivot::tools
