#include "http/served_web_socket.hpp"
#include "http/web_socket_client.hpp"
#include "peers/certificates.hpp"
#include "peers/http_peer.hpp"
#include "reactor/run_until.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace pivot::http {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using Kind = WebSocketMessage::Kind;
using reactor::Clock;
using reactor::Deadline;
using reactor::Reactor;
using reactor::Scope;
using reactor::Task;
using test::accept_upgrade;
using test::HttpPeer;
using test::run_until;
using test::run_until_idle;
using test::run_until_seen;
using test::second_ns;
using test::ServedWebSocket;

class WebSocketTest : public testing::Test {
protected:
    explicit WebSocketTest(Clock::Kind clock = Clock::Kind::system)
        : reactor(test::open_reactor(opened_, {.ring = {}, .buffers = {}, .clock = clock}))
    {
        EXPECT_TRUE(policy_.allow("127.0.0.0/8"));
        resolver_ = open_part(net::Resolver::open(reactor, {}));
        net::TlsConfig trust;
        trust.ca_file = certificates_.ca_file();
        tls_ = open_part(net::TlsContext::open(trust));
        opener_ = std::make_unique<Opener>(*resolver_, sources_);
        config.pong_ns = 10 * second_ns;
        config.close_ns = 10 * second_ns;
    }
    ~WebSocketTest() override
    {
        if (socket) close(reactor.now());
        resolver_->close();
        run_until_idle(reactor);
    }

    // Keeps the WebSocket in `socket`, or yields why there is none.
    Result<void> open(const std::string& url, Nanoseconds until = never)
    {
        Result<void> result;
        const Destination destination(*parse_web_socket_url(url),
                                      {.policy = policy_, .tls = tls_.get()});
        Deadline deadline(reactor, until);
        finish(open_it(destination, result, deadline));
        return result;
    }

    // Keeps a WebSocket in `socket` that is the server's end, over a connection of our own.
    void serve(const std::string& url)
    {
        const Destination destination(*parse_web_socket_url(url), {policy_});
        Deadline deadline(reactor, never);
        finish(serve_it(destination, deadline));
    }

    Result<std::string> receive()
    {
        Deadline deadline(reactor, never);
        return receive(deadline);
    }

    Result<std::string> receive(Deadline& deadline)
    {
        Result<std::string> result;
        finish(receive_it(result, deadline));
        return result;
    }

    // Afterwards there is none, but what the peer said stays.
    std::optional<WebSocketClose> close(Nanoseconds until = never)
    {
        Deadline deadline(reactor, until);
        finish(close_it(deadline));
        const auto peer_close = socket->peer_close();
        socket.reset();
        return peer_close;
    }

    // Turns until a task has ended.
    void finish(Task<> task)
    {
        Scope scope(reactor);
        scope.spawn(std::move(task));
        run_until(reactor, [&] { return scope.running() == 0; });
    }

    test::TlsOptions tls_options()
    {
        return {.identity = certificates_.good({"localhost", "127.0.0.1"})};
    }

private:
    template <typename Part>
    static Part open_part(tl::expected<Part, std::string> opened)
    {
        if (!opened) throw std::runtime_error(opened.error());
        return std::move(*opened);
    }

    Task<> open_it(const Destination& destination, Result<void>& result, Deadline& deadline)
    {
        const UpgradeWish wish;
        auto opened = co_await open_web_socket(*opener_, destination, wish, config, deadline);
        if (opened) {
            socket = std::move(*opened);
        } else {
            result = tl::unexpected(opened.error());
        }
    }

    Task<> serve_it(const Destination& destination, Deadline& deadline)
    {
        Progress progress;
        const auto addresses = co_await opener_->locate(destination, progress, deadline);
        auto connected = co_await opener_->connect(*addresses, progress, deadline);
        const std::string_view surplus;
        socket = std::make_unique<WebSocket>(
            reactor, std::make_unique<net::Connection>(std::move(*connected)),
            WebSocketRole::server, config, surplus);
    }

    Task<> receive_it(Result<std::string>& result, Deadline& deadline)
    {
        auto received = co_await socket->receive(deadline);
        if (received) {
            result = std::move(received->bytes);
        } else {
            result = tl::unexpected(received.error());
        }
    }

    Task<> close_it(Deadline& deadline)
    {
        const std::string_view reason = "done";
        co_await socket->close(CloseStatus::normal, reason, deadline);
    }

    std::unique_ptr<Reactor> opened_;

protected:
    Reactor& reactor;
    WebSocketConfig config;
    std::unique_ptr<WebSocket> socket;

private:
    net::AddressPolicy policy_;
    net::SourceAddresses sources_;
    test::Certificates certificates_;
    std::unique_ptr<net::Resolver> resolver_;
    std::shared_ptr<net::TlsContext> tls_;
    std::unique_ptr<Opener> opener_;
};

// A frame of a server with a message that is not masked.
std::string text_frame(std::string_view text)
{
    return "\x81"s + static_cast<char>(text.size()) + std::string(text);
}

TEST_F(WebSocketTest, messages_go_both_ways_until_both_have_closed)
{
    std::atomic<int> status = 0;
    HttpPeer peer([&](HttpPeer::Exchange& exchange) {
        ServedWebSocket served(exchange);
        served.send("welcome");
        served.send(*served.receive() + ", too");
        served.serve();
        status = served.client_close()->status;
    });
    ASSERT_TRUE(open(peer.url("/ws")));
    EXPECT_EQ(*receive(), "welcome");
    ASSERT_TRUE(socket->send(Kind::text, "hello"));
    EXPECT_EQ(*receive(), "hello, too");
    EXPECT_EQ(close()->status, CloseStatus::normal);
    run_until_seen(reactor, [&] { return peer.connections_open() == 0; });
    EXPECT_EQ(status, CloseStatus::normal);
    EXPECT_EQ(peer.requests()[0].target, "/ws");
}

TEST_F(WebSocketTest, a_server_speaks_to_its_client)
{
    HttpPeer::Options options;
    options.on_connect = [](HttpPeer::Exchange& client) {
        WebSocketCodec codec(WebSocketRole::client);
        EXPECT_TRUE(codec.send(Kind::text, "question"));
        codec.ping();
        client.send(codec.take_outgoing());
        std::optional<WebSocketMessage> answer;
        while (!(answer = codec.take_message())) EXPECT_TRUE(codec.feed(client.receive()));
        EXPECT_EQ(answer->bytes, "answer");
        codec.close(CloseStatus::normal, "thanks");
        client.send(codec.take_outgoing());
        while (!codec.peer_close()) EXPECT_TRUE(codec.feed(client.receive()));
        client.close();
    };
    HttpPeer peer([](HttpPeer::Exchange&) {}, options);
    serve(peer.url("/"));
    EXPECT_EQ(*receive(), "question");
    ASSERT_TRUE(socket->send(Kind::text, "answer"));
    EXPECT_EQ(receive().error().message, "the peer closed the WebSocket with 1000: thanks");
    EXPECT_EQ(close()->reason, "thanks");
    run_until_seen(reactor, [&] { return peer.connections_open() == 0; });
}

TEST_F(WebSocketTest, over_tls_much_goes_both_ways_at_the_same_time)
{
    const std::string large(3'000'000, 'x');
    config.limits = {.message_bytes_max = large.size(), .waiting_bytes_max = 2 * large.size()};
    HttpPeer peer(
        [&](HttpPeer::Exchange& exchange) {
            accept_upgrade(exchange);
            WebSocketCodec codec(WebSocketRole::server, config.limits);
            for (int i = 0; i < 3; ++i) {  // before it reads anything
                EXPECT_TRUE(codec.send(Kind::text, large));
                exchange.send(codec.take_outgoing());
            }
            std::optional<WebSocketMessage> message;
            while (!(message = codec.take_message())) EXPECT_TRUE(codec.feed(exchange.receive()));
            EXPECT_EQ(message->bytes, large);
            EXPECT_TRUE(codec.send(Kind::text, "got it"));
            exchange.send(codec.take_outgoing());
            exchange.hold();
        },
        {.tls = tls_options()});
    ASSERT_TRUE(open(peer.url("/")));
    ASSERT_TRUE(socket->send(Kind::text, large));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(*receive(), large);
    EXPECT_EQ(*receive(), "got it");
}

TEST_F(WebSocketTest, what_comes_in_one_segment_with_the_handshake_is_heard)
{
    HttpPeer peer([](HttpPeer::Exchange& exchange) {
        std::string lines;
        for (const auto& [name, value] : exchange.request.headers)
            lines += name + ": " + value + "\r\n";
        exchange.send(upgrade_response(*judge_upgrade_request("GET", lines), {}) +
                      text_frame("first") + text_frame("second"));
        exchange.hold();
    });
    ASSERT_TRUE(open(peer.url("/")));
    EXPECT_EQ(*receive(), "first");
    EXPECT_EQ(*receive(), "second");
}

TEST_F(WebSocketTest, frames_that_come_byte_by_byte_are_heard)
{
    HttpPeer peer([](HttpPeer::Exchange& exchange) {
        accept_upgrade(exchange);
        exchange.drip(text_frame("slowly"), 0ns);
        exchange.hold();
    });
    ASSERT_TRUE(open(peer.url("/")));
    EXPECT_EQ(*receive(), "slowly");
}

TEST_F(WebSocketTest, a_deadline_ends_a_wait_and_loses_nothing)
{
    std::atomic<bool> may_speak = false;
    HttpPeer peer([&](HttpPeer::Exchange& exchange) {
        ServedWebSocket served(exchange);
        while (!may_speak) exchange.sleep(1ms);
        served.send("at last");
        served.serve();
    });
    ASSERT_TRUE(open(peer.url("/")));
    {
        Deadline soon(reactor, reactor.now() + 1'000'000);
        EXPECT_EQ(receive(soon).error().reason, Reason::timeout);
    }
    may_speak = true;
    EXPECT_EQ(*receive(), "at last");
}

TEST_F(WebSocketTest, the_peers_goodbye_is_told_with_its_reason)
{
    HttpPeer peer([](HttpPeer::Exchange& exchange) {
        ServedWebSocket served(exchange);
        served.send("last words");
        served.close(CloseStatus::going_away, "restart");
        exchange.hold();
    });
    ASSERT_TRUE(open(peer.url("/")));
    EXPECT_EQ(*receive(), "last words");
    const auto gone = receive();
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().reason, Reason::closed);
    EXPECT_EQ(gone.error().message, "the peer closed the WebSocket with 1001: restart");
}

TEST_F(WebSocketTest, a_peer_that_leaves_without_a_goodbye_is_told_apart)
{
    HttpPeer peer([](HttpPeer::Exchange& exchange) {
        accept_upgrade(exchange);
        exchange.send("\x81\x10half of it");
        exchange.close();
    });
    ASSERT_TRUE(open(peer.url("/")));
    const auto gone = receive();
    EXPECT_EQ(gone.error().reason, Reason::closed);
    EXPECT_EQ(gone.error().message, "the peer closed the connection without closing the WebSocket");
}

TEST_F(WebSocketTest, garbage_is_refused_and_the_peer_told)
{
    std::atomic<int> first = 0;
    HttpPeer peer([&](HttpPeer::Exchange& exchange) {
        accept_upgrade(exchange);
        exchange.send(text_frame("fine") + "\xf3garbage");
        first = static_cast<unsigned char>(exchange.receive()[0]);
        exchange.close();
    });
    ASSERT_TRUE(open(peer.url("/")));
    EXPECT_EQ(*receive(), "fine");
    EXPECT_EQ(receive().error().reason, Reason::protocol);
    close();
    run_until_seen(reactor, [&] { return first == 0x88; });
}

TEST_F(WebSocketTest, a_message_over_the_limit_is_refused_and_the_peer_told)
{
    std::atomic<bool> was_told = false;
    HttpPeer peer([&](HttpPeer::Exchange& exchange) {
        accept_upgrade(exchange);
        exchange.send(text_frame(std::string(100, 'x')).substr(0, 50));
        WebSocketCodec codec(WebSocketRole::server);
        while (!codec.peer_close()) EXPECT_TRUE(codec.feed(exchange.receive()));
        was_told = codec.peer_close()->status == 1009;
    });
    config.limits.message_bytes_max = 99;
    ASSERT_TRUE(open(peer.url("/")));
    EXPECT_EQ(receive().error().reason, Reason::too_large);
    close();
    run_until_seen(reactor, [&] { return was_told.load(); });
}

TEST_F(WebSocketTest, a_peer_that_answers_pings_stays)
{
    std::atomic<int> pings = 0;
    HttpPeer peer([&](HttpPeer::Exchange& exchange) {
        accept_upgrade(exchange);
        WebSocketCodec codec(WebSocketRole::server);
        while (pings < 3) {
            if (!codec.feed(exchange.receive())) return;
            exchange.send(codec.take_outgoing());
            pings = static_cast<int>(codec.frames_heard());
        }
        EXPECT_TRUE(codec.send(Kind::text, "enough"));
        exchange.send(codec.take_outgoing());
        exchange.hold();
    });
    config.ping_ns = 1'000'000;
    ASSERT_TRUE(open(peer.url("/")));
    EXPECT_EQ(*receive(), "enough");
}

TEST_F(WebSocketTest, pings_are_answered_while_nobody_sends)
{
    HttpPeer peer([](HttpPeer::Exchange& exchange) {
        accept_upgrade(exchange);
        WebSocketCodec codec(WebSocketRole::server);
        for (int i = 0; i < 1000; ++i) codec.ping();
        exchange.send(codec.take_outgoing());
        while (codec.frames_heard() < 1000) EXPECT_TRUE(codec.feed(exchange.receive()));
        EXPECT_TRUE(codec.send(Kind::text, "all answered"));
        exchange.send(codec.take_outgoing());
        exchange.hold();
    });
    ASSERT_TRUE(open(peer.url("/")));
    EXPECT_EQ(*receive(), "all answered");
}

TEST_F(WebSocketTest, a_flood_of_pings_from_a_peer_that_reads_nothing_ends_the_connection)
{
    HttpPeer peer([](HttpPeer::Exchange& exchange) {
        accept_upgrade(exchange);
        WebSocketCodec codec(WebSocketRole::server);
        for (int i = 0; i < 10'000; ++i) codec.ping();
        const std::string flood = codec.take_outgoing();
        while (true) exchange.send(flood);
    });
    config.limits.waiting_bytes_max = 10'000;
    ASSERT_TRUE(open(peer.url("/")));
    const auto flooded = receive();
    ASSERT_FALSE(flooded);
    EXPECT_EQ(flooded.error().reason, Reason::overload);
}

TEST_F(WebSocketTest, a_peer_that_takes_nothing_fails_those_who_send)
{
    HttpPeer peer([](HttpPeer::Exchange& exchange) {
        accept_upgrade(exchange);
        exchange.hold();
    });
    config.limits.waiting_bytes_max = 100'000;
    ASSERT_TRUE(open(peer.url("/")));
    const std::string large(60'000, 'x');
    Result<void> sent;
    for (int i = 0; sent && i < 10'000; ++i) {
        sent = socket->send(Kind::text, large);
        reactor.turn(0);
    }
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().reason, Reason::overload);
    Deadline at_once(reactor, reactor.now());
    EXPECT_FALSE(receive(at_once));
}

TEST_F(WebSocketTest, a_server_that_refuses_says_why)
{
    HttpPeer peer(
        [](HttpPeer::Exchange& exchange) { exchange.reply(401, "text/plain", "go away"); });
    const auto opened = open(peer.url("/"));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().reason, Reason::status);
    EXPECT_EQ(opened.error().message,
              "the server refused the WebSocket with 401: wrong user or password");
}

TEST_F(WebSocketTest, a_response_that_does_not_open_it_fails)
{
    const std::string endless_head =
        "HTTP/1.1 101 Switching Protocols\r\nX: " + std::string(20'000, 'x');
    for (const std::string& answer :
         {"garbage\r\n\r\n"s, "HTTP/1.1 101 Switching Protocols\r\n\r\n"s, endless_head}) {
        HttpPeer peer([&](HttpPeer::Exchange& exchange) {
            exchange.send(answer);
            exchange.hold();
        });
        const auto opened = open(peer.url("/"));
        ASSERT_FALSE(opened);
        EXPECT_TRUE(opened.error().reason == Reason::protocol ||
                    opened.error().reason == Reason::too_large);
    }
    HttpPeer closing([](HttpPeer::Exchange& exchange) {
        exchange.send("HTTP/1.1 101 Switch");
        exchange.close();
    });
    EXPECT_EQ(open(closing.url("/")).error().reason, Reason::closed);
}

TEST_F(WebSocketTest, an_address_that_the_policy_denies_is_not_connected_to)
{
    EXPECT_EQ(open("ws://10.1.2.3/").error().reason, Reason::blocked);
}

class WebSocketTimeTest : public WebSocketTest {
protected:
    WebSocketTimeTest() : WebSocketTest(Clock::Kind::manual) {}

    static Task<> sleep(Nanoseconds ns, Deadline& deadline)
    {
        co_await reactor::Sleep(deadline.reactor().now() + ns, deadline);
    }
};

TEST_F(WebSocketTimeTest, a_peer_that_does_not_answer_pings_is_dead)
{
    HttpPeer peer([](HttpPeer::Exchange& exchange) {
        accept_upgrade(exchange);
        exchange.hold();
    });
    config.ping_ns = 5 * second_ns;
    config.pong_ns = 3 * second_ns;
    ASSERT_TRUE(open(peer.url("/")));
    const Nanoseconds since = reactor.now();
    const auto dead = receive();
    ASSERT_FALSE(dead);
    EXPECT_EQ(dead.error().reason, Reason::timeout);
    EXPECT_EQ(dead.error().message, "the peer has not answered a ping within 3000 ms");
    EXPECT_EQ(reactor.now() - since, 8 * second_ns);
}

TEST_F(WebSocketTimeTest, a_peer_has_its_time_for_a_pong_even_if_nobody_has_received_for_long)
{
    HttpPeer peer([](HttpPeer::Exchange& exchange) {
        accept_upgrade(exchange);
        exchange.hold();
    });
    config.ping_ns = 5 * second_ns;
    config.pong_ns = 3 * second_ns;
    ASSERT_TRUE(open(peer.url("/")));
    Deadline unlimited(reactor, never);
    finish(sleep(60 * second_ns, unlimited));
    const Nanoseconds since = reactor.now();
    EXPECT_EQ(receive().error().reason, Reason::timeout);
    EXPECT_EQ(reactor.now() - since, 3 * second_ns);
}

TEST_F(WebSocketTimeTest, a_handshake_without_an_end_ends_with_the_deadline)
{
    HttpPeer peer([](HttpPeer::Exchange& exchange) {
        exchange.send("HTTP/1.1 101 Switching Protocols\r\n");
        exchange.hold();
    });
    EXPECT_EQ(open(peer.url("/"), reactor.now() + second_ns).error().reason, Reason::timeout);
}

TEST_F(WebSocketTimeTest, a_peer_that_does_not_say_goodbye_is_waited_for_until_the_bound)
{
    HttpPeer peer([](HttpPeer::Exchange& exchange) {
        accept_upgrade(exchange);
        exchange.hold();
    });
    config.close_ns = 4 * second_ns;
    ASSERT_TRUE(open(peer.url("/")));
    const Nanoseconds since = reactor.now();
    EXPECT_FALSE(close());
    EXPECT_EQ(reactor.now() - since, 4 * second_ns);
}

}  // namespace
}  // namespace pivot::http
