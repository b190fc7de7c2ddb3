#include "net/connector.hpp"

#include "base/pass_on.hpp"
#include "reactor/scope.hpp"
#include "reactor/wait.hpp"

#include <cassert>
#include <optional>
#include <utility>

namespace pivot::net {

namespace {

using reactor::Deadline;
using reactor::Task;

constexpr reactor::Nanoseconds attempt_delay_ns = 250'000'000;  // RFC 8305, section 5

Task<Result<Connected>> connect_to(SocketAddress address, SourceAddresses& sources,
                                   Deadline& deadline)
{
    auto stream = std::make_unique<TcpStream>(deadline.reactor());
    auto connected = co_await stream->connect(address, sources, deadline);
    if (connected) co_return Connected{std::move(stream), address};
    co_await stream->close();
    co_return pass_on(connected);
}

struct Race {
    std::optional<Connected> winner;
    std::optional<Failure> failure;  // that of the latest failed attempt
    reactor::Event attempt_ended;
};

Task<> attempt(Race& race, SocketAddress address, SourceAddresses& sources, Deadline& racing)
{
    auto connected = co_await connect_to(address, sources, racing);
    if (connected && !race.winner) {
        race.winner = std::move(*connected);
    } else if (connected) {
        co_await connected->stream->close();
    } else {
        race.failure = std::move(connected.error());
    }
    race.attempt_ended.happen();
}

Task<Result<Connected>> race(std::span<const SocketAddress> addresses, SourceAddresses& sources,
                             Deadline& deadline)
{
    Race race;
    reactor::Scope attempts(deadline.reactor());
    {
        Deadline racing(deadline);
        auto next = addresses.begin();
        while (!race.winner && !deadline.has_expired()) {
            if (next == addresses.end() && attempts.running() == 0) break;
            if (next != addresses.end()) attempts.spawn(attempt(race, *next++, sources, racing));
            const bool is_last = next == addresses.end();
            Deadline delay(racing,
                           is_last ? reactor::never : deadline.reactor().now() + attempt_delay_ns);
            co_await race.attempt_ended.wait(delay);
        }
        racing.expire(Reason::cancelled);
        co_await attempts.join();
    }
    if (race.winner) co_return std::move(*race.winner);
    if (deadline.has_expired()) co_return tl::unexpected(deadline.failure(Phase::connect));
    co_return tl::unexpected(std::move(*race.failure));
}

}  // namespace

Task<Result<Connected>> connect(std::span<const SocketAddress> addresses, SourceAddresses& sources,
                                Deadline& deadline)
{
    assert(!addresses.empty());
    return addresses.size() == 1 ? connect_to(addresses.front(), sources, deadline)
                                 : race(addresses, sources, deadline);
}

}  // namespace pivot::net
