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

// The memory of larger messages is freed.
constexpr std::size_t kept_bytes_max = 64 * 1024;

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

bool is_read_limited(const Progress& progress)
{
    return progress.demands != nullptr && progress.demands->read_ns_max != never;
}

Task<Result<net::Received>> receive_in_time(net::Connection& connection, Progress& progress,
                                            Deadline& deadline)
{
    const Nanoseconds ns_max = progress.demands->read_ns_max;
    Deadline in_time(deadline, deadline.reactor().now() + ns_max);
    auto received = co_await connection.receive(progress.phase, in_time);
    if (!received)
        explain_limit(received.error(), "no byte of the response", ns_max, in_time, deadline);
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
      config_(config),
      opener_(resolver, sources),
      teardown_(reactor),
      pool_(reactor, teardown_, config_.pool)
{
}

Task<Result<LentResponse>> Client::ask(const Request& request, Progress& progress,
                                       Deadline& deadline)
{
    progress.was_reused = false;
    forget_response(progress);
    if (!request.destination().admission) co_return pass_on(request.destination().admission);

    Lease connection = pool_.take(request.destination().origin);
    while (true) {
        progress.was_reused = connection != nullptr;
        if (!connection) {
            auto opened = co_await open(request.destination(), progress, deadline);
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
    const auto addresses = co_await opener_.locate(destination, progress, deadline);
    if (!addresses) co_return pass_on(addresses);

    // Idle connections must not keep new origins out.
    if (reactor_.ring().slots_free() < reactor_.ring().slots_max() / 8) pool_.close_oldest();
    auto connected = co_await opener_.connect(*addresses, progress, deadline);
    if (!connected) co_return pass_on(connected);
    Lease connection = pool_.add(destination.origin, std::move(*connected));

    auto secured = co_await opener_.secure(*connection, destination, progress, deadline);
    if (secured) co_return connection;
    discard(std::move(connection));
    co_return pass_on(secured);
}

void Client::discard(Lease connection)
{
    connection->reset_on_close();
    pool_.close(std::move(connection));
}

}  // namespace pivot::http
