#include "http/web_socket_client.hpp"

#include "base/pass_on.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace pivot::http {

namespace {

using reactor::Deadline;
using reactor::Task;

// The body of a refusal is not read.
constexpr ResponseLimits response_limits = {.head_bytes_max = 16 * 1024,
                                            .body_bytes_max = 64 * 1024};

// Yields the bytes after the response, which are the first of the WebSocket.
Task<Result<std::string>> read_response(net::Connection& connection, const UpgradeWish& wish,
                                        Deadline& deadline)
{
    ResponseParser parser(response_limits);
    parser.keep_headers();
    parser.expect_upgrade();
    std::string surplus;
    while (parser.response().status == 0) {
        Phase phase = Phase::wait;
        auto received = co_await connection.receive(phase, deadline);
        if (!received) co_return pass_on(received);
        const std::string_view bytes = received->bytes();
        auto read = bytes.empty() ? parser.finish() : parser.feed(bytes);
        if (!read) co_return pass_on(read);
        surplus = bytes.substr(bytes.size() - parser.surplus_bytes());
    }
    auto judged = judge_upgrade(parser.response(), wish);
    if (!judged) co_return pass_on(judged);
    if (connection.has_sent_all()) co_return surplus;
    co_return fail(Reason::protocol, Phase::read,
                   "the server answered before it had read the request");
}

Task<Result<std::string>> shake_hands(net::Connection& connection, Opener& opener,
                                      const Destination& destination, const UpgradeWish& wish,
                                      Deadline& deadline)
{
    Progress progress;
    auto secured = co_await opener.secure(connection, destination, progress, deadline);
    if (!secured) co_return pass_on(secured);
    std::string request;
    append_upgrade_request(request, destination, wish);
    auto sent = co_await connection.send(request, deadline);
    if (!sent) co_return pass_on(sent);
    co_return co_await read_response(connection, wish, deadline);
}

}  // namespace

Task<Result<std::unique_ptr<WebSocket>>> open_web_socket(Opener& opener,
                                                         const Destination& destination,
                                                         const UpgradeWish& wish,
                                                         const WebSocketConfig& config,
                                                         Deadline& deadline)
{
    if (!destination.admission) co_return pass_on(destination.admission);
    Progress progress;
    const auto addresses = co_await opener.locate(destination, progress, deadline);
    if (!addresses) co_return pass_on(addresses);
    auto connected = co_await opener.connect(*addresses, progress, deadline);
    if (!connected) co_return pass_on(connected);

    auto connection = std::make_unique<net::Connection>(std::move(*connected));
    auto surplus = co_await shake_hands(*connection, opener, destination, wish, deadline);
    if (!surplus) {
        connection->reset_on_close();
        co_await connection->close();
        co_return pass_on(surplus);
    }
    co_return std::make_unique<WebSocket>(deadline.reactor(), std::move(connection),
                                          WebSocketRole::client, config, *surplus);
}

}  // namespace pivot::http
