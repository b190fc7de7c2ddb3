// Names: those that do not resolve, and those that do.
#include "engine/engine_fixture.hpp"

namespace pivot::test {
namespace {

TEST(Dns, a_name_that_does_not_exist)
{
    DnsServer dns;
    Pivots pivots{loopback(dns)};
    const auto outcome = pivots.run(node("http://nowhere.example/"));
    EXPECT_TRUE(has_failed(outcome, Reason::dns, Phase::dns));
    EXPECT_TRUE(says(outcome, "nowhere.example")) << outcome.failure->message;
    ASSERT_TRUE(outcome.exchange);
    EXPECT_EQ(outcome.exchange->address, "");
    EXPECT_EQ(outcome.exchange->status, 0);
}

TEST(Dns, a_name_without_addresses)
{
    DnsServer dns;
    dns.answer("empty.example", DnsType::a, {});
    dns.answer("empty.example", DnsType::aaaa, {});
    Pivots pivots{loopback(dns)};
    EXPECT_TRUE(has_failed(pivots.run(node("http://empty.example/")), Reason::dns, Phase::dns));
}

TEST(Dns, a_server_that_fails_or_refuses_or_talks_nonsense)
{
    for (const auto reply : {DnsReply::servfail, DnsReply::refused, DnsReply::loop}) {
        DnsServer dns;
        dns.answer("broken.example", DnsType::a, {.reply = reply});
        dns.answer("broken.example", DnsType::aaaa, {.reply = reply});
        Pivots pivots{loopback(dns)};
        EXPECT_TRUE(
            has_failed(pivots.run(node("http://broken.example/")), Reason::dns, Phase::dns));
    }
}

TEST(Dns, a_redirect_to_a_name_that_does_not_exist)
{
    DnsServer dns;
    EXPECT_TRUE(
        has_failed(ask(answer("", "", 302, "Location: http://nowhere.example/\r\n"), loopback(dns)),
                   Reason::dns, Phase::dns));
}

TEST(Dns, a_name_is_resolved_and_sent_as_the_host)
{
    DnsServer dns;
    dns.answer("voice.example", DnsType::a, {.addresses = {"127.0.0.1"}, .delay = 20ms});
    dns.answer("voice.example", DnsType::aaaa, {});
    HttpPeer peer{answer()};
    const auto host = "voice.example:" + std::to_string(peer.port());
    Pivots pivots{loopback(dns)};
    const auto outcome = pivots.run(node("http://" + host + "/"));
    EXPECT_TRUE(is_processed(outcome));
    EXPECT_GE(outcome.exchange->timings_us.dns, 20'000);
    EXPECT_EQ(outcome.exchange->address, "127.0.0.1:" + std::to_string(peer.port()));
    EXPECT_EQ(peer.requests().at(0).header("host"), host);
}

TEST(Dns, an_answer_is_remembered)
{
    DnsServer dns;
    dns.answer("voice.example", DnsType::a, {.addresses = {"127.0.0.1"}});
    dns.answer("voice.example", DnsType::aaaa, {});
    HttpPeer peer{answer(hello, "application/json", 200, "Connection: close\r\n")};
    Pivots pivots{loopback(dns)};
    const auto text = node("http://voice.example:" + std::to_string(peer.port()) + "/");
    EXPECT_TRUE(is_processed(pivots.run(text)));
    EXPECT_TRUE(is_processed(pivots.run(text)));
    EXPECT_EQ(dns.queries("voice.example", DnsType::a), 1u);
}

TEST(Dns, an_answer_that_does_not_fit_is_asked_for_over_tcp)
{
    DnsServer dns;
    dns.answer("large.example", DnsType::a,
               {.addresses = {"127.0.0.1"}, .reply = DnsReply::truncated});
    dns.answer("large.example", DnsType::aaaa, {});
    HttpPeer peer{answer()};
    Pivots pivots{loopback(dns)};
    EXPECT_TRUE(is_processed(
        pivots.run(node("http://large.example:" + std::to_string(peer.port()) + "/"))));
    EXPECT_EQ(dns.queries_over_tcp("large.example", DnsType::a), 1u);
}

TEST(Dns, a_literal_address_asks_no_server)
{
    DnsServer dns;
    HttpPeer peer{answer()};
    Pivots pivots{loopback(dns)};
    const auto outcome = pivots.run(node(peer.url("/")));
    EXPECT_TRUE(is_processed(outcome));
    EXPECT_EQ(outcome.exchange->timings_us.dns, 0);
    EXPECT_EQ(dns.queries_in_total(), 0u);
}

}  // namespace
}  // namespace pivot::test
