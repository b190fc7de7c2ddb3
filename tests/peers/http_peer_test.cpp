#include "peers/http_peer.hpp"

#include "peers/eventually.hpp"
#include "peers/loopback.hpp"
#include "peers/plain_client.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace pivot::test {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view get = "GET /flow?a=1 HTTP/1.1\r\nHost: voice.example\r\n\r\n";

void say_hello(HttpPeer::Exchange& exchange)
{
    exchange.reply(200, "text/plain", "hello");
}

TEST(HttpPeer, a_request_arrives_as_it_was_sent)
{
    HttpPeer peer{say_hello};
    PlainClient client{peer.port()};
    client.send(
        "POST /flow?a=%20 HTTP/1.1\r\nHOST:  voice.example \r\nX-Tag: 1\r\nX-Tag: 2\r\n"
        "Content-Length: 6\r\n\r\nDigits");
    EXPECT_TRUE(client.receive_answer().ends_with("\r\n\r\nhello"));

    const auto requests = peer.requests();
    ASSERT_EQ(requests.size(), 1U);
    const auto& request = requests.front();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/flow?a=%20");
    EXPECT_EQ(request.version, "HTTP/1.1");
    EXPECT_EQ(request.header("host"), "voice.example");
    EXPECT_EQ(request.headers.size(), 4U);
    EXPECT_EQ(request.header("x-tag"), "1");
    EXPECT_EQ(request.header("cookie"), "");
    EXPECT_EQ(request.body, "Digits");
}

TEST(HttpPeer, a_request_may_come_in_pieces)
{
    HttpPeer peer{say_hello};
    PlainClient client{peer.port()};
    for (const char letter : get) client.send({&letter, 1});
    EXPECT_TRUE(client.receive_answer().ends_with("hello"));
}

TEST(HttpPeer, a_connection_is_kept_and_its_requests_are_counted)
{
    HttpPeer peer{say_hello};
    PlainClient first{peer.port()};
    for (int i = 0; i < 2; ++i) {
        first.send(get);
        first.receive_answer();
    }
    PlainClient second{peer.port()};
    second.send(get);
    second.receive_answer();

    const auto requests = peer.requests();
    ASSERT_EQ(requests.size(), 3U);
    EXPECT_EQ(requests[1].connection, 1U);
    EXPECT_EQ(requests[1].number, 2U);
    EXPECT_EQ(requests[2].connection, 2U);
    EXPECT_EQ(requests[2].number, 1U);
    EXPECT_EQ(peer.connections_accepted(), 2U);
    EXPECT_EQ(peer.connections_open(), 2U);

    first.finish();
    EXPECT_TRUE(eventually([&] { return peer.connections_open() == 1; }));
}

TEST(HttpPeer, requests_in_one_segment_are_answered_in_turn)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        exchange.reply(200, "text/plain", std::to_string(exchange.request.number));
    }};
    PlainClient client{peer.port()};
    client.send(std::string(get) + std::string(get));
    EXPECT_TRUE(client.receive_answer().ends_with("\r\n\r\n1"));
    EXPECT_TRUE(client.receive_answer().ends_with("\r\n\r\n2"));
}

TEST(HttpPeer, an_answer_carries_the_headers_it_was_given)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        exchange.reply(302, "text/plain", "", "Location: /next\r\nConnection: close\r\n");
        exchange.close();
    }};
    PlainClient client{peer.port()};
    client.send(get);
    EXPECT_EQ(client.receive_to_end(),
              "HTTP/1.1 302 \r\nContent-Type: text/plain\r\nContent-Length: 0\r\n"
              "Location: /next\r\nConnection: close\r\n\r\n");
}

TEST(HttpPeer, a_connection_may_end_after_so_many_requests)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        say_hello(exchange);
        if (exchange.request.number == 2) exchange.close();
    }};
    PlainClient client{peer.port()};
    client.send(get);
    client.receive_answer();
    client.send(get);
    EXPECT_TRUE(client.receive_to_end().ends_with("hello"));
}

TEST(HttpPeer, bytes_may_drip)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        exchange.drip("abc", 20ms);
        exchange.close();
    }};
    PlainClient client{peer.port()};
    const auto start = Clock::now();
    client.send(get);
    EXPECT_EQ(client.receive_to_end(), "abc");
    EXPECT_GE(Clock::now() - start, 40ms);
}

TEST(HttpPeer, an_answer_may_be_late)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        exchange.sleep(50ms);
        say_hello(exchange);
    }};
    PlainClient client{peer.port()};
    const auto start = Clock::now();
    client.send(get);
    EXPECT_TRUE(client.receive_answer().ends_with("hello"));
    EXPECT_GE(Clock::now() - start, 50ms);
}

TEST(HttpPeer, closing_is_a_fin_although_the_client_goes_on_sending)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) { exchange.close(); }};
    PlainClient client{peer.port()};
    client.send(get);
    client.send(std::string(100'000, 'x'));
    EXPECT_EQ(client.receive_to_end(), "");
}

TEST(HttpPeer, a_reset_is_a_reset)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) { exchange.reset(); }};
    PlainClient client{peer.port()};
    client.send(get);
    EXPECT_EQ(client.receive_to_end(), " [reset]");
}

TEST(HttpPeer, what_is_not_a_request_is_answered_400)
{
    HttpPeer peer{say_hello};
    for (const auto* malformed :
         {"GET\r\n\r\n", "GET / HTTP/1.1\r\nHost\r\n\r\n",
          "POST / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n",
          "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
        PlainClient client{peer.port()};
        client.send(malformed);
        EXPECT_TRUE(client.receive_to_end().starts_with("HTTP/1.1 400 ")) << malformed;
    }
    EXPECT_TRUE(peer.requests().empty());
}

TEST(HttpPeer, it_may_speak_before_it_is_asked)
{
    HttpPeer peer{say_hello, {.on_connect = [](auto& exchange) { exchange.send("early"); }}};
    PlainClient client{peer.port()};
    EXPECT_EQ(client.receive(5), "early");
    client.send(get);
    EXPECT_TRUE(client.receive_answer().ends_with("hello"));
}

TEST(HttpPeer, it_may_close_at_once)
{
    HttpPeer peer{say_hello, {.on_connect = [](auto& exchange) { exchange.close(); }}};
    PlainClient client{peer.port()};
    client.send(get);
    EXPECT_EQ(client.receive_to_end(), "");
    EXPECT_TRUE(peer.requests().empty());
}

TEST(HttpPeer, it_may_accept_and_never_read_until_the_client_leaves)
{
    HttpPeer peer{say_hello, {.on_connect = [](auto& exchange) { exchange.hold(); }}};
    {
        PlainClient client{peer.port()};
        client.send(get);
        EXPECT_TRUE(eventually([&] { return peer.connections_open() == 1; }));
    }
    EXPECT_TRUE(eventually([&] { return peer.connections_open() == 0; }));
    EXPECT_TRUE(peer.requests().empty());
}

TEST(HttpPeer, destruction_ends_every_wait_at_once)
{
    const HttpPeer::Handler waits[]{
        [](HttpPeer::Exchange& exchange) { exchange.hold(); },
        [](HttpPeer::Exchange& exchange) { exchange.sleep(1h); },
        [](HttpPeer::Exchange& exchange) { exchange.drip("abc", 1h); },
        [](HttpPeer::Exchange& exchange) { exchange.close(); },
        [](HttpPeer::Exchange& exchange) {
            while (true) exchange.send(std::string(100'000, 'x'));
        },
        say_hello,
    };
    for (const auto& wait : waits) {
        Clock::time_point start;
        {
            HttpPeer peer{wait};
            PlainClient client{peer.port()};
            client.send(get);
            EXPECT_TRUE(eventually([&] { return peer.requests().size() == 1; }));
            start = Clock::now();
        }
        EXPECT_LT(Clock::now() - start, 5s);
    }
}

TEST(HttpPeer, many_connections_come_and_go)
{
    HttpPeer peer{say_hello};
    for (int i = 0; i < 100; ++i) {
        PlainClient client{peer.port()};
        client.send(get);
        EXPECT_TRUE(client.receive_answer().ends_with("hello"));
    }
    EXPECT_EQ(peer.connections_accepted(), 100U);
    EXPECT_TRUE(eventually([&] { return peer.connections_open() == 0; }));
}

TEST(HttpPeer, it_listens_where_it_is_told)
{
    HttpPeer v6{say_hello, {.address = "::1"}};
    EXPECT_EQ(v6.url("/flow"), "http://[::1]:" + std::to_string(v6.port()) + "/flow");
    PlainClient client{v6.port(), "::1"};
    client.send(get);
    EXPECT_TRUE(client.receive_answer().ends_with("hello"));
}

TEST(HttpPeer, it_may_come_back_on_its_port)
{
    std::uint16_t port = 0;
    for (int life = 0; life < 2; ++life) {
        HttpPeer peer{[](auto& exchange) {
                          say_hello(exchange);
                          exchange.close();
                      },
                      {.port = port}};
        port = peer.port();
        PlainClient client{port};
        client.send(get);
        EXPECT_TRUE(client.receive_to_end().ends_with("hello"));
    }
}

TEST(Loopback, a_refusing_port_refuses)
{
    const RefusingPort port;
    EXPECT_THROW(connect_tcp("127.0.0.1", port.port()), std::system_error);
}

TEST(Loopback, an_unanswering_port_leaves_a_connection_half_made)
{
    const UnansweringPort port;
    Descriptor client{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)};
    const sockaddr_in address{.sin_family = AF_INET,
                              .sin_port = htons(port.port()),
                              .sin_addr = {htonl(INADDR_LOOPBACK)},
                              .sin_zero = {}};
    EXPECT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              -1);
    pollfd polled{.fd = client.get(), .events = POLLOUT, .revents = 0};
    EXPECT_EQ(::poll(&polled, 1, 100), 0);
}

}  // namespace

}  // namespace pivot::test
