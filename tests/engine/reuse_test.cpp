// Connections that are kept for the next call, and those that are not.
#include "peers/certificates.hpp"
#include "engine/engine_fixture.hpp"

#include <algorithm>
#include <latch>

namespace pivot::test {
namespace {

constexpr auto post = R"(,"method":"post")";

TEST(Reuse, a_second_call_goes_over_the_same_connection)
{
    HttpPeer peer{answer()};
    Pivots pivots;
    EXPECT_FALSE(pivots.run(node(peer.url("/"))).exchange->was_reused);
    const auto second = pivots.run(node(peer.url("/"), post));
    EXPECT_TRUE(is_processed(second));
    EXPECT_TRUE(second.exchange->was_reused);
    EXPECT_EQ(second.exchange->timings_us.connect, 0);
    EXPECT_EQ(second.exchange->address, "127.0.0.1:" + std::to_string(peer.port()));
    EXPECT_EQ(peer.connections_accepted(), 1u);
}

TEST(Reuse, after_a_failure_that_left_the_connection_clean)
{
    HttpPeer peer{answer("gone", "text/plain", 404)};
    Pivots pivots;
    EXPECT_TRUE(has_failed(pivots.run(node(peer.url("/"))), Reason::status));
    const auto second = pivots.run(node(peer.url("/")));
    EXPECT_TRUE(has_failed(second, Reason::status));
    EXPECT_TRUE(second.exchange->was_reused);
}

TEST(Reuse, of_the_connection_that_was_used_last)
{
    std::latch both{2};
    HttpPeer peer{[&](HttpPeer::Exchange& exchange) {
        if (exchange.request.target.starts_with("/first") ||
            exchange.request.target.starts_with("/second"))
            both.arrive_and_wait();
        if (exchange.request.target.starts_with("/second")) exchange.sleep(200ms);
        exchange.reply(200, "application/json", hello);
    }};
    Pivots pivots;
    auto first = pivots.start(node(peer.url("/first")));
    auto second = pivots.start(node(peer.url("/second")));
    EXPECT_TRUE(is_processed(first.get()));
    EXPECT_TRUE(is_processed(second.get()));
    EXPECT_TRUE(pivots.run(node(peer.url("/third"))).exchange->was_reused);

    std::size_t last = 0;
    std::size_t third = 1;
    for (const auto& request : peer.requests()) {
        if (request.target.starts_with("/second")) last = request.connection;
        if (request.target.starts_with("/third")) third = request.connection;
    }
    EXPECT_EQ(last, third);
}

TEST(Reuse, not_across_ports)
{
    HttpPeer one{answer()};
    HttpPeer other{answer()};
    Pivots pivots;
    EXPECT_TRUE(is_processed(pivots.run(node(one.url("/")))));
    EXPECT_FALSE(pivots.run(node(other.url("/"))).exchange->was_reused);
    EXPECT_TRUE(pivots.run(node(one.url("/"))).exchange->was_reused);
}

TEST(Reuse, not_after_connection_close)
{
    for (const auto* line : {"Connection: close\r\n", "connection: Keep-Alive, CLOSE\r\n"}) {
        HttpPeer peer{answer(hello, "application/json", 200, line)};
        Pivots pivots;
        EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
        EXPECT_TRUE(eventually([&] { return peer.connections_open() == 0; }));
        EXPECT_FALSE(pivots.run(node(peer.url("/"))).exchange->was_reused);
        EXPECT_EQ(peer.connections_accepted(), 2u);
    }
}

TEST(Reuse, not_with_bytes_that_nobody_asked_for)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        const auto ordinary = ordinary_answer(200, "application/json", hello);
        exchange.send(ordinary + ordinary);
    }};
    Pivots pivots;
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    const auto second = pivots.run(node(peer.url("/")));
    EXPECT_TRUE(is_processed(second));
    EXPECT_FALSE(second.exchange->was_reused);
}

TEST(Reuse, not_with_bytes_that_come_while_it_is_idle)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        exchange.reply(200, "application/json", hello);
        exchange.sleep(50ms);
        exchange.send("surplus");
        exchange.hold();
    }};
    Pivots pivots;
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    EXPECT_TRUE(eventually([&] { return peer.connections_open() == 0; }))
        << "an idle connection that speaks is closed";
}

TEST(Reuse, not_after_the_idle_timeout)
{
    auto config = loopback();
    config.http.idle_timeout = 50ms;
    HttpPeer peer{answer()};
    Pivots pivots{config};
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    EXPECT_TRUE(eventually([&] { return peer.connections_open() == 0; }));
    EXPECT_FALSE(pivots.run(node(peer.url("/"))).exchange->was_reused);
}

TEST(Reuse, of_as_many_as_the_limit_and_no_more)
{
    auto config = loopback();
    config.http.idle_connections_per_origin_max = 2;
    std::latch all{4};
    HttpPeer peer{[&](HttpPeer::Exchange& exchange) {
        all.arrive_and_wait();
        exchange.reply(200, "application/json", hello);
    }};
    Pivots pivots{config};
    std::vector<std::future<Outcome>> calls;
    for (int i = 0; i < 4; ++i) calls.push_back(pivots.start(node(peer.url("/"))));
    for (auto& call : calls) EXPECT_TRUE(is_processed(call.get()));
    EXPECT_TRUE(eventually([&] { return peer.connections_open() == 2; }));
}

TEST(Stale, a_connection_that_was_closed_while_idle_is_not_used)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        exchange.reply(200, "application/json", hello);
        exchange.close();
    }};
    Pivots pivots;
    for (const auto* more : {"", post}) {
        EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/"), more))));
        // The peer counts a connection until our side is closed, too.
        EXPECT_TRUE(eventually([&] { return peer.connections_open() == 0; }));
    }
}

TEST(Stale, a_get_is_asked_once_more_on_a_new_connection)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        if (exchange.request.number == 2) exchange.close();
        exchange.reply(200, "application/json", hello);
    }};
    Pivots pivots;
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    const auto second = pivots.run(node(peer.url("/")));
    EXPECT_TRUE(is_processed(second));
    EXPECT_FALSE(second.exchange->was_reused);
    const auto requests = peer.requests();
    ASSERT_EQ(requests.size(), 3u);
    EXPECT_EQ(requests[1].connection, 1u);
    EXPECT_EQ(requests[2].connection, 2u);
    EXPECT_EQ(requests[2].target, requests[1].target);
}

TEST(Stale, a_reset_is_like_a_close)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        if (exchange.request.number == 2) exchange.reset();
        exchange.reply(200, "application/json", hello);
    }};
    Pivots pivots;
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    EXPECT_EQ(peer.requests().size(), 3u);
}

TEST(Stale, the_second_try_does_not_meet_another_stale_connection)
{
    std::latch both{2};
    HttpPeer peer{[&](HttpPeer::Exchange& exchange) {
        if (exchange.request.number == 2)
            exchange.close();
        else if (exchange.request.connection <= 2)
            both.arrive_and_wait();
        exchange.reply(200, "application/json", hello);
    }};
    Pivots pivots;
    auto one = pivots.start(node(peer.url("/")));
    auto other = pivots.start(node(peer.url("/")));
    EXPECT_TRUE(is_processed(one.get()));
    EXPECT_TRUE(is_processed(other.get()));
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    EXPECT_EQ(peer.requests().back().connection, 3u);
}

TEST(Stale, the_second_try_is_the_last)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        if (exchange.request.connection > 1 || exchange.request.number == 2) exchange.close();
        exchange.reply(200, "application/json", hello);
    }};
    Pivots pivots;
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    EXPECT_TRUE(has_failed(pivots.run(node(peer.url("/"))), Reason::closed));
    EXPECT_EQ(peer.requests().size(), 3u);
}

TEST(Stale, after_a_byte_of_the_answer_nothing_is_repeated)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        if (exchange.request.number == 2) {
            exchange.send("H");
            exchange.close();
        }
        exchange.reply(200, "application/json", hello);
    }};
    Pivots pivots;
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    EXPECT_TRUE(has_failed(pivots.run(node(peer.url("/"))), Reason::closed));
    EXPECT_EQ(peer.requests().size(), 2u);
}

HttpPeer::Handler closing_upon_the_second()
{
    return [](HttpPeer::Exchange& exchange) {
        if (exchange.request.number == 2) exchange.close();
        exchange.reply(200, "application/json", hello);
    };
}

TEST(Stale, a_post_is_asked_once_more_too_and_has_the_same_token)
{
    struct Row {
        const char* more;
        const char* header;
    };
    for (const auto& [more, header] :
         {Row{R"(,"method":"post")", "idempotency-key"},
          Row{R"(,"method":"post","req_body_format":"json")", "idempotency-key"},
          Row{R"(,"method":"post","req_format":"twiml")", "i-twilio-idempotency-token"},
          Row{R"(,"method":"get","req_format":"twiml")", "i-twilio-idempotency-token"}}) {
        HttpPeer peer{closing_upon_the_second()};
        Pivots pivots;
        EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/"), more))));
        EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/"), more)))) << more;
        const auto requests = peer.requests();
        ASSERT_EQ(requests.size(), 3u);
        EXPECT_EQ(requests[2].body, requests[1].body);
        EXPECT_EQ(requests[1].header(header).size(), 32u) << more;
        EXPECT_EQ(requests[2].header(header), requests[1].header(header)) << more;
        EXPECT_NE(requests[0].header(header), requests[1].header(header)) << more;
    }
}

TEST(Stale, a_get_for_kazoo_has_no_token)
{
    HttpPeer peer{answer()};
    Pivots pivots;
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    EXPECT_EQ(peer.requests().at(0).header("idempotency-key"), "");
}

TEST(Stale, nothing_is_asked_once_more_where_the_operator_forbids_it)
{
    for (const auto* more : {"", post}) {
        HttpPeer peer{closing_upon_the_second()};
        auto config = loopback();
        config.http.retries_stale = false;
        Pivots pivots{config};
        EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/"), more))));
        EXPECT_TRUE(has_failed(pivots.run(node(peer.url("/"), more)), Reason::closed));
        EXPECT_EQ(peer.requests().size(), 2u);
    }
}

TEST(Stale, a_connection_is_let_go_before_its_server_does)
{
    HttpPeer peer{answer(hello, "application/json", 200, "Keep-Alive: timeout=1\r\n")};
    Pivots pivots;
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    EXPECT_TRUE(pivots.run(node(peer.url("/"))).exchange->was_reused);
    EXPECT_TRUE(eventually([&] { return peer.connections_open() == 0; }));
    EXPECT_FALSE(pivots.run(node(peer.url("/"))).exchange->was_reused);
}

TEST(Stale, a_connection_that_its_server_does_not_keep_is_closed_at_once)
{
    HttpPeer peer{answer(hello, "application/json", 200, "Keep-Alive: timeout=0\r\n")};
    Pivots pivots;
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    EXPECT_FALSE(pivots.run(node(peer.url("/"))).exchange->was_reused);
}

TEST(Resumption, a_new_connection_resumes_the_tls_session)
{
    Certificates certificates;
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsOptions tls{.identity = certificates.good({"127.0.0.1"}),
                       .version_min = version,
                       .version_max = version};
        HttpPeer peer{answer(hello, "application/json", 200, "Connection: close\r\n"),
                      {.tls = std::move(tls)}};
        auto config = loopback();
        config.tls.ca_file = certificates.ca_file();
        Pivots pivots{config};
        for (int i = 0; i < 3; ++i) EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
        ASSERT_TRUE(eventually([&] { return peer.handshakes().size() == 3; }));
        EXPECT_FALSE(peer.handshakes()[0].was_resumed);
        EXPECT_TRUE(peer.handshakes()[1].was_resumed) << version;
        EXPECT_TRUE(peer.handshakes()[2].was_resumed) << version;
    }
}

// How many of the handshakes from the one of this index on have resumed.
std::size_t resumed(const HttpPeer& peer, std::size_t first)
{
    const auto handshakes = peer.handshakes();
    return static_cast<std::size_t>(
        std::count_if(handshakes.begin() + static_cast<std::ptrdiff_t>(first), handshakes.end(),
                      [](const Handshake& handshake) { return handshake.was_resumed; }));
}

constexpr auto closing = "Connection: close\r\n";

TEST(Resumption, more_connections_at_once_than_there_are_tickets_all_resume)
{
    constexpr std::size_t at_a_time = 20;
    Certificates certificates;
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsOptions tls{.identity = certificates.good({"127.0.0.1"}),
                       .version_min = version,
                       .version_max = version};
        HttpPeer peer{answer(hello, "application/json", 200, closing), {.tls = std::move(tls)}};
        auto config = loopback();
        config.tls.ca_file = certificates.ca_file();
        Pivots pivots{config};
        EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
        for (int burst = 0; burst < 3; ++burst) {
            std::vector<std::future<Outcome>> outcomes;
            for (std::size_t i = 0; i < at_a_time; ++i)
                outcomes.push_back(pivots.start(node(peer.url("/"))));
            for (auto& outcome : outcomes) EXPECT_TRUE(is_processed(outcome.get()));
        }
        ASSERT_TRUE(eventually([&] { return peer.handshakes().size() == 1 + 3 * at_a_time; }));
        EXPECT_EQ(resumed(peer, 1), 3 * at_a_time) << version;
    }
}

TEST(Resumption, a_server_that_has_forgotten_the_tickets_gets_a_full_handshake)
{
    Certificates certificates;
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const TlsOptions tls{.identity = certificates.good({"127.0.0.1"}),
                             .version_min = version,
                             .version_max = version};
        const auto handler = answer(hello, "application/json", 200, closing);
        auto before = std::make_unique<HttpPeer>(handler, HttpPeer::Options{.tls = tls});
        const auto url = before->url("/");
        const auto port = before->port();
        auto config = loopback();
        config.tls.ca_file = certificates.ca_file();
        Pivots pivots{config};
        for (int i = 0; i < 3; ++i) EXPECT_TRUE(is_processed(pivots.run(node(url))));
        before.reset();

        HttpPeer after{handler, {.tls = tls, .port = port}};
        for (int i = 0; i < 3; ++i) EXPECT_TRUE(is_processed(pivots.run(node(url))));
        ASSERT_TRUE(eventually([&] { return after.handshakes().size() == 3; }));
        EXPECT_FALSE(after.handshakes()[0].was_resumed) << version;
        EXPECT_EQ(resumed(after, 1), 2U) << version;
    }
}

TEST(Resumption, a_server_that_chokes_on_a_ticket_is_not_offered_it_again)
{
    Certificates certificates;
    TlsOptions tls{.identity = certificates.good({"127.0.0.1"})};
    const auto handler = answer(hello, "application/json", 200, closing);
    auto peer = std::make_unique<HttpPeer>(handler, HttpPeer::Options{.tls = tls});
    const auto url = peer->url("/");
    const auto port = peer->port();
    auto config = loopback();
    config.tls.ca_file = certificates.ca_file();
    Pivots pivots{config};
    EXPECT_TRUE(is_processed(pivots.run(node(url))));

    auto choking = tls;
    choking.hello = Hello::close;
    peer.reset();
    peer = std::make_unique<HttpPeer>(handler, HttpPeer::Options{.tls = choking, .port = port});
    EXPECT_TRUE(has_failed(pivots.run(node(url)), Reason::tls, Phase::tls));
    peer.reset();
    peer = std::make_unique<HttpPeer>(handler, HttpPeer::Options{.tls = tls, .port = port});
    EXPECT_TRUE(is_processed(pivots.run(node(url))));
    ASSERT_TRUE(eventually([&] { return peer->handshakes().size() == 1; }));
    EXPECT_FALSE(peer->handshakes()[0].offered_ticket);
}

TEST(Resumption, a_tls_connection_is_kept_too)
{
    Certificates certificates;
    TlsOptions tls{.identity = certificates.good({"127.0.0.1"})};
    HttpPeer peer{answer(), {.tls = std::move(tls)}};
    auto config = loopback();
    config.tls.ca_file = certificates.ca_file();
    Pivots pivots{config};
    EXPECT_GT(pivots.run(node(peer.url("/"))).exchange->timings_us.tls, 0);
    const auto second = pivots.run(node(peer.url("/")));
    EXPECT_TRUE(is_processed(second));
    EXPECT_TRUE(second.exchange->was_reused);
    EXPECT_EQ(second.exchange->timings_us.tls, 0);
    EXPECT_EQ(peer.connections_accepted(), 1u);
}

}  // namespace
}  // namespace pivot::test
