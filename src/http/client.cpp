#include "http/client.hpp"

#include "base/pass_on.hpp"
#include "base/text.hpp"

#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace pivot::http {

namespace {

using reactor::Deadline;
using reactor::Reactor;
using reactor::Task;

// About the time that the arithmetic of a TLS handshake takes.
constexpr Nanoseconds handshake_ns = 500'000;

// The memory of larger messages is freed.
constexpr std::size_t kept_bytes_max = 64 * 1024;

// Adds the time since `since` to a timing, and sets `since` to now.
void note(std::int64_t& timing_us, Nanoseconds& since, Reactor& reactor)
{
    timing_us += (reactor.now() - since) / 1'000;
    since = reactor.now();
}

void forget_response(Progress& progress)
{
    progress.response = nullptr;
    progress.parser.reset();
}

// Notes the response in `progress` once its headers have come.
void note_headers(Progress& progress)
{
    const Response& response = progress.parser->response();
    if (response.status == 0) return;
    progress.status = static_cast<std::uint16_t>(response.status);
    progress.response = &response;
}

// Whether a kept connection ended before the first byte of the response.
bool was_stale(const Failure& failure, const Progress& progress)
{
    const bool has_ended = failure.reason == Reason::closed || failure.reason == Reason::connect;
    return progress.was_reused && has_ended && progress.phase != Phase::read;
}

bool is_connect_limited(const Progress& progress)
{
    return progress.demands != nullptr && progress.demands->connect_ns_max != never;
}

bool is_read_limited(const Progress& progress)
{
    return progress.demands != nullptr && progress.demands->read_ns_max != never;
}

// Says which limit was exceeded, if it was this one.
template <typename Value>
void explain(Result<Value>& result, std::string_view what, Nanoseconds ns_max,
             const Deadline& in_time, const Deadline& deadline)
{
    if (result || !in_time.has_expired() || deadline.has_expired()) return;
    result.error().message = fmt::format("{} within {} ms", what, ns_max / 1'000'000);
}

Task<Result<net::Connected>> connect_in_time(std::span<const net::SocketAddress> addresses,
                                             net::SourceAddresses& sources, Nanoseconds ns_max,
                                             Deadline& deadline)
{
    Deadline in_time(deadline, deadline.reactor().now() + ns_max);
    auto connected = co_await net::connect(addresses, sources, in_time);
    explain(connected, "no connection", ns_max, in_time, deadline);
    co_return connected;
}

Task<Result<void>> secure(net::Connection& connection, const Destination& destination,
                          Deadline& deadline)
{
    assert(destination.tls != nullptr);
    return connection.secure(*destination.tls, destination.url.host, destination.origin,
                             destination.sends_sni, deadline);
}

Task<Result<void>> secure_in_time(net::Connection& connection, const Destination& destination,
                                  Nanoseconds ns_max, Deadline& deadline)
{
    Deadline in_time(deadline, deadline.reactor().now() + ns_max);
    auto secured = co_await secure(connection, destination, in_time);
    explain(secured, "no TLS handshake", ns_max, in_time, deadline);
    co_return secured;
}

Task<Result<net::Received>> receive_in_time(net::Connection& connection, Progress& progress,
                                            Deadline& deadline)
{
    const Nanoseconds ns_max = progress.demands->read_ns_max;
    Deadline in_time(deadline, deadline.reactor().now() + ns_max);
    auto received = co_await connection.receive(progress.phase, in_time);
    explain(received, "no byte of the response", ns_max, in_time, deadline);
    co_return received;
}

net::Receive receive(net::Connection& connection, Progress& progress, Deadline& deadline)
{
    if (!is_read_limited(progress)) return connection.receive(progress.phase, deadline);
    return net::Receive(receive_in_time(connection, progress, deadline), deadline);
}

// Why no byte of the response came. If the peer closed, what it left unread of the request says
// more than that.
tl::unexpected<Failure> unanswered(Failure& failure, const net::Connection& connection,
                                   const Progress& progress)
{
    auto why = connection.send_failure();
    if (why && failure.reason == Reason::closed) return tl::unexpected(std::move(*why));
    failure.phase = progress.phase;
    return tl::unexpected(std::move(failure));
}

}  // namespace

Client::Client(Reactor& reactor, net::Resolver& resolver, net::SourceAddresses& sources,
               const ClientConfig& config)
    : reactor_(reactor),
      resolver_(resolver),
      sources_(sources),
      config_(config),
      teardown_(reactor),
      pool_(reactor, teardown_, config_.pool)
{
}

Task<Result<LentResponse>> Client::ask(const Request& request, Progress& progress,
                                       Deadline& deadline)
{
    const Destination& destination = request.destination();
    progress.was_reused = false;
    forget_response(progress);
    if (!destination.admission) co_return pass_on(destination.admission);

    Lease connection = pool_.take(destination.origin);
    while (true) {
        progress.was_reused = connection != nullptr;
        if (!connection) {
            auto opened = co_await open(destination, progress, deadline);
            if (!opened) co_return pass_on(opened);
            connection = std::move(*opened);
        }
        bool is_again = false;
        {  // a scope of its own, so that the frame of a waiting call has no room for it
            auto sent = co_await send(request, *connection, progress, deadline);
            if (!sent) {
                discard(std::move(connection));
                is_again = is_worth_another(sent.error(), progress);
                if (!is_again) co_return pass_on(sent);
            }
        }
        while (!is_again) {
            auto received = co_await receive(*connection, progress, deadline);
            read(received, *connection, progress, deadline);
            if (!received) {
                discard(std::move(connection));
                is_again = is_worth_another(received.error(), progress);
                if (!is_again) co_return pass_on(received);
            } else if (progress.parser->is_complete()) {
                co_return finish(std::move(connection), progress);
            }
        }
    }
}

Task<Result<void>> Client::send(const Request& request, net::Connection& connection,
                                Progress& progress, Deadline& deadline)
{
    progress.address = connection.address();
    progress.phase = Phase::send;
    forget_response(progress);
    const auto message = messages_.lend();
    request.append_to(message->text);
    auto sent = co_await connection.send(message->text, deadline);
    if (sent && connection.has_sent_all()) progress.phase = Phase::wait;
    co_return sent;
}

void Client::Message::recycle()
{
    clear_to_reuse(text, kept_bytes_max);
}

// Reads what arrived into the response. A failure replaces it, so that the frame of a waiting call
// holds one value instead of two.
void Client::read(Result<net::Received>& received, const net::Connection& connection,
                  Progress& progress, const Deadline& deadline)
{
    if (received && deadline.has_expired()) {  // too late for anybody
        received = tl::unexpected(deadline.failure(progress.phase));
    }
    if (!progress.parser) {
        if (received && received->bytes().empty())
            received = fail(Reason::closed, progress.phase, "the peer closed before it answered");
        if (received) {
            begin_response(progress);
        } else {
            received = unanswered(received.error(), connection, progress);
        }
    }
    if (!received) return;
    ResponseParser& parser = *progress.parser;
    const std::string_view bytes = received->bytes();
    auto read = bytes.empty() ? parser.finish() : parser.feed(bytes);
    note_headers(progress);
    if (!read) received = pass_on(read);
}

void Client::begin_response(Progress& progress)
{
    progress.parser = parsers_.lend();
    ResponseLimits limits = config_.response;
    if (const Demands* const demands = progress.demands) {
        if (demands->body_bytes_max != 0) limits.body_bytes_max = demands->body_bytes_max;
        if (demands->keeps_headers) progress.parser->keep_headers();
    }
    progress.parser->set_limits(limits);
    progress.phase = Phase::read;
    progress.status = 0;
    progress.timings_us.first_byte = (reactor_.now() - progress.started) / 1'000;
}

LentResponse Client::finish(Lease connection, Progress& progress)
{
    const ResponseParser& parser = *progress.parser;
    if (parser.can_reuse_connection()) {
        pool_.give_back(std::move(connection), parser.keep_alive());
    } else {
        pool_.close(std::move(connection));
    }
    return LentResponse(std::move(progress.parser));
}

// Whether to ask once more, over a new connection.
bool Client::is_worth_another(const Failure& failure, const Progress& progress) const
{
    return config_.retries_stale && was_stale(failure, progress);
}

Task<Result<Client::Lease>> Client::open(const Destination& destination, Progress& progress,
                                         Deadline& deadline)
{
    const auto addresses = co_await locate(destination, progress, deadline);
    if (!addresses) co_return pass_on(addresses);

    // Idle connections must not keep new origins out.
    if (reactor_.ring().slots_free() < reactor_.ring().slots_max() / 8) pool_.close_oldest();
    progress.phase = Phase::connect;
    Nanoseconds since = reactor_.now();
    auto connected = co_await connect(*addresses, progress, deadline);
    note(progress.timings_us.connect, since, reactor_);
    if (!connected) co_return pass_on(connected);
    Lease connection = pool_.add(destination.origin, std::move(*connected));
    progress.address = connection->address();
    if (destination.url.scheme == Scheme::http) co_return connection;

    progress.phase = Phase::tls;
    auto secured = co_await secure(*connection, destination, progress, deadline);
    reactor_.worked(handshake_ns);
    note(progress.timings_us.tls, since, reactor_);
    if (secured) {
        (connection->is_resumed() ? counts_.resumed_handshakes : counts_.full_handshakes).add();
        co_return connection;
    }
    discard(std::move(connection));
    co_return pass_on(secured);
}

Task<Result<std::vector<net::SocketAddress>>> Client::locate(const Destination& destination,
                                                             Progress& progress, Deadline& deadline)
{
    const Url& url = destination.url;
    progress.phase = Phase::dns;
    Nanoseconds since = reactor_.now();
    const std::string absolute = url.is_absolute ? url.name() : std::string();
    const std::string_view name = url.is_absolute ? absolute : url.host;
    auto resolved = co_await resolver_.resolve(name, deadline);
    note(progress.timings_us.dns, since, reactor_);
    (resolved ? counts_.names_found : counts_.names_not_found).add();
    if (!resolved) co_return pass_on(resolved);
    std::vector<net::SocketAddress> addresses;
    for (const net::IpAddress& ip : *resolved) addresses.emplace_back(ip, url.port);
    auto admitted = destination.policy.admit(url.host, addresses);
    if (!admitted) co_return pass_on(admitted);
    co_return addresses;
}

Task<Result<net::Connected>> Client::connect(std::span<const net::SocketAddress> addresses,
                                             const Progress& progress, Deadline& deadline)
{
    if (!is_connect_limited(progress)) return net::connect(addresses, sources_, deadline);
    return connect_in_time(addresses, sources_, progress.demands->connect_ns_max, deadline);
}

Task<Result<void>> Client::secure(net::Connection& connection, const Destination& destination,
                                  const Progress& progress, Deadline& deadline)
{
    if (is_connect_limited(progress)) {
        return secure_in_time(connection, destination, progress.demands->connect_ns_max, deadline);
    }
    return http::secure(connection, destination, deadline);
}

void Client::discard(Lease connection)
{
    connection->reset_on_close();
    pool_.close(std::move(connection));
}

}  // namespace pivot::http
