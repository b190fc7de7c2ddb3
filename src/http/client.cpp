#include "http/client.hpp"

#include <utility>

namespace pivot::http {

namespace {

// Adds the time since `since`, which becomes now.
void note(std::int64_t& timing_us, Nanoseconds& since, Reactor& reactor)
{
    timing_us += (reactor.now() - since) / 1'000;
    since = reactor.now();
}

// Whether a kept connection turned out dead before it could do any harm to send again.
bool was_stale(const Failure& failure, const Request& request, const Progress& progress)
{
    if (failure.reason == Reason::connect && failure.phase == Phase::send)
        return true;  // nothing was sent
    return request.is_idempotent && failure.reason == Reason::closed &&
           progress.phase != Phase::read;
}

// Puts what the headers say into `progress`, once they have come.
void note_headers(const ResponseParser& parser, Progress& progress)
{
    if (parser.status() == 0 || progress.status != 0) return;
    progress.status = parser.status();
    progress.content_type = parser.content_type();
}

// A coroutine of its own, so that a call that still waits for its first byte has no parser.
Task<Result<Response>> read_response(net::Connection& connection, net::Received received,
                                     const ResponseLimits& limits, bool& can_reuse,
                                     Progress& progress, Deadline& deadline)
{
    progress.status = 0;
    progress.content_type.clear();
    ResponseParser parser(limits);
    while (true) {
        auto parsed = received.bytes().empty() ? parser.finish() : parser.feed(received.bytes());
        received = net::Received();  // the buffer is of use to others while this one waits
        note_headers(parser, progress);
        if (!parsed) co_return tl::unexpected(std::move(parsed.error()));
        if (parser.is_complete()) break;
        auto more = co_await connection.receive(deadline);
        if (!more) co_return tl::unexpected(std::move(more.error()));
        received = std::move(*more);
    }
    can_reuse = parser.can_reuse_connection();
    co_return parser.take();
}

}  // namespace

Client::Client(Reactor& reactor, net::Resolver& resolver, net::TlsContext& tls,
               const net::AddressPolicy& policy, const ClientConfig& config)
    : reactor_(reactor),
      resolver_(resolver),
      tls_(tls),
      policy_(policy),
      config_(config),
      teardown_(reactor),
      pool_(reactor, teardown_, config_.pool)
{
}

Task<Result<Response>> Client::ask(Request request, Progress& progress, Deadline& deadline)
{
    progress.was_reused = false;
    const auto admitted = policy_.admit_host(request.url.host);
    if (!admitted) co_return tl::unexpected(admitted.error());

    const std::string origin = request.url.origin();
    if (Lease idle = pool_.take(origin)) {
        progress.was_reused = true;
        auto response = co_await converse(std::move(idle), request, progress, deadline);
        if (response || !was_stale(response.error(), request, progress)) co_return response;
        progress.was_reused = false;
    }
    auto fresh = co_await open(request.url, origin, progress, deadline);
    if (!fresh) co_return tl::unexpected(std::move(fresh.error()));
    co_return co_await converse(std::move(*fresh), request, progress, deadline);
}

Task<Result<Client::Lease>> Client::open(const Url& url, std::string_view origin,
                                         Progress& progress, Deadline& deadline)
{
    Nanoseconds since = reactor_.now();
    progress.phase = Phase::dns;
    const auto resolved = co_await resolver_.resolve(url.host, deadline);
    note(progress.timings_us.dns, since, reactor_);
    if (!resolved) co_return tl::unexpected(resolved.error());

    std::vector<net::SocketAddress> addresses;
    for (const net::IpAddress& ip : *resolved) addresses.emplace_back(ip, url.port);
    const auto admitted = policy_.admit(url.host, addresses);
    if (!admitted) co_return tl::unexpected(admitted.error());

    // Idle connections must not keep a new origin out.
    if (reactor_.ring().slots_free() < reactor_.ring().slots_max() / 8) pool_.close_oldest();
    progress.phase = Phase::connect;
    auto connected = co_await net::connect(addresses, deadline);
    note(progress.timings_us.connect, since, reactor_);
    if (!connected) co_return tl::unexpected(std::move(connected.error()));
    Lease connection = pool_.add(origin, std::move(*connected));
    progress.address = connection->address();
    if (url.scheme == Scheme::http) co_return connection;

    progress.phase = Phase::tls;
    auto secured = co_await connection->secure(tls_, url.host, origin, deadline);
    note(progress.timings_us.tls, since, reactor_);
    if (secured) co_return connection;
    discard(std::move(connection));
    co_return tl::unexpected(std::move(secured.error()));
}

void Client::discard(Lease connection)
{
    connection->reset_on_close();
    pool_.close(std::move(connection));
}

Task<Result<Response>> Client::converse(Lease connection, Request request, Progress& progress,
                                        Deadline& deadline)
{
    progress.address = connection->address();
    progress.phase = Phase::send;
    auto sent = co_await connection->send(request.message, deadline);
    if (!sent) {
        discard(std::move(connection));
        co_return tl::unexpected(std::move(sent.error()));
    }
    progress.phase = Phase::wait;
    auto first = co_await connection->receive(deadline);
    if (first && first->bytes().empty())
        first = fail(Reason::closed, Phase::wait, "the peer closed before it answered");
    if (!first) {
        first.error().phase = Phase::wait;
        discard(std::move(connection));
        co_return tl::unexpected(std::move(first.error()));
    }
    progress.phase = Phase::read;
    progress.timings_us.first_byte = (reactor_.now() - progress.started) / 1'000;
    bool can_reuse = false;
    auto response = co_await read_response(*connection, std::move(*first), config_.response,
                                           can_reuse, progress, deadline);
    if (can_reuse) {
        pool_.give_back(std::move(connection));
    } else if (response) {
        pool_.close(std::move(connection));
    } else {
        discard(std::move(connection));
    }
    co_return response;
}

}  // namespace pivot::http
