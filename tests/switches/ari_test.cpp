#include "switches/asterisk/ari.hpp"

#include "peers/certificates.hpp"
#include "peers/loopback.hpp"
#include "reactor/run_until.hpp"
#include "switches/asterisk/ari_event.hpp"
#include "switches/toy_ari.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace pivot::switches::asterisk {
namespace {

using namespace std::chrono_literals;
using reactor::Clock;
using reactor::Deadline;
using reactor::Reactor;
using reactor::Scope;
using reactor::Task;
using test::HttpPeer;
using test::run_until;
using test::run_until_idle;
using test::run_until_seen;
using test::ToyAri;

// What a listener has been told, in order.
class Ear final : public AriListener {
public:
    void connected() override { told.push_back("connected"); }
    void heard(std::string_view json) override
    {
        told.emplace_back(json);
        if (hears) hears();
    }
    void lost(std::string_view why) override { told.push_back(fmt::format("lost: {}", why)); }

    std::vector<std::string> told;
    std::function<void()> hears;
};

void answer_nothing(HttpPeer::Exchange& exchange)
{
    exchange.reply(204, "text/plain", "");
}

class AriTest : public testing::Test {
protected:
    explicit AriTest(Clock::Kind clock = Clock::Kind::system)
        : reactor(test::open_reactor(opened_, {.ring = {}, .buffers = {}, .clock = clock})),
          scope(reactor)
    {
        config.user = "pivot";
        config.password = "s3cret";
        config.application = "pivot app";
        config.reconnect = {1'000'000, 2'000'000};
        config.connect_ns = 20 * second_ns;
        config.ping_ns = 20 * second_ns;
    }
    ~AriTest() override
    {
        if (ari) stop();
        run_until_idle(reactor);
    }

    void open(const std::string& url)
    {
        config.url = url;
        auto opened = Ari::open(reactor, config);
        ASSERT_TRUE(opened) << opened.error();
        ari = std::move(*opened);
    }

    void start(const std::string& url)
    {
        open(url);
        if (ari) ari->start(ear);
    }

    void stop()
    {
        ari->stop();
        run_until_idle(reactor);
        ari.reset();
    }

    void wait_for(std::size_t count)
    {
        run_until(reactor, [&] { return ear.told.size() >= count; });
    }

    Result<AriAnswer> ask(const AriRequest& request, Nanoseconds limit_ns = 20 * second_ns)
    {
        Deadline deadline(reactor, limit_ns == never ? never : reactor.now() + limit_ns);
        std::optional<Result<AriAnswer>> answer;
        scope.spawn(ask_it(request, answer, deadline));
        run_until(reactor, [&] { return answer.has_value(); });
        return std::move(*answer);
    }

    Result<AriAnswer> ask(std::string_view method, std::string target, std::string body = {})
    {
        AriRequest request;
        request.method = method;
        request.target = std::move(target);
        request.body = std::move(body);
        return ask(request);
    }

    Task<> ask_it(const AriRequest& request, std::optional<Result<AriAnswer>>& answer,
                  Deadline& deadline)
    {
        auto answered = co_await ari->ask(request, deadline);
        answer = std::move(answered);
    }

private:
    std::unique_ptr<Reactor> opened_;

protected:
    Reactor& reactor;
    Scope scope;
    AriConfig config;
    Ear ear;
    std::unique_ptr<Ari> ari;
};

TEST_F(AriTest, events_are_heard_in_order_once_the_application_is_registered)
{
    ToyAri asterisk(answer_nothing);
    asterisk.tell("{\"type\":\"1\"}");
    asterisk.tell("{\"type\":\"2\"}");
    start(asterisk.url());
    wait_for(3);
    asterisk.tell("{\"type\":\"3\"}");
    wait_for(4);
    const std::vector<std::string> expected = {"connected", R"({"type":"1"})", R"({"type":"2"})",
                                               R"({"type":"3"})"};
    EXPECT_EQ(ear.told, expected);
    EXPECT_TRUE(ari->is_connected());
    const test::Request request = asterisk.peer().requests()[1];
    EXPECT_EQ(request.target, "/ari/events?app=pivot%20app");
    EXPECT_EQ(request.header("authorization"), "Basic cGl2b3Q6czNjcmV0");
}

TEST_F(AriTest, asterisk_is_asked_to_keep_noise_to_itself)
{
    ToyAri asterisk(answer_nothing);
    start(asterisk.url());
    run_until_seen(reactor, [&] { return asterisk.peer().requests_read() == 3; });
    const test::Request request = asterisk.peer().requests()[2];
    EXPECT_EQ(request.method, "PUT");
    EXPECT_EQ(request.target, "/ari/applications/pivot%20app/eventFilter");
    EXPECT_EQ(request.body, event_filter());
}

TEST_F(AriTest, a_user_who_may_only_read_gets_no_calls)
{
    std::atomic<bool> may_write = false;
    ToyAri asterisk([&](HttpPeer::Exchange& exchange) {
        if (may_write) return answer_nothing(exchange);
        exchange.reply(403, "application/json", R"({"message":"Write access denied"})");
    });
    start(asterisk.url());
    run_until_seen(reactor, [&] { return asterisk.peer().requests_read() == 3; });
    const std::vector<std::string> expected = {
        "lost: the user pivot may only read: write read_only = no to this user in ari.conf"};
    EXPECT_EQ(ear.told, expected);
    EXPECT_EQ(asterisk.registrations(), 0U);
    may_write = true;
    wait_for(2);
    EXPECT_EQ(ear.told[1], "connected");
}

TEST_F(AriTest, garbage_is_heard_as_it_came)
{
    ToyAri asterisk(answer_nothing);
    asterisk.tell("no JSON");
    asterisk.tell("{\"a\":\"ApplicationReplaced\"");
    asterisk.tell("{\"type\":\"X\",\"name\":\"ApplicationReplaced\"}");
    start(asterisk.url());
    wait_for(4);
    EXPECT_EQ(ear.told[1], "no JSON");
    EXPECT_TRUE(ari->is_connected());
}

TEST_F(AriTest, a_connection_that_is_lost_is_made_again)
{
    ToyAri asterisk(answer_nothing);
    start(asterisk.url());
    wait_for(1);
    asterisk.drop();
    wait_for(3);
    const std::vector<std::string> expected = {
        "connected", "lost: the peer closed the connection without closing the WebSocket",
        "connected"};
    EXPECT_EQ(ear.told, expected);
    asterisk.tell("again");
    wait_for(4);
    EXPECT_EQ(ear.told[3], "again");
}

TEST_F(AriTest, a_loss_is_told_once_until_it_is_connected_again)
{
    std::optional<ToyAri> asterisk(std::in_place, answer_nothing);
    start(asterisk->url());
    wait_for(1);
    asterisk.reset();
    wait_for(2);
    const Nanoseconds until = reactor.now() + 20'000'000;
    run_until_seen(reactor, [&] { return reactor.now() >= until; });
    EXPECT_EQ(ear.told.size(), 2U);
    EXPECT_FALSE(ari->is_connected());
}

TEST_F(AriTest, a_wrong_password_is_told_without_it)
{
    ToyAri asterisk(answer_nothing);
    asterisk.refuse(test::ordinary_answer(401, "application/json", "{}"));
    start(asterisk.url());
    wait_for(1);
    EXPECT_EQ(ear.told[0],
              "lost: the server refused the WebSocket with 401: wrong user or password");
    asterisk.refuse("");
    wait_for(2);
    EXPECT_EQ(ear.told[1], "connected");
}

TEST_F(AriTest, a_refusal_is_told_after_a_loss)
{
    ToyAri asterisk(answer_nothing);
    start(asterisk.url());
    wait_for(1);
    asterisk.refuse(test::ordinary_answer(403, "application/json", "{}"));
    asterisk.drop();
    wait_for(3);
    EXPECT_EQ(ear.told[2],
              "lost: the server refused the WebSocket with 403: this user may not open it");
}

TEST_F(AriTest, an_asterisk_that_is_not_there_yet_is_waited_for)
{
    const test::RefusingPort port;
    start(fmt::format("http://127.0.0.1:{}", port.port()));
    wait_for(1);
    EXPECT_NE(ear.told[0].find("Connection refused"), std::string::npos) << ear.told[0];
}

TEST_F(AriTest, a_handshake_without_an_end_is_given_up)
{
    ToyAri asterisk(answer_nothing);
    asterisk.refuse("HTTP/1.1 101 Switching Protocols\r\n");
    config.connect_ns = 20'000'000;
    start(asterisk.url());
    wait_for(1);
    EXPECT_EQ(ear.told[0], "lost: no connection within 20 ms");
}

TEST_F(AriTest, what_had_arrived_before_it_stops_is_not_told)
{
    ToyAri asterisk(answer_nothing);
    for (int i = 0; i < 10; ++i) asterisk.tell(fmt::format("{{\"type\":\"{}\"}}", i));
    ear.hears = [this] { ari->stop(); };
    start(asterisk.url());
    wait_for(2);
    run_until_idle(reactor);
    EXPECT_EQ(ear.told, (std::vector<std::string>{"connected", "{\"type\":\"0\"}"}));
}

TEST_F(AriTest, stopping_says_goodbye_and_tells_nothing)
{
    ToyAri asterisk(answer_nothing);
    start(asterisk.url());
    wait_for(1);
    stop();
    EXPECT_TRUE(test::eventually([&] { return asterisk.client_close().has_value(); }));
    EXPECT_EQ(asterisk.client_close()->status, http::CloseStatus::going_away);
    EXPECT_EQ(ear.told.size(), 1U);
}

TEST_F(AriTest, any_status_is_an_answer)
{
    ToyAri asterisk([](HttpPeer::Exchange& exchange) {
        if (exchange.request.method == "DELETE") return answer_nothing(exchange);
        exchange.reply(404, "application/json", R"({"message":"Channel not found"})");
    });
    open(asterisk.url() + "/prefix/");
    const auto posted = ask("POST", "channels/1.2/play?media=sound%3Abeep", R"({"a":1})");
    ASSERT_TRUE(posted) << posted.error().message;
    EXPECT_EQ(posted->status, 404);
    EXPECT_EQ(posted->body, R"({"message":"Channel not found"})");
    const auto deleted = ask("DELETE", "playbacks/p1");
    ASSERT_TRUE(deleted);
    EXPECT_EQ(deleted->status, 204);

    const auto requests = asterisk.peer().requests();
    EXPECT_EQ(requests[0].target, "/prefix/ari/channels/1.2/play?media=sound%3Abeep");
    EXPECT_EQ(requests[0].header("authorization"), "Basic cGl2b3Q6czNjcmV0");
    EXPECT_EQ(requests[0].header("content-type"), "application/json");
    EXPECT_EQ(requests[0].body, R"({"a":1})");
    EXPECT_EQ(requests[1].connection, requests[0].connection);
    EXPECT_TRUE(ask("POST", "channels/1.2/answer"));
    EXPECT_EQ(asterisk.peer().requests()[2].header("content-length"), "0");
}

TEST_F(AriTest, redirects_are_answers)
{
    ToyAri asterisk([](HttpPeer::Exchange& exchange) {
        exchange.reply(302, "text/plain", "", "Location: http://127.0.0.1:1/\r\n");
    });
    open(asterisk.url());
    EXPECT_EQ(ask("GET", "channels")->status, 302);
    EXPECT_EQ(asterisk.peer().requests_read(), 1U);
}

TEST_F(AriTest, sixteen_requests_are_under_way_at_a_time_and_the_others_wait_in_order)
{
    std::atomic<int> arrived = 0;
    std::atomic<bool> may_answer = false;
    ToyAri asterisk([&](HttpPeer::Exchange& exchange) {
        ++arrived;
        while (!may_answer) exchange.sleep(1ms);
        answer_nothing(exchange);
    });
    open(asterisk.url());
    constexpr std::size_t count = 40;
    std::vector<AriRequest> requests(count);
    std::vector<std::optional<Result<AriAnswer>>> answers(count);
    Deadline deadline(reactor, never);
    for (std::size_t i = 0; i < count; ++i) {
        requests[i].method = "POST";
        requests[i].target = fmt::format("channels/{}", i);
        scope.spawn(ask_it(requests[i], answers[i], deadline));
    }
    run_until_seen(reactor, [&] { return arrived == 16; });
    EXPECT_EQ(asterisk.peer().connections_accepted(), 16U);
    may_answer = true;
    run_until(reactor, [&] { return scope.running() == 0; });
    for (const auto& answer : answers) EXPECT_TRUE(*answer);
    EXPECT_EQ(asterisk.peer().requests_read(), count);
    EXPECT_LE(asterisk.peer().connections_accepted(), 16U);
}

TEST_F(AriTest, a_request_waits_for_its_turn_until_its_deadline)
{
    ToyAri asterisk([](HttpPeer::Exchange& exchange) { exchange.hold(); });
    open(asterisk.url());
    std::array<std::optional<Result<AriAnswer>>, 16> answers;
    AriRequest request;
    request.method = "GET";
    request.target = "channels";
    {
        Deadline deadline(reactor, never);
        for (auto& answer : answers) scope.spawn(ask_it(request, answer, deadline));
        const auto late = ask(request, 1'000'000);
        ASSERT_FALSE(late);
        EXPECT_EQ(late.error().reason, Reason::timeout);
        EXPECT_EQ(late.error().phase, Phase::queue);
        ari->stop();
        run_until(reactor, [&] { return scope.running() == 0; });
    }
    for (const auto& answer : answers) EXPECT_EQ(answer->error().reason, Reason::cancelled);
    EXPECT_EQ(ask(request).error().reason, Reason::cancelled);
}

TEST_F(AriTest, an_answer_without_an_end_is_too_large_or_late)
{
    ToyAri asterisk([](HttpPeer::Exchange& exchange) {
        exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        if (exchange.request.target == "/ari/late") exchange.hold();
        while (true) exchange.send("1000\r\n" + std::string(0x1000, 'x') + "\r\n");
    });
    open(asterisk.url());
    EXPECT_EQ(ask("GET", "endless").error().reason, Reason::too_large);
    AriRequest small{.method = "GET", .target = "endless", .body = {}, .body_bytes_max = 100};
    EXPECT_EQ(ask(small).error().reason, Reason::too_large);
    AriRequest late{.method = "GET", .target = "late", .body = {}, .body_bytes_max = 0};
    EXPECT_EQ(ask(late, 10'000'000).error().reason, Reason::timeout);
}

// An Asterisk that closes a kept connection just when a request comes.
void answer_every_other(HttpPeer::Exchange& exchange)
{
    if (exchange.request.number == 2) return exchange.close();
    answer_nothing(exchange);
}

TEST_F(AriTest, a_request_that_can_be_repeated_survives_the_end_of_a_kept_connection)
{
    for (const std::string_view method : {"GET", "PUT", "DELETE"}) {
        ToyAri asterisk(answer_every_other);
        open(asterisk.url());
        ASSERT_TRUE(ask("GET", "channels"));
        EXPECT_TRUE(ask(method, "channels/1"));
        EXPECT_EQ(asterisk.peer().requests_read(), 3U);
        stop();
    }
}

TEST_F(AriTest, a_post_is_never_sent_twice)
{
    ToyAri asterisk(answer_every_other);
    open(asterisk.url());
    ASSERT_TRUE(ask("GET", "channels"));
    const auto posted = ask("POST", "channels");
    ASSERT_FALSE(posted);
    EXPECT_EQ(posted.error().reason, Reason::closed);
    EXPECT_EQ(asterisk.peer().requests_read(), 2U);
}

TEST_F(AriTest, a_configuration_that_cannot_work_is_refused)
{
    const auto why = [&](const std::string& url) {
        config.url = url;
        const auto opened = Ari::open(reactor, config);
        return opened ? "" : opened.error();
    };
    EXPECT_NE(why("ftp://127.0.0.1"), "");
    EXPECT_EQ(why("http://ann:pw@127.0.0.1"),
              "the URL has credentials: user and password have settings of their own");
    EXPECT_EQ(why("http://127.0.0.1/?a=1"),
              "the URL has a query: write it up to the path in front of /ari");
}

TEST_F(AriTest, events_and_requests_go_over_tls_where_the_url_says_so)
{
    test::Certificates certificates;
    HttpPeer::Options options;
    options.tls = test::TlsOptions{.identity = certificates.good({"127.0.0.1"})};
    HttpPeer asterisk(
        [](HttpPeer::Exchange& exchange) {
            if (exchange.request.method != "GET") return answer_nothing(exchange);
            test::ServedWebSocket socket(exchange);
            socket.send("secretly");
            socket.serve();
        },
        options);
    config.tls.ca_file = certificates.ca_file();
    start(asterisk.url(""));
    wait_for(2);
    EXPECT_EQ(ear.told[1], "secretly");
    EXPECT_EQ(ask("DELETE", "channels/1")->status, 204);
    stop();

    const test::Certificates others;
    config.tls.ca_file = others.ca_file();
    start(asterisk.url(""));
    wait_for(3);
    EXPECT_TRUE(ear.told[2].starts_with("lost: certificate refused")) << ear.told[2];
}

TEST_F(AriTest, an_asterisk_that_does_not_answer_pings_is_lost)
{
    HttpPeer asterisk([](HttpPeer::Exchange& exchange) {
        if (exchange.request.method != "GET") return answer_nothing(exchange);
        test::accept_upgrade(exchange);
        exchange.hold();
    });
    config.ping_ns = 1'000'000;
    config.pong_ns = 20'000'000;
    start(asterisk.url(""));
    wait_for(2);
    EXPECT_EQ(ear.told[1], "lost: the peer has not answered a ping within 20 ms");
}

TEST_F(AriTest, an_application_that_was_taken_over_is_taken_back_later)
{
    constexpr std::string_view replaced = R"({"type":"ApplicationReplaced","application":"pivot"})";
    config.replaced_retry_ns = 100'000'000;
    ToyAri asterisk(answer_nothing);
    start(asterisk.url());
    asterisk.tell(std::string(replaced));
    wait_for(3);
    const Nanoseconds since = reactor.now();
    EXPECT_FALSE(ari->is_connected());
    wait_for(4);
    EXPECT_GE(reactor.now() - since, config.replaced_retry_ns / 2);
    const std::vector<std::string> expected = {
        "connected", std::string(replaced), "lost: another client has taken over the application",
        "connected"};
    EXPECT_EQ(ear.told, expected);
}

TEST_F(AriTest, an_application_is_taken_back_on_a_demand_that_comes_before_the_goodbye_ends)
{
    config.replaced_retry_ns = never / 2;
    ToyAri asterisk(answer_nothing);
    start(asterisk.url());
    asterisk.tell(R"({"type":"ApplicationReplaced"})");
    wait_for(3);
    ari->connect_now();
    wait_for(4);
    EXPECT_EQ(ear.told[3], "connected");
}

TEST_F(AriTest, a_demand_while_connected_ends_no_later_pause)
{
    config.replaced_retry_ns = never / 2;
    ToyAri asterisk(answer_nothing);
    start(asterisk.url());
    wait_for(1);
    ari->connect_now();
    asterisk.tell(R"({"type":"ApplicationReplaced"})");
    wait_for(3);
    const Nanoseconds since = reactor.now();
    run_until_seen(reactor, [&] { return reactor.now() - since >= 50'000'000; });
    EXPECT_EQ(ear.told.size(), 3U);
}

TEST_F(AriTest, an_application_that_was_taken_over_is_taken_back_on_demand)
{
    config.replaced_retry_ns = never / 2;
    ToyAri asterisk(answer_nothing);
    start(asterisk.url());
    asterisk.tell(R"({"type":"ApplicationReplaced"})");
    wait_for(3);
    run_until_seen(reactor, [&] {
        ari->connect_now();
        return ear.told.size() == 4;
    });
    EXPECT_EQ(ear.told[3], "connected");
}

class AriTimeTest : public AriTest {
protected:
    AriTimeTest() : AriTest(Clock::Kind::manual) {}
};

TEST_F(AriTimeTest, a_connection_is_kept_for_ten_seconds)
{
    ToyAri asterisk(answer_nothing);
    open(asterisk.url());
    const AriRequest request{
        .method = "GET", .target = "channels", .body = {}, .body_bytes_max = 0};
    ASSERT_TRUE(ask(request, never));
    ASSERT_TRUE(ask(request, never));
    EXPECT_EQ(asterisk.peer().connections_accepted(), 1U);
    const Nanoseconds since = reactor.now();
    run_until(reactor, [&] { return reactor.now() - since >= 10 * second_ns; });
    ASSERT_TRUE(ask(request, never));
    EXPECT_EQ(asterisk.peer().connections_accepted(), 2U);
}

}  // namespace
}  // namespace pivot::switches::asterisk
