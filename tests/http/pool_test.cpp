#include "http/pool.hpp"

#include "peers/loopback.hpp"
#include "reactor/run_until.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace pivot::http {
namespace {

using reactor::Deadline;
using reactor::Reactor;
using reactor::Scope;
using reactor::Task;
using test::Descriptor;
using test::run_until;
using test::run_until_idle;

constexpr auto origin = "http://a.example:80";

// A pool, and a server that only accepts.
class PoolTest : public testing::Test {
protected:
    PoolTest()
        : reactor(test::open_reactor(opened_)), teardown(reactor), pool(reactor, teardown, config)
    {
    }
    ~PoolTest() override
    {
        pool.clear();
        run_until_idle(reactor);
        EXPECT_EQ(teardown.running(), 0U);
    }

    // New connections to the server, that have been given back.
    void idle(std::size_t count)
    {
        std::vector<std::unique_ptr<PooledConnection>> connections;
        for (std::size_t i = 0; i < count; ++i) connections.push_back(connect());
        for (auto& connection : connections) pool.give_back(std::move(connection), std::nullopt);
        ASSERT_EQ(pool.idle(), count);
    }

    std::unique_ptr<PooledConnection> connect()
    {
        std::unique_ptr<PooledConnection> connection;
        Deadline deadline(reactor, reactor::never);
        Scope scope(reactor);
        scope.spawn(connect(connection, deadline));
        run_until(reactor, [&] { return scope.running() == 0; });
        accepted.emplace_back(::accept(listener_.get(), nullptr, nullptr));
        return connection;
    }

    Task<> connect(std::unique_ptr<PooledConnection>& connection, Deadline& deadline)
    {
        const std::vector<net::SocketAddress> addresses{
            {*net::IpAddress::parse("127.0.0.1"), port_of(listener_)}};
        auto connected = co_await net::connect(addresses, sources_, deadline);
        if (connected) connection = pool.add(origin, std::move(*connected));
    }

private:
    std::unique_ptr<Reactor> opened_;
    const Descriptor listener_ = test::listen_tcp("127.0.0.1");
    net::SourceAddresses sources_;

protected:
    Reactor& reactor;
    Scope teardown;
    PoolConfig config;
    Pool pool;
    std::vector<Descriptor> accepted;  // the server's ends
};

TEST_F(PoolTest, the_connection_that_was_used_last_is_taken_first)
{
    auto first = connect();
    auto second = connect();
    PooledConnection* const last = first.get();
    pool.give_back(std::move(second), std::nullopt);
    pool.give_back(std::move(first), std::nullopt);
    auto taken = pool.take(origin);
    EXPECT_EQ(taken.get(), last);
    pool.close(std::move(taken));
}

TEST_F(PoolTest, a_connection_whose_server_closes_is_idle_no_more)
{
    idle(1);
    accepted.clear();
    run_until(reactor, [&] { return pool.idle() == 0; });
    EXPECT_EQ(pool.take(origin), nullptr);
}

TEST_F(PoolTest, idle_connections_that_grow_old_together_are_closed_in_portions)
{
    constexpr std::size_t count = 1'000;
    config.idle_ns_max = 2 * test::second_ns;
    idle(count);
    std::size_t closing_max = 0;
    run_until(reactor, [&] {
        closing_max = std::max(closing_max, teardown.running());
        return pool.idle() == 0 && reactor.is_idle();
    });
    EXPECT_GT(closing_max, 0U);
    EXPECT_LT(closing_max, count / 2);
}

TEST_F(PoolTest, connections_that_their_server_ends_together_are_closed_in_portions)
{
    constexpr std::size_t count = 1'000;
    idle(count);
    const unsigned slots_free = reactor.ring().slots_free();
    accepted.clear();
    run_until(reactor, [&] { return pool.idle() == 0; });
    EXPECT_LT(reactor.ring().slots_free(), slots_free + count / 2) << "not all in one turn";
    run_until(reactor, [&] { return reactor.is_idle(); });
    EXPECT_EQ(reactor.ring().slots_free(), reactor.ring().slots_max());
}

TEST_F(PoolTest, no_more_connections_are_kept_than_the_limit)
{
    config.idle_max = 2;
    for (int i = 0; i < 3; ++i) pool.give_back(connect(), std::nullopt);
    EXPECT_EQ(pool.idle(), 2U);
}

}  // namespace
}  // namespace pivot::http
