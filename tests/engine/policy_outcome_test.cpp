// URLs that the address policy forbids are not asked, however they are spelled.
#include "engine/engine_fixture.hpp"

#include <fmt/format.h>

namespace pivot::test {
namespace {

EngineConfig defaults()
{
    EngineConfig config;
    config.action.timeout_max = 60s;
    return config;
}

// A name with these addresses, and what becomes of a call to it at `peer`.
Outcome ask_name(const HttpPeer& peer, const std::vector<std::string>& v4,
                 const std::vector<std::string>& v6, EngineConfig config = loopback())
{
    DnsServer dns;
    dns.answer("name.example", DnsType::a, {.addresses = v4});
    dns.answer("name.example", DnsType::aaaa, {.addresses = v6});
    config.dns.servers = {"127.0.0.1:" + std::to_string(dns.port())};
    Pivots pivots{config};
    return pivots.run(node("http://name.example:" + std::to_string(peer.port()) + "/"));
}

TEST(Blocked, loopback_by_default)
{
    HttpPeer peer{answer()};
    Pivots pivots{defaults()};
    for (const auto* host :
         {"127.0.0.1", "127.1.2.3", "localhost", "[::1]", "[::ffff:127.0.0.1]", "voice.localhost"})
        EXPECT_TRUE(has_failed(pivots.run(node("http://" + std::string(host) + ":" +
                                               std::to_string(peer.port()) + "/")),
                               Reason::blocked))
            << host;
    EXPECT_EQ(peer.connections_accepted(), 0u);
}

TEST(Blocked, where_the_host_itself_listens_whatever_is_allowed)
{
    HttpPeer peer{answer()};
    auto config = loopback();
    config.policy.allow = {"0.0.0.0/0", "::/0", "localhost"};
    config.own_listeners = {"127.0.0.1:" + std::to_string(peer.port())};
    config.typed.url = peer.url("/");
    Pivots pivots{config};
    const auto expect_blocked = [&] {
        for (const auto* host : {"127.0.0.1", "0.0.0.0", "localhost", "[::ffff:127.0.0.1]"}) {
            const auto url = "http://" + std::string(host) + ":" + std::to_string(peer.port());
            EXPECT_TRUE(has_failed(pivots.run(node(url + "/")), Reason::blocked)) << host;
        }
    };
    expect_blocked();
    config.own_listeners.clear();
    ASSERT_TRUE(pivots.engine().reload(config));
    expect_blocked();
    EXPECT_EQ(peer.connections_accepted(), 0u);

    config.own_listeners = {"localhost"};
    const auto refused = Engine::create(config);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(),
              "own_listeners: \"localhost\" is not a host and a port, such as 127.0.0.1:9090");
}

TEST(Blocked, a_host_of_the_hosts_own_by_its_name_and_by_its_address)
{
    HttpPeer peer{answer()};
    HttpPeer other{answer()};
    DnsServer dns;
    for (const auto* name : {"pbx.example", "other.example"}) {
        dns.answer(name, DnsType::a, {.addresses = {"127.0.0.1"}});
        dns.answer(name, DnsType::aaaa, {.addresses = {}});
    }
    auto config = loopback();
    config.dns.servers = {fmt::format("127.0.0.1:{}", dns.port())};
    config.policy.allow = {"0.0.0.0/0", "pbx.example", "other.example"};
    config.own_listeners = {fmt::format("pbx.example:{}", peer.port())};
    Pivots pivots{config};
    for (const auto* host : {"pbx.example", "other.example", "127.0.0.1", "0.0.0.0"}) {
        const std::string asked = fmt::format("http://{}:{}/", host, peer.port());
        EXPECT_TRUE(has_failed(pivots.run(node(asked)), Reason::blocked)) << host;
    }
    EXPECT_EQ(peer.connections_accepted(), 0u);
    const Outcome outcome = pivots.run(node(fmt::format("http://pbx.example:{}/", other.port())));
    EXPECT_NE(outcome.kind, OutcomeKind::failed);
}

TEST(Blocked, networks_that_are_not_public_by_default)
{
    Pivots pivots{defaults()};
    for (const auto* host :
         {"0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "169.254.169.254", "172.16.0.1",
          "172.31.255.255", "192.168.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "[::]",
          "[fe80::1]", "[fc00::1]", "[fdff::1]", "[ff02::1]", "[::ffff:10.0.0.1]",
          "[64:ff9b::10.0.0.1]", "[::ffff:a9fe:a9fe]"}) {
        const auto outcome = pivots.run(node("http://" + std::string(host) + "/"));
        EXPECT_TRUE(has_failed(outcome, Reason::blocked)) << host;
    }
}

TEST(Blocked, a_name_all_of_whose_addresses_are_denied)
{
    HttpPeer peer{answer()};
    EXPECT_TRUE(
        has_failed(ask_name(peer, {"10.0.0.1", "192.168.0.1"}, {"fd00::1"}), Reason::blocked));
    EXPECT_TRUE(has_failed(ask_name(peer, {"127.0.0.1"}, {}, defaults()), Reason::blocked));
    EXPECT_EQ(peer.connections_accepted(), 0u);
}

TEST(Blocked, not_a_name_one_of_whose_addresses_is_allowed)
{
    HttpPeer peer{answer()};
    EXPECT_TRUE(
        is_processed(ask_name(peer, {"10.0.0.1", "127.0.0.1", "192.168.0.1"}, {"fd00::1"})));
}

TEST(Blocked, not_a_name_whose_first_address_refuses)
{
    HttpPeer peer{answer()};
    const auto outcome = ask_name(peer, {"127.0.0.2", "127.0.0.1"}, {"::1"});
    EXPECT_TRUE(is_processed(outcome)) << "every address is tried";
}

TEST(Blocked, what_the_operator_denies_even_where_it_is_allowed_too)
{
    HttpPeer peer{answer()};
    auto config = loopback();
    config.policy.deny = {"127.0.0.1/32"};
    Pivots pivots{config};
    EXPECT_TRUE(has_failed(pivots.run(node(peer.url("/"))), Reason::blocked));
    EXPECT_EQ(peer.connections_accepted(), 0u);
}

TEST(Blocked, a_host_whose_name_the_operator_denies)
{
    HttpPeer peer{answer()};
    DnsServer dns;
    for (const auto* name : {"evil.example", "good.example"}) {
        dns.answer(name, DnsType::a, {.addresses = {"127.0.0.1"}});
        dns.answer(name, DnsType::aaaa, {});
    }
    auto config = loopback(dns);
    config.policy.deny = {"evil.example"};
    Pivots pivots{config};
    const auto port = std::to_string(peer.port());
    EXPECT_TRUE(is_processed(pivots.run(node("http://good.example:" + port + "/"))));
    for (const auto* host : {"evil.example", "EVIL.example", "evil.example."})
        EXPECT_TRUE(has_failed(pivots.run(node("http://" + std::string(host) + ":" + port + "/")),
                               Reason::blocked))
            << host;
    EXPECT_EQ(dns.queries("evil.example", DnsType::a), 0u);
}

// Refused as an address, or as a URL: in either case nobody is asked.
bool is_refused(const Outcome& outcome)
{
    return outcome.failure && (outcome.failure->reason == Reason::blocked ||
                               outcome.failure->reason == Reason::bad_action);
}

TEST(Blocked, odd_spellings_of_ipv4)
{
    HttpPeer peer{answer()};
    DnsServer dns;
    Pivots pivots{loopback(dns)};
    for (const auto* host : {"2130706433", "0x7f.1", "127.1", "0177.0.0.1", "0x7f000001", "127.0.1",
                             "127.0.0.0x1", "127.0.0.01", "017700000001"}) {
        const auto url = "http://" + std::string(host) + ":" + std::to_string(peer.port()) + "/";
        const auto outcome = pivots.run(node(url));
        EXPECT_TRUE(has_failed(outcome, Reason::blocked)) << outcome.to_json();

        HttpPeer away{answer("", "", 302, "Location: " + url + "\r\n")};
        const auto redirected = pivots.run(node(away.url("/")));
        EXPECT_TRUE(has_failed(redirected, Reason::blocked)) << redirected.to_json();
    }
    EXPECT_EQ(peer.connections_accepted(), 0u);
    EXPECT_EQ(dns.queries_in_total(), 0u);
}

TEST(Blocked, a_redirect_to_a_name_with_a_denied_address)
{
    DnsServer dns;
    dns.answer("inside.example", DnsType::a, {.addresses = {"192.168.0.1"}});
    dns.answer("inside.example", DnsType::aaaa, {});
    EXPECT_TRUE(
        has_failed(ask(answer("", "", 302, "Location: http://inside.example/\r\n"), loopback(dns)),
                   Reason::blocked));
}

TEST(Blocked, other_schemes_than_http_and_https)
{
    Pivots pivots;
    for (const auto* url : {"ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/"}) {
        const auto outcome = pivots.run(node(url));
        EXPECT_TRUE(is_refused(outcome)) << outcome.to_json();
    }
}

TEST(Blocked, a_setting_that_cannot_be_read_is_the_operators_mistake)
{
    auto config = loopback();
    config.policy.deny = {"10.0.0.0/33"};
    const auto engine = Engine::create(config);
    ASSERT_FALSE(engine);
    EXPECT_NE(engine.error().find("10.0.0.0/33"), std::string::npos) << engine.error();
}

}  // namespace
}  // namespace pivot::test
