// Calls that time out get their outcome at the deadline, whatever they are doing: never before it,
// and soon after it.
#include "engine/engine_fixture.hpp"
#include "peers/certificates.hpp"

namespace pivot::test {
namespace {

// A bound that only a deadline that is not kept reaches.
constexpr auto late_max = 10s;

// In which a server's first bytes come, however busy the machine.
constexpr std::string_view a_second = R"(,"req_timeout_ms":1000)";

struct Timed {
    Outcome outcome;
    std::chrono::nanoseconds took;
};

Timed timed(Pivots& pivots, pivot::Request request)
{
    const auto start = Clock::now();
    auto outcome = pivots.run(std::move(request));
    return {std::move(outcome), Clock::now() - start};
}

Timed timed(Pivots& pivots, const std::string& url, std::string_view more = brief)
{
    return timed(pivots, request_of(node(url, more)));
}

void expect_timeout(const Timed& call, Phase phase,
                    std::chrono::milliseconds timeout = brief_timeout)
{
    EXPECT_TRUE(has_failed(call.outcome, Reason::timeout, phase));
    EXPECT_GE(call.took, timeout);
    EXPECT_GE(call.outcome.elapsed, timeout);
    EXPECT_LT(call.took, timeout + late_max);
}

TEST(Timeout, in_dns)
{
    DnsServer dns;
    dns.answer("silent.example", DnsType::a, {.reply = DnsReply::silence});
    dns.answer("silent.example", DnsType::aaaa, {.reply = DnsReply::silence});
    Pivots pivots{loopback(dns)};
    expect_timeout(timed(pivots, "http://silent.example/"), Phase::dns);
}

TEST(Timeout, in_dns_leaves_a_later_call_alone)
{
    DnsServer dns;
    dns.answer("late.example", DnsType::a, {.addresses = {"127.0.0.1"}, .delay = 2s});
    dns.answer("late.example", DnsType::aaaa, {});
    HttpPeer peer{answer()};
    const auto url = "http://late.example:" + std::to_string(peer.port()) + "/";
    Pivots pivots{loopback(dns)};
    expect_timeout(timed(pivots, url), Phase::dns);
    EXPECT_TRUE(is_processed(pivots.run(node(url))));
}

TEST(Timeout, in_connect)
{
    const UnansweringPort port;
    Pivots pivots;
    expect_timeout(timed(pivots, "http://127.0.0.1:" + std::to_string(port.port()) + "/"),
                   Phase::connect);
}

TEST(Timeout, in_tls)
{
    Certificates certificates;
    TlsOptions tls{.identity = certificates.good({"127.0.0.1"}), .hello = Hello::silence};
    HttpPeer peer{answer(), {.tls = std::move(tls)}};
    Pivots pivots;
    expect_timeout(timed(pivots, peer.url("/")), Phase::tls);
    EXPECT_TRUE(eventually([&] { return peer.connections_open() == 0; }));
}

TEST(Timeout, in_tls_when_the_server_is_not_a_tls_server_and_waits)
{
    HttpPeer peer{answer(), {.on_connect = [](HttpPeer::Exchange& exchange) { exchange.hold(); }}};
    Pivots pivots;
    expect_timeout(timed(pivots, "https://127.0.0.1:" + std::to_string(peer.port()) + "/"),
                   Phase::tls);
}

TEST(Timeout, in_send_and_the_rest_is_not_left_to_the_kernel)
{
    HttpPeer peer{answer(), {.on_connect = [](HttpPeer::Exchange& exchange) { exchange.hold(); }}};
    Pivots pivots;
    auto call = some_call();
    call.custom_application_vars = R"({"x":")" + std::string(16 * 1024 * 1024, 'x') + R"("})";
    expect_timeout(
        timed(pivots, request_of(node(peer.url("/"), R"(,"req_timeout_ms":2000,"method":"post")"),
                                 std::move(call))),
        Phase::send, 2s);  // time to encode the body, too
    // A FIN would wait for what the peer does not read, and some megabytes with it.
    EXPECT_TRUE(eventually([&] { return peer.connections_open() == 0; }));
}

TEST(Timeout, in_wait)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    Pivots pivots;
    const auto call = timed(pivots, peer.url("/"));
    expect_timeout(call, Phase::wait);
    ASSERT_TRUE(call.outcome.exchange);
    EXPECT_EQ(call.outcome.exchange->status, 0);
    EXPECT_EQ(call.outcome.exchange->address, "127.0.0.1:" + std::to_string(peer.port()));
    EXPECT_EQ(peer.requests().size(), 1u);
}

TEST(Timeout, in_wait_over_tls)
{
    Certificates certificates;
    TlsOptions tls{.identity = certificates.good({"127.0.0.1"})};
    HttpPeer peer{[](HttpPeer::Exchange& exchange) { exchange.hold(); }, {.tls = std::move(tls)}};
    auto config = loopback();
    config.tls.ca_file = certificates.ca_file();
    Pivots pivots{config};
    expect_timeout(timed(pivots, peer.url("/")), Phase::wait);
    EXPECT_TRUE(eventually([&] { return peer.connections_open() == 0; }));
}

TEST(Timeout, in_read_of_a_body_that_drips)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        exchange.drip(ordinary_answer(200, "application/json", hello), 10s);
    }};
    Pivots pivots;
    expect_timeout(timed(pivots, peer.url("/"), a_second), Phase::read, 1s);
}

TEST(Timeout, in_read_of_a_body_that_drips_faster_than_the_deadline)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        exchange.drip(ordinary_answer(200, "application/json", hello), 20ms);
    }};
    Pivots pivots;
    expect_timeout(timed(pivots, peer.url("/"), a_second), Phase::read, 1s);
}

TEST(Timeout, in_read_of_a_body_that_never_ends)
{
    for (const auto* length : {"Content-Length: 1000\r\n", "Transfer-Encoding: chunked\r\n", ""}) {
        HttpPeer peer{[&](HttpPeer::Exchange& exchange) {
            exchange.send("HTTP/1.1 200 OK\r\n" + std::string(length) + "\r\n");
            exchange.hold();
        }};
        Pivots pivots;
        const auto call = timed(pivots, peer.url("/"), a_second);
        expect_timeout(call, Phase::read, 1s);
        EXPECT_EQ(call.outcome.exchange->status, 200);
    }
}

TEST(Timeout, covers_redirects)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        exchange.sleep(100ms);
        exchange.reply(302, "text/plain", "", "Location: /again\r\n");
    }};
    Pivots pivots;
    expect_timeout(timed(pivots, peer.url("/")), Phase::wait);
}

TEST(Timeout, covers_dns_and_the_answer_together)
{
    DnsServer dns;
    dns.answer("slow.example", DnsType::a, {.addresses = {"127.0.0.1"}, .delay = 150ms});
    dns.answer("slow.example", DnsType::aaaa, {.delay = 150ms});
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        exchange.sleep(150ms);
        exchange.reply(200, "application/json", hello);
    }};
    Pivots pivots{loopback(dns)};
    const auto call = timed(pivots, "http://slow.example:" + std::to_string(peer.port()) + "/");
    EXPECT_TRUE(has_failed(call.outcome, Reason::timeout));
    EXPECT_GE(call.took, brief_timeout);
    EXPECT_LT(call.took, brief_timeout + late_max);
}

TEST(Timeout, tears_the_connection_down_and_does_not_use_it_again)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        if (exchange.request.target.starts_with("/slow")) exchange.hold();
        exchange.reply(200, "application/json", hello);
    }};
    Pivots pivots;
    expect_timeout(timed(pivots, peer.url("/slow")), Phase::wait);
    EXPECT_TRUE(eventually([&] { return peer.connections_open() == 0; }));
    const auto outcome = pivots.run(node(peer.url("/")));
    EXPECT_TRUE(is_processed(outcome));
    EXPECT_FALSE(outcome.exchange->was_reused);
    EXPECT_EQ(peer.requests().at(1).connection, 2u);
}

TEST(Timeout, of_a_pooled_connection_is_not_a_reason_to_ask_again)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        if (exchange.request.number == 2) exchange.hold();
        exchange.reply(200, "application/json", hello);
    }};
    Pivots pivots;
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    expect_timeout(timed(pivots, peer.url("/")), Phase::wait);
    EXPECT_EQ(peer.requests().size(), 2u);
}

TEST(Timeout, of_a_millisecond_is_kept)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    Pivots pivots;
    for (int i = 0; i < 50; ++i) {
        const auto call = timed(pivots, peer.url("/"), R"(,"req_timeout_ms":1)");
        EXPECT_TRUE(has_failed(call.outcome, Reason::timeout));
        EXPECT_GE(call.took, 1ms);
        EXPECT_LT(call.took, late_max);
    }
    EXPECT_TRUE(eventually([&] { return peer.connections_open() == 0; }));
}

TEST(Timeout, of_many_calls_at_once_is_never_early)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    Pivots pivots;
    std::vector<std::pair<Clock::time_point, std::future<Outcome>>> calls;
    for (int i = 0; i < 100; ++i) {
        const auto start = Clock::now();
        calls.emplace_back(start, pivots.start(node(peer.url("/"), brief)));
    }
    for (auto& [start, call] : calls) {
        const auto outcome = call.get();
        EXPECT_TRUE(has_failed(outcome, Reason::timeout));
        EXPECT_GE(outcome.elapsed, brief_timeout);
        EXPECT_GE(Clock::now() - start, brief_timeout);
    }
}

TEST(Timeout, of_the_engine_goes_before_a_longer_one)
{
    auto config = loopback();
    config.action.timeout_max = brief_timeout;
    HttpPeer peer{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    Pivots pivots{config};
    auto request = request_of(R"({"voice_url":")" + peer.url("/") + "\"}", some_call(), config);
    const auto outcome = pivots.run(std::move(request));
    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->reason, Reason::timeout);
    EXPECT_GE(outcome.elapsed, brief_timeout);
}

}  // namespace
}  // namespace pivot::test
