#include "net/connector.hpp"

#include "reactor/scope.hpp"
#include "reactor/wait.hpp"

#include <cassert>
#include <optional>
#include <utility>

namespace pivot::net {

namespace {

constexpr reactor::Nanoseconds attempt_delay_ns = 250'000'000;  // RFC 8305, section 5

struct Race {
    std::optional<Connected> winner;
    std::optional<Failure> failure;  // of the attempt that failed last
    reactor::Event attempt_ended;
};

Task<> attempt(Race& race, SocketAddress address, Deadline& racing)
{
    auto stream = std::make_unique<TcpStream>(racing.reactor());
    auto connected = co_await stream->connect(address, racing);
    if (connected && !race.winner) {
        race.winner.emplace(std::move(stream), address);
    } else {
        if (!connected) race.failure = std::move(connected.error());
        co_await stream->close(racing.reactor());
    }
    race.attempt_ended.happen();
}

}  // namespace

Task<Result<Connected>> connect(std::span<const SocketAddress> addresses, Deadline& deadline)
{
    assert(!addresses.empty());
    Race race;
    reactor::Scope attempts(deadline.reactor());
    {
        Deadline racing(deadline);
        auto next = addresses.begin();
        while (!race.winner && !deadline.has_expired()) {
            if (next == addresses.end() && attempts.running() == 0) break;
            if (next != addresses.end()) attempts.spawn(attempt(race, *next++, racing));
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

}  // namespace pivot::net
