#include "switches/asterisk/ari_server.hpp"

#include "base/base64.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "http/status.hpp"
#include "http/web_socket_handshake.hpp"
#include "switches/asterisk/ari_application.hpp"
#include "switches/asterisk/ari_socket.hpp"
#include "switches/asterisk/targets.hpp"
#include "switches/member_text.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>
#include <openssl/crypto.h>

namespace pivot::switches::asterisk {

namespace {

using http::ServerRequest;
using http::ServerResponse;
using reactor::Deadline;
using reactor::Task;

constexpr const char* subprotocol = "ari";
constexpr Nanoseconds registration_ns = 10 * second_ns;

// The event of a single call's arrival does not wait for those of other calls.
constexpr Nanoseconds orphan_wait_per_call_ns = second_ns / 2;

constexpr std::size_t name_bytes_max = 80;  // Asterisk's own limit
constexpr http::WebSocketConfig socket_config = {
    .limits = {}, .ping_ns = 30 * second_ns, .pong_ns = 10 * second_ns, .close_ns = second_ns};

std::string authorization(const AriServerAccess& access)
{
    if (access.password.empty()) return {};
    std::string value = "Basic ";
    append_base64(value, access.user + ":" + access.password);
    return value;
}

// Takes a time that does not depend on where they differ.
bool are_equal(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void add_lines(ServerResponse& response, std::string_view lines)
{
    while (!lines.empty()) {
        std::string_view value = take_until(lines, '\n');
        const std::string name(take_until(value, ':'));
        response.headers.emplace_back(name, trim(value, " \r"));
    }
}

// The WebSocket of a single call registers the application and the channel.
bool is_per_call(std::string_view application)
{
    return application.find(':') != application.npos;
}

SwitchSettings settings_of(SwitchSettings settings, const std::string& application)
{
    settings.application = application;
    settings.is_for_one_call = is_per_call(application);
    if (settings.is_for_one_call) settings.orphan_wait_ns = orphan_wait_per_call_ns;
    return settings;
}

}  // namespace

// An application that an Asterisk has registered with us.
class AriServer::Registered final : private AriCommands {
public:
    Registered(const Registration& registration, AriServer& server, Mixes& mixes)
        : reactor_(server.reactor_),
          attendant_(server.attendant_),
          http_(server.http_),
          is_per_call_(is_per_call(registration.application)),
          registration_(registration),
          socket_(server.reactor_),
          scope_(server.reactor_),
          application_(server.reactor_, scope_, *this, server.attendant_, mixes, server.names_,
                       settings_of(server.settings_, registration.application))
    {
        application_.take_calls(server.takes_calls_);
    }

    // Whether this WebSocket registers the same application, whose own was lost.
    bool awaits(const Registration& other) const
    {
        return !is_connected_ && registration_.application == other.application &&
               registration_.asterisk == other.asterisk;
    }

    // Yields why the WebSocket has ended.
    Task<Failure> serve(http::WebSocket& socket, Deadline& stopping)
    {
        is_connected_ = true;
        if (!is_per_call_) scope_.spawn(ask_for_less(reactor_));
        auto why = co_await socket_.listen(socket, application_, stopping);
        is_connected_ = false;
        if (!is_missed()) application_.lose_all();
        co_return why;
    }

    // Whether Asterisk will open another one. It closes that of a single call once the dialplan has
    // the call, and then nothing tells of the call's end.
    bool is_missed() const { return !is_per_call_ || application_.has_callers(); }

    bool can_originate() const { return is_connected_ && !is_per_call_; }

    bool is_over() const
    {
        return !is_connected_ && application_.calls() == 0 && scope_.running() == 0;
    }

    AriApplication& application() { return application_; }
    const AriApplication& application() const { return application_; }
    reactor::FramePool& frames() const { return socket_.frames(); }

private:
    Task<Result<AriAnswer>> ask(const AriRequest& request, Deadline& deadline) override
    {
        return http_ != nullptr ? http_->ask(request, deadline) : socket_.ask(request, deadline);
    }

    // For a single call, the filter would cost more than it saves.
    Task<> ask_for_less(reactor::Reactor& reactor)
    {
        Deadline in_time(reactor, reactor.now() + Requests::timeout_ns);
        const AriRequest request = filter_request(registration_.application);
        const auto answer = co_await ask(request, in_time);
        if (!answer || answer->status != http::status::forbidden) co_return;
        attendant_.warn("", fmt::format("no call of the application {} can be performed: the user "
                                        "may only read: write read_only = no to this user in "
                                        "ari.conf",
                                        printable(registration_.application)));
    }

    reactor::Reactor& reactor_;
    Attendant& attendant_;
    AriCommands* const http_;
    const bool is_per_call_;
    const Registration registration_;
    AriSocket socket_;
    reactor::Scope scope_;
    AriApplication application_;
    bool is_connected_ = false;
};

AriServer::AriServer(reactor::Reactor& reactor, Attendant& attendant,
                     const SwitchSettings& settings, const AriServerAccess& access, Names& names,
                     AriCommands* http)
    : reactor_(reactor),
      attendant_(attendant),
      settings_(settings),
      authorization_(authorization(access)),
      names_(names),
      http_(http)
{
}

AriServer::~AriServer()
{
    assert(is_idle());
}

// ---- the handshake ------------------------------------------------------------------------------

Task<ServerResponse> AriServer::answer(const ServerRequest& request, Deadline& /*deadline*/)
{
    co_return respond(request);
}

// A stranger's page may not pose as an Asterisk. Browsers say where a page comes from.
ServerResponse AriServer::respond(const ServerRequest& request)
{
    if (!request.values_of("origin").empty()) {
        return http::error_response(http::status::forbidden, "browsers are not served here");
    }
    if (!may_connect(request)) {
        const std::string line = refused_.refuse(request.client.ip().to_text(), reactor_.now());
        if (!line.empty()) attendant_.warn("", line);
        ServerResponse response = http::error_response(
            http::status::unauthorized, "wrong username or password (websocket_client.conf)");
        response.headers = {{"WWW-Authenticate", "Basic realm=\"pivot\""}};
        return response;
    }
    const auto upgrade = http::judge_upgrade_request(request.method, request.headers);
    if (!upgrade) {
        ServerResponse response = http::error_response(upgrade.error().status, upgrade.error().why);
        add_lines(response, upgrade.error().headers);
        return response;
    }
    if (std::ranges::find(upgrade->protocols, subprotocol) == upgrade->protocols.end()) {
        return http::error_response(
            http::status::bad_request,
            "the subprotocol ari is not offered (protocols = ari in websocket_client.conf)");
    }
    ServerResponse response;
    response.status = http::status::switching_protocols;
    response.headers = {{"Connection", "Upgrade"},
                        {"Upgrade", "websocket"},
                        {"Sec-WebSocket-Accept", http::web_socket_accept(upgrade->key)},
                        {"Sec-WebSocket-Protocol", subprotocol}};
    return response;
}

bool AriServer::may_connect(const ServerRequest& request) const
{
    if (authorization_.empty()) return true;
    const auto values = request.values_of("authorization");
    return values.size() == 1 && are_equal(values.front(), authorization_);
}

// ---- the WebSocket ------------------------------------------------------------------------------

Task<> AriServer::take_over(const ServerRequest& /*request*/,
                            std::unique_ptr<net::Connection> connection, std::string surplus,
                            Deadline& stopping)
{
    http::WebSocket socket(reactor_, std::move(connection), http::WebSocketRole::server,
                           socket_config, surplus);
    const std::string peer = socket.address().to_text();
    const auto found = co_await registration(socket, stopping);
    if (found) {
        attendant_.note(
            "", fmt::format("Asterisk at {} is connected: the application {} takes calls", peer,
                            printable(found->application)));
        Registered& application = registered(*found);
        const auto why = co_await application.serve(socket, stopping);
        if (application.is_missed() && !stopping.has_expired()) {
            attendant_.warn("", fmt::format("no connection from Asterisk for the application {}: "
                                            "{}; waiting for another",
                                            printable(found->application), why.message));
        }
    } else if (!stopping.has_expired()) {
        attendant_.warn(
            "", fmt::format("{} connected as an Asterisk, and registered no application", peer));
    }
    Deadline closing(reactor_, never);  // close() limits itself
    const std::string_view reason;
    co_await socket.close(http::CloseStatus::going_away, reason, closing);
}

// The first message names the application. Yields nothing if it does not.
Task<std::optional<AriServer::Registration>> AriServer::registration(http::WebSocket& socket,
                                                                     Deadline& stopping)
{
    Deadline in_time(stopping, reactor_.now() + registration_ns);
    const auto message = co_await socket.receive(in_time);
    if (!message) co_return std::nullopt;
    json::Document document;
    const auto event = document.read(message->bytes);
    if (!event || member_text(*event, "type") != "ApplicationRegistered") co_return std::nullopt;
    Registration registration;
    registration.application = member_text(*event, "application");
    registration.asterisk = member_text(*event, "asterisk_id");
    const std::size_t bytes = registration.application.size();
    if (bytes == 0 || bytes > name_bytes_max) co_return std::nullopt;
    co_return registration;
}

AriServer::Registered& AriServer::registered(const Registration& registration)
{
    const auto found = std::ranges::find_if(registered_, [&registration](const Registered& other) {
        return other.awaits(registration);
    });
    if (found != registered_.end()) return *found;
    return registered_.emplace_back(registration, *this, mixes_[registration.asterisk]);
}

// ---- calls --------------------------------------------------------------------------------------

void AriServer::take_calls(bool takes_calls)
{
    takes_calls_ = takes_calls;
    for (Registered& each : registered_) each.application().take_calls(takes_calls);
}

void AriServer::originate(const OutboundCall& call)
{
    const auto found = std::ranges::find_if(
        registered_, [](const Registered& each) { return each.can_originate(); });
    if (found != registered_.end()) return found->application().originate(call);
    attendant_.not_answered(
        call.call_id, {"NETWORK_OUT_OF_ORDER", 503},
        "no Asterisk is connected by one WebSocket for all calls, which is needed to make calls: "
        "connection_type = persistent in websocket_client.conf");
}

void AriServer::give_up_originations()
{
    for (Registered& each : registered_) each.application().give_up_originations();
}

void AriServer::hang_up_call(std::string_view call_id)
{
    for (Registered& each : registered_) each.application().hang_up_call(call_id);
}

void AriServer::lose_all()
{
    for (Registered& each : registered_) each.application().lose_all();
}

std::size_t AriServer::calls() const
{
    std::size_t calls = 0;
    for (const Registered& each : registered_) calls += each.application().calls();
    return calls;
}

void AriServer::sweep()
{
    std::erase_if(registered_, [](const Registered& each) { return each.is_over(); });
    if (registered_.empty()) mixes_.clear();
    for (const std::string& line : refused_.take_due(reactor_.now())) attendant_.warn("", line);
}

}  // namespace pivot::switches::asterisk
