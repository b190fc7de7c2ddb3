#include "net/connector.hpp"

#include "peers/loopback.hpp"
#include "reactor/run_until.hpp"
#include "reactor/scope.hpp"

#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace pivot::net {
namespace {

using reactor::Deadline;
using reactor::Nanoseconds;
using reactor::Reactor;
using reactor::Task;
using test::run_until;
using test::second_ns;

SocketAddress at(std::uint16_t port)
{
    return {*IpAddress::parse("127.0.0.1"), port};
}

class ConnectorTest : public testing::Test {
protected:
    ConnectorTest() : reactor(test::open_reactor(opened_)), scope_(reactor)
    {
        reactor.turn(0);  // what time it is
    }
    ~ConnectorTest() override { test::run_until_idle(reactor); }

    // The address that was connected to; the connection is closed.
    Result<SocketAddress> connect(std::vector<SocketAddress> addresses,
                                  Nanoseconds timeout_ns = 20 * second_ns)
    {
        std::optional<Result<SocketAddress>> result;
        Deadline deadline(reactor, reactor.now() + timeout_ns);
        scope_.spawn(connect(addresses, result, deadline));
        run_until(reactor, [&] { return scope_.running() == 0; });
        return *result;
    }

private:
    Task<> connect(const std::vector<SocketAddress>& addresses,
                   std::optional<Result<SocketAddress>>& result, Deadline& deadline)
    {
        auto connected = co_await net::connect(addresses, sources_, deadline);
        if (!connected) {
            result = tl::unexpected(std::move(connected.error()));
            co_return;
        }
        result = connected->address;
        co_await connected->stream->close();
    }

    std::unique_ptr<Reactor> opened_;

protected:
    Reactor& reactor;

private:
    reactor::Scope scope_;
    SourceAddresses sources_;
};

TEST_F(ConnectorTest, an_address_that_refuses_is_passed_over_at_once)
{
    const test::RefusingPort refusing;
    const auto listener = test::listen_tcp("127.0.0.1");
    const auto connected = connect({at(refusing.port()), at(port_of(listener))});
    ASSERT_TRUE(connected) << connected.error().message;
    EXPECT_EQ(connected->port(), port_of(listener));
}

TEST_F(ConnectorTest, an_address_that_does_not_answer_is_passed_over_after_a_quarter_of_a_second)
{
    const test::UnansweringPort silent;
    const auto listener = test::listen_tcp("127.0.0.1");
    const Nanoseconds started_at = reactor.now();
    const auto connected = connect({at(silent.port()), at(port_of(listener))});
    ASSERT_TRUE(connected) << connected.error().message;
    EXPECT_EQ(connected->port(), port_of(listener));
    EXPECT_GE(reactor.now() - started_at, second_ns / 4);
}

TEST_F(ConnectorTest, where_all_refuse_the_last_one_is_the_failure)
{
    const test::RefusingPort first;
    const test::RefusingPort last;
    const auto connected = connect({at(first.port()), at(last.port())});
    ASSERT_FALSE(connected);
    EXPECT_EQ(connected.error().reason, Reason::connect);
    EXPECT_EQ(connected.error().message,
              "connect " + at(last.port()).to_text() + ": Connection refused");
}

TEST_F(ConnectorTest, a_deadline_ends_all_attempts)
{
    const test::UnansweringPort one;
    const test::UnansweringPort other;
    const auto connected = connect({at(one.port()), at(other.port())}, second_ns / 2);
    ASSERT_FALSE(connected);
    EXPECT_EQ(connected.error().reason, Reason::timeout);
}

}  // namespace
}  // namespace pivot::net
