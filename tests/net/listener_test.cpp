#include "net/listener.hpp"

#include "peers/loopback.hpp"
#include "peers/temporary_folder.hpp"
#include "reactor/run_until.hpp"
#include "reactor/scope.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace pivot::net {
namespace {

using reactor::Deadline;
using reactor::Reactor;
using reactor::Scope;
using reactor::Task;
using test::Descriptor;
using test::run_until;
using test::run_until_idle;
using testing::HasSubstr;

Descriptor connect_unix(const std::string& path)
{
    Descriptor socket(test::checked(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    test::checked(
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
        "connect");
    return socket;
}

// Sends what it gets back, once, and closes.
Task<> echo(std::unique_ptr<Connection> connection, Deadline& deadline)
{
    Phase phase = Phase::read;
    std::string text;
    {
        auto received = co_await connection->receive(phase, deadline);
        if (received) text = received->bytes();
    }
    auto sent = co_await connection->send_all(text, deadline);
    EXPECT_TRUE(sent);
    co_await connection->close();
}

class ListenerTest : public testing::Test {
protected:
    explicit ListenerTest(unsigned descriptors = 64)
        : reactor(test::open_reactor(
              opened_, {.ring = {.requests = 64, .descriptors = descriptors, .is_polled = false},
                        .buffers = {}})),
          closing(reactor, never),
          scope(reactor)
    {
    }
    ~ListenerTest() override
    {
        closing.expire(Reason::cancelled);
        run_until(reactor, [&] { return scope.running() == 0; });
        listener.reset();
        run_until_idle(reactor);
    }

    void open(const std::string& text)
    {
        auto opened = Listener::open(*ListenAddress::parse(text), log());
        ASSERT_TRUE(opened) << opened.error();
        listener = std::move(*opened);
        scope.spawn(serve(*listener, scope, closing));
    }

    std::string why_not(const std::string& text)
    {
        auto opened = Listener::open(*ListenAddress::parse(text), log());
        return opened ? "" : opened.error();
    }

    Log log()
    {
        return
            [this](LogLevel, std::string_view, std::string_view line) { lines.emplace_back(line); };
    }

    std::string path() const { return folder_.path() / "a.sock"; }

    void expect_echo(const Descriptor& client)
    {
        test::checked(static_cast<int>(::send(client.get(), "hello", 5, MSG_NOSIGNAL)), "send");
        std::string text(5, ' ');
        ssize_t count = -1;
        run_until(reactor, [&] {
            count = ::recv(client.get(), text.data(), text.size(), MSG_DONTWAIT);
            return count >= 0;
        });
        EXPECT_EQ(count, 5);
        EXPECT_EQ(text, "hello");
    }

private:
    static Task<> serve(Listener& listener, Scope& scope, Deadline& closing)
    {
        while (true) {
            auto accepted = co_await listener.accept(closing);
            if (!accepted) break;
            scope.spawn(echo(std::move(*accepted), closing));
        }
    }

    test::TemporaryFolder folder_;
    std::unique_ptr<Reactor> opened_;

protected:
    Reactor& reactor;
    Deadline closing;
    Scope scope;
    std::unique_ptr<Listener> listener;
    std::vector<std::string> lines;
};

TEST_F(ListenerTest, connections_come_one_after_the_other)
{
    open("127.0.0.1:0");
    const std::uint16_t port = listener->address().ip()->port();
    EXPECT_NE(port, 0);
    const Descriptor first = test::connect_tcp("127.0.0.1", port);
    const Descriptor second = test::connect_tcp("127.0.0.1", port);
    expect_echo(second);
    expect_echo(first);
}

TEST_F(ListenerTest, a_port_of_ipv6_is_free_in_ipv4)
{
    const test::RefusingPort reserved("::");  // in both
    const std::uint16_t port = reserved.port();
    open("[::]:" + std::to_string(port));
    EXPECT_EQ(why_not("0.0.0.0:" + std::to_string(port)), "");
    expect_echo(test::connect_tcp("::1", port));
    EXPECT_THAT(why_not("[::1]:" + std::to_string(port)),
                HasSubstr("another process listens there"));
}

TEST_F(ListenerTest, a_unix_socket_is_for_owner_and_group_and_goes_with_its_listener)
{
    const mode_t mask = ::umask(0077);
    open(path());
    ::umask(mask);
    struct stat file{};
    ASSERT_EQ(::stat(path().c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0660U);
    expect_echo(connect_unix(path()));
    closing.expire(Reason::cancelled);
    run_until(reactor, [&] { return scope.running() == 0; });
    listener.reset();
    EXPECT_NE(::stat(path().c_str(), &file), 0);
}

// As of a process that was killed, whose ring the kernel is still tearing down.
TEST_F(ListenerTest, waits_a_moment_for_another_process_that_goes)
{
    std::optional<Descriptor> going(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    test::checked(::bind(going->get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
                  "bind");
    test::checked(::listen(going->get(), 1), "listen");
    std::thread leaving([&going] {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        going.reset();
    });
    open(path());
    leaving.join();
    expect_echo(connect_unix(path()));
}

TEST_F(ListenerTest, a_stale_socket_is_replaced_and_nothing_else)
{
    {
        Descriptor stale(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path().copy(address.sun_path, sizeof address.sun_path - 1);
        test::checked(
            ::bind(stale.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
            "bind");
    }
    open(path());
    expect_echo(connect_unix(path()));
    EXPECT_THAT(why_not(path()), HasSubstr("another process listens there"));
    expect_echo(connect_unix(path()));

    const std::string file = path() + ".txt";
    test::Descriptor(::creat(file.c_str(), 0600));
    EXPECT_THAT(why_not(file), HasSubstr("is not a socket"));
    EXPECT_THAT(why_not("/none/a.sock"), HasSubstr("cannot listen at /none/a.sock: No such file"));
}

TEST_F(ListenerTest, the_file_of_a_successor_stays)
{
    open(path());
    ::unlink(path().c_str());
    auto next = Listener::open(*ListenAddress::parse(path()), log());
    ASSERT_TRUE(next);
    closing.expire(Reason::cancelled);
    run_until(reactor, [&] { return scope.running() == 0; });
    listener.reset();
    struct stat file{};
    EXPECT_EQ(::stat(path().c_str(), &file), 0);
}

class FullListenerTest : public ListenerTest {
protected:
    FullListenerTest() : ListenerTest(1) {}
};

// A limit of the process would hit the sanitizers as well.
TEST_F(FullListenerTest, a_lack_of_descriptors_is_waited_out_and_told_once)
{
    open("127.0.0.1:0");
    const std::uint16_t port = listener->address().ip()->port();
    const Descriptor first = test::connect_tcp("127.0.0.1", port);
    const Descriptor second = test::connect_tcp("127.0.0.1", port);
    run_until(reactor, [&] { return !lines.empty(); });
    expect_echo(first);
    run_until(reactor, [&] { return reactor.ring().slots_free() == 1; });
    expect_echo(test::connect_tcp("127.0.0.1", port));
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_THAT(lines[0], HasSubstr("accepts no connection, and tries again: all 1 connections"));
}

}  // namespace
}  // namespace pivot::net
