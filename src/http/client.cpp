#include "http/client.hpp"

#include "base/text.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::http {

namespace {

// What the arithmetic of a TLS handshake takes.
constexpr Nanoseconds handshake_ns = 500'000;

// A larger message's memory is not kept.
constexpr std::size_t kept_bytes_max = 64 * 1024;

// Adds the time since `since`, which becomes now.
void note(std::int64_t& timing_us, Nanoseconds& since, Reactor& reactor)
{
    timing_us += (reactor.now() - since) / 1'000;
    since = reactor.now();
}

// Puts what the headers say into `progress`, once they have come.
void note_headers(const ResponseParser& parser, Progress& progress)
{
    if (parser.response().status == 0) return;
    progress.status = static_cast<std::uint16_t>(parser.response().status);
    progress.response = &parser.response();
}

// Whether a kept connection ended before a byte of the response came.
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

// Says which time was up, if it was this one.
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

Task<Result<void>> secure_in_time(net::Connection& connection, net::TlsContext& tls,
                                  const Destination& destination, Nanoseconds ns_max,
                                  Deadline& deadline)
{
    Deadline in_time(deadline, deadline.reactor().now() + ns_max);
    auto secured = co_await connection.secure(tls, destination.url.host, destination.origin,
                                              destination.sends_sni, in_time);
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

}  // namespace

Client::Client(Reactor& reactor, net::Resolver& resolver, net::TlsContext& tls,
               const net::AddressPolicy& policy, net::SourceAddresses& sources,
               const ClientConfig& config)
    : reactor_(reactor),
      resolver_(resolver),
      tls_(tls),
      policy_(policy),
      sources_(sources),
      config_(config),
      teardown_(reactor),
      pool_(reactor, teardown_, config_.pool)
{
}

Task<const Failure*> Client::ask(const Request& request, Progress& progress, Deadline& deadline)
{
    progress.was_reused = false;
    progress.response = nullptr;
    const Destination& destination = request.destination();
    if (!destination.admission) co_return &destination.admission.error();

    Lease connection = pool_.take(destination.origin);
    while (true) {
        progress.was_reused = connection != nullptr;
        if (!connection) {
            connection = co_await open(destination, progress, deadline);
            if (!connection) co_return &failure_;
        }
        progress.address = connection->address();
        progress.phase = Phase::send;
        progress.response = nullptr;
        const Failure* failure = nullptr;
        bool is_over = false;
        {
            const Messages::Lent message = write(request);
            auto sent = co_await connection->send(message->text, deadline);
            if (sent) {
                if (connection->has_sent_all()) progress.phase = Phase::wait;
            } else {
                failure = fail_with(std::move(sent.error()));
                is_over = true;
            }
        }
        Parsers::Lent parser;  // a call that waits for its first byte has none
        while (!is_over) {
            if (is_read_limited(progress)) {
                auto received = co_await receive_in_time(*connection, progress, deadline);
                failure = read(std::move(received), *connection, parser, progress, deadline);
            } else {
                auto received = co_await connection->receive(progress.phase, deadline);
                failure = read(std::move(received), *connection, parser, progress, deadline);
            }
            is_over = failure != nullptr || parser->is_complete();
        }
        if (failure != nullptr) {
            discard(std::move(connection));
        } else if (parser->can_reuse_connection()) {
            pool_.give_back(std::move(connection), parser->keep_alive());
        } else {
            pool_.close(std::move(connection));
        }
        const bool is_stale = failure != nullptr && was_stale(*failure, progress);
        if (!is_stale || !config_.retries_stale) co_return failure;
    }
}

Client::Messages::Lent Client::write(const Request& request)
{
    Messages::Lent message = messages_.lend();
    request.append_to(message->text);
    return message;
}

void Client::Message::recycle()
{
    clear_to_reuse(text, kept_bytes_max);
}

// Takes what arrived into the response, which is then whole or not. Null: nothing is wrong.
const Failure* Client::read(Result<net::Received>&& received, const net::Connection& connection,
                            Parsers::Lent& parser, Progress& progress, const Deadline& deadline)
{
    if (received && deadline.has_expired()) {  // nobody wants it any more
        received = tl::unexpected(deadline.failure(progress.phase));
    }
    if (received && received->bytes().empty() && !parser)
        received = fail(Reason::closed, Phase::wait, "the peer closed before it answered");
    if (!received && !parser) {
        received.error().phase = progress.phase;
        if (auto why = connection.send_failure(); why && received.error().reason == Reason::closed)
            received = tl::unexpected(std::move(*why));
    }
    Result<void> result;
    if (received) {
        if (!parser) begin_response(parser, progress);
        const std::string_view bytes = received->bytes();
        result = bytes.empty() ? parser->finish() : parser->feed(bytes);
        note_headers(*parser, progress);
    } else {
        result = tl::unexpected(std::move(received.error()));
    }
    const bool is_over = !result || parser->is_complete();
    if (is_over && progress.response != nullptr) {  // outlives the parser, if not by much
        parser->swap_response(response_);
        progress.response = &response_;
    }
    return result ? nullptr : fail_with(std::move(result.error()));
}

void Client::begin_response(Parsers::Lent& parser, Progress& progress)
{
    parser = parsers_.lend();
    parser->set_limits(config_.response);
    if (progress.demands != nullptr && progress.demands->keeps_headers) parser->keep_headers();
    progress.phase = Phase::read;
    progress.status = 0;
    progress.timings_us.first_byte = (reactor_.now() - progress.started) / 1'000;
}

const Failure* Client::fail_with(Failure&& failure)
{
    failure_ = std::move(failure);
    return &failure_;
}

Task<Client::Lease> Client::open(const Destination& destination, Progress& progress,
                                 Deadline& deadline)
{
    const auto addresses = co_await locate(destination.url, progress, deadline);
    if (addresses.empty()) co_return nullptr;

    // Idle connections must not keep a new origin out.
    if (reactor_.ring().slots_free() < reactor_.ring().slots_max() / 8) pool_.close_oldest();
    progress.phase = Phase::connect;
    Nanoseconds since = reactor_.now();
    auto connected = co_await connect(addresses, progress, deadline);
    note(progress.timings_us.connect, since, reactor_);
    if (!connected) {
        fail_with(std::move(connected.error()));
        co_return nullptr;
    }
    Lease connection = pool_.add(destination.origin, std::move(*connected));
    progress.address = connection->address();
    if (destination.url.scheme == Scheme::http) co_return connection;

    progress.phase = Phase::tls;
    auto secured = co_await secure(*connection, destination, progress, deadline);
    reactor_.worked(handshake_ns);
    note(progress.timings_us.tls, since, reactor_);
    if (secured) co_return connection;
    fail_with(std::move(secured.error()));
    discard(std::move(connection));
    co_return nullptr;
}

Task<std::vector<net::SocketAddress>> Client::locate(const Url& url, Progress& progress,
                                                     Deadline& deadline)
{
    progress.phase = Phase::dns;
    Nanoseconds since = reactor_.now();
    const std::string absolute = url.is_absolute ? url.name() : std::string();
    const std::string_view name = url.is_absolute ? absolute : url.host;
    auto resolved = co_await resolver_.resolve(name, deadline);
    note(progress.timings_us.dns, since, reactor_);
    std::vector<net::SocketAddress> addresses;
    if (!resolved) {
        fail_with(std::move(resolved.error()));
        co_return addresses;
    }
    for (const net::IpAddress& ip : *resolved) addresses.emplace_back(ip, url.port);
    auto admitted = policy_.admit(url.host, addresses);
    if (!admitted) {
        fail_with(std::move(admitted.error()));
        addresses.clear();
    }
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
        return secure_in_time(connection, tls_, destination, progress.demands->connect_ns_max,
                              deadline);
    }
    return connection.secure(tls_, destination.url.host, destination.origin, destination.sends_sni,
                             deadline);
}

void Client::discard(Lease connection)
{
    connection->reset_on_close();
    pool_.close(std::move(connection));
}

}  // namespace pivot::http
