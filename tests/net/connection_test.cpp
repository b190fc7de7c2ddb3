#include "net/connection.hpp"

#include "peers/loopback.hpp"
#include "reactor/run_until.hpp"
#include "reactor/scope.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace pivot::net {
namespace {

using reactor::Deadline;
using reactor::Reactor;
using reactor::Scope;
using reactor::Task;
using test::Descriptor;
using test::run_until;
using test::run_until_idle;
using test::run_until_seen;
using test::second_ns;

// More than the kernel keeps for a peer that does not read.
const std::string large(16 * 1024 * 1024, 'x');

constexpr std::string_view answer = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n";

// The far end of a connection, which does what a test tells it and nothing by itself.
class Peer {
public:
    Peer() : listener_(test::listen_tcp("127.0.0.1")) {}

    SocketAddress address() const { return {*IpAddress::parse("127.0.0.1"), port_of(listener_)}; }
    void accept() { socket_ = Descriptor(::accept(listener_.get(), nullptr, nullptr)); }

    void say(std::string_view bytes) const
    {
        EXPECT_EQ(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }

    // How many bytes there are now.
    std::size_t take() const
    {
        std::array<char, 65'536> bytes;
        const auto size = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        return size > 0 ? static_cast<std::size_t>(size) : 0;
    }

    // With what it has not read, so that the other side is reset.
    void close() { socket_ = Descriptor(); }

    void send_small_segments() const
    {
        const int on = 1;
        ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }

private:
    Descriptor listener_;
    Descriptor socket_;
};

class ConnectionTest : public testing::Test {
protected:
    explicit ConnectionTest(const reactor::BufferConfig& buffers = {})
        : reactor(test::open_reactor(opened_, {.ring = {}, .buffers = buffers})), scope(reactor)
    {
        connection = open(peer);
    }
    ~ConnectionTest() override
    {
        if (connection) close(std::move(connection));
        run_until_idle(reactor);
    }

    std::unique_ptr<Connection> open(Peer& to)
    {
        std::unique_ptr<Connection> opened;
        Deadline deadline(reactor, reactor::never);
        scope.spawn(connect(opened, to.address(), deadline));
        run_until(reactor, [&] { return opened != nullptr; });
        to.accept();
        return opened;
    }

    Task<> connect(std::unique_ptr<Connection>& opened, SocketAddress address, Deadline& deadline)
    {
        const std::array addresses{address};
        auto connected = co_await net::connect(addresses, sources_, deadline);
        if (connected) opened = std::make_unique<Connection>(std::move(*connected));
    }

    void close(std::unique_ptr<Connection> closing)
    {
        scope.spawn(end(std::move(closing), reactor));
        run_until(reactor, [&] { return scope.running() == 0; });
    }

    static Task<> end(std::unique_ptr<Connection> closing, Reactor&) { co_await closing->close(); }

    static Task<> send(Connection& connection, std::string_view bytes,
                       std::optional<Result<void>>& result, Deadline& deadline)
    {
        auto sent = co_await connection.send(bytes, deadline);
        result = std::move(sent);
    }

    static Task<> send_all(Connection& connection, std::string_view bytes,
                           std::optional<Result<void>>& result, Deadline& deadline)
    {
        auto sent = co_await connection.send_all(bytes, deadline);
        result = std::move(sent);
    }

    static Task<> receive(Connection& connection, std::optional<Result<std::string>>& result,
                          Phase& phase, Deadline& deadline)
    {
        auto received = co_await connection.receive(phase, deadline);
        if (received) {
            result = std::string(received->bytes());
        } else {
            result = tl::unexpected(std::move(received.error()));
        }
    }

    std::optional<Result<std::string>> receive()
    {
        std::optional<Result<std::string>> result;
        Deadline deadline(reactor, reactor.now() + 10 * second_ns);
        Phase phase = Phase::send;
        scope.spawn(receive(*connection, result, phase, deadline));
        run_until(reactor, [&] { return result.has_value(); });
        return result;
    }

private:
    std::unique_ptr<Reactor> opened_;

protected:
    Reactor& reactor;
    Scope scope;
    Peer peer;
    std::unique_ptr<Connection> connection;

private:
    SourceAddresses sources_;
};

TEST_F(ConnectionTest, an_answer_that_comes_early_ends_the_send)
{
    std::optional<Result<void>> sent;
    Deadline deadline(reactor, reactor.now() + 10 * second_ns);
    scope.spawn(send(*connection, large, sent, deadline));
    for (int turn = 0; turn < 20; ++turn) reactor.turn(0);
    EXPECT_FALSE(sent) << "the peer has not read anything";
    peer.say(answer);
    run_until(reactor, [&] { return sent.has_value(); });
    EXPECT_TRUE(*sent);
    EXPECT_FALSE(connection->has_sent_all());
    EXPECT_FALSE(connection->is_quiet());
    const auto received = receive();
    ASSERT_TRUE(*received) << received->error().message;
    EXPECT_EQ(**received, answer);
}

TEST_F(ConnectionTest, what_an_early_answer_interrupts_is_sent_while_the_rest_is_received)
{
    peer.say("HTTP/1.1 100 Continue\r\n\r\n");
    std::optional<Result<void>> sent;
    Deadline deadline(reactor, reactor.now() + 60 * second_ns);
    scope.spawn(send(*connection, large, sent, deadline));
    run_until(reactor, [&] { return sent.has_value(); });
    EXPECT_TRUE(*receive());

    std::optional<Result<std::string>> received;
    Phase phase = Phase::send;
    scope.spawn(receive(*connection, received, phase, deadline));
    std::size_t taken = 0;
    EXPECT_EQ(phase, Phase::send);
    while (taken < large.size()) {
        ASSERT_FALSE(received) << "nothing has been said";
        taken += peer.take();
        reactor.turn(0);
    }
    run_until(reactor, [&] { return phase == Phase::wait; });
    peer.say(answer);
    run_until(reactor, [&] { return received.has_value(); });
    EXPECT_EQ(**received, answer);
    EXPECT_TRUE(connection->has_sent_all());
    EXPECT_FALSE(connection->send_failure());
}

TEST_F(ConnectionTest, what_a_peer_said_before_it_closed_is_received)
{
    std::optional<Result<void>> sent;
    Deadline deadline(reactor, reactor.now() + 10 * second_ns);
    scope.spawn(send(*connection, large, sent, deadline));
    for (int turn = 0; turn < 20; ++turn) reactor.turn(0);
    peer.say(answer);
    peer.close();
    run_until(reactor, [&] { return sent.has_value(); });
    EXPECT_TRUE(*sent);
    const auto received = receive();
    ASSERT_TRUE(*received) << received->error().message;
    EXPECT_EQ(**received, answer);
}

TEST_F(ConnectionTest, a_peer_that_closes_without_a_word_leaves_a_failure_that_says_how_far_it_came)
{
    std::optional<Result<void>> sent;
    Deadline deadline(reactor, reactor.now() + 10 * second_ns);
    scope.spawn(send(*connection, large, sent, deadline));
    for (int turn = 0; turn < 20; ++turn) reactor.turn(0);
    peer.close();
    run_until(reactor, [&] { return sent.has_value(); });
    const auto received = receive();
    EXPECT_TRUE(!*received || (*received)->empty());
    const auto failure = connection->send_failure();
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->reason, Reason::closed);
    EXPECT_TRUE(failure->message.starts_with("the peer closed after "));
    EXPECT_TRUE(failure->message.ends_with(fmt::format(" of {} bytes sent", large.size())));
}

TEST_F(ConnectionTest, a_send_that_is_complete_leaves_nothing)
{
    std::optional<Result<void>> sent;
    Deadline deadline(reactor, reactor.now() + 10 * second_ns);
    scope.spawn(send(*connection, "GET / HTTP/1.1\r\n\r\n", sent, deadline));
    run_until(reactor, [&] { return sent.has_value(); });
    EXPECT_TRUE(*sent);
    EXPECT_TRUE(connection->is_quiet());
    EXPECT_FALSE(connection->send_failure());
}

// Receive buffers as few as a hostile peer could take them all.
class FewBuffersTest : public ConnectionTest {
protected:
    FewBuffersTest() : ConnectionTest({.count = 8, .size_bytes = 64}) {}
};

TEST_F(FewBuffersTest, a_peer_that_does_not_read_cannot_take_the_buffers_of_others)
{
    std::optional<Result<void>> sent;
    Deadline deadline(reactor, reactor.now() + 30 * second_ns);
    scope.spawn(send(*connection, large, sent, deadline));
    peer.send_small_segments();
    for (int segment = 0; segment < 32; ++segment) {
        peer.say("x");
        reactor.turn(0);
    }
    EXPECT_LE(reactor.buffers().lent(), 2U);

    Peer other;
    auto healthy = open(other);
    other.say("hello");
    std::optional<Result<std::string>> received;
    Phase phase = Phase::wait;
    scope.spawn(receive(*healthy, received, phase, deadline));
    run_until(reactor, [&] { return received.has_value(); });
    EXPECT_EQ(**received, "hello");
    close(std::move(healthy));
    EXPECT_TRUE(sent) << "something has arrived";
}

TEST_F(ConnectionTest, both_directions_are_used_at_the_same_time)
{
    connection->start_duplex();
    std::optional<Result<void>> sent;
    Deadline deadline(reactor, reactor::never);
    scope.spawn(send_all(*connection, large, sent, deadline));
    peer.say("while you send");
    EXPECT_EQ(**receive(), "while you send");
    EXPECT_FALSE(sent);

    std::size_t taken = 0;
    run_until_seen(reactor, [&] {
        taken += peer.take();
        return sent.has_value();
    });
    EXPECT_TRUE(*sent);
    while (taken < large.size()) taken += peer.take();
    EXPECT_EQ(taken, large.size());
}

TEST_F(ConnectionTest, sending_all_ends_with_the_deadline_or_with_the_peer)
{
    connection->start_duplex();
    std::optional<Result<void>> sent;
    {
        Deadline soon(reactor, reactor.now() + 1'000'000);
        scope.spawn(send_all(*connection, large, sent, soon));
        run_until(reactor, [&] { return sent.has_value(); });
    }
    EXPECT_EQ(sent->error().reason, Reason::timeout);

    close(std::move(connection));
    connection = open(peer);
    connection->start_duplex();
    sent.reset();
    Deadline deadline(reactor, reactor::never);
    scope.spawn(send_all(*connection, large, sent, deadline));
    reactor.turn(0);
    peer.close();
    run_until(reactor, [&] { return sent.has_value(); });
    EXPECT_EQ(sent->error().reason, Reason::closed);
}

}  // namespace
}  // namespace pivot::net
