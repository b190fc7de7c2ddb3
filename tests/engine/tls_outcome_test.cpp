// TLS: which certificates the engine trusts, and what it says about the others.
#include "peers/certificates.hpp"
#include "engine/engine_fixture.hpp"

#include <algorithm>

namespace pivot::test {
namespace {

class Tls : public testing::Test {
protected:
    EngineConfig config()
    {
        auto config = loopback();
        config.tls.ca_file = certificates.ca_file();
        return config;
    }

    Outcome ask(TlsOptions tls) { return ask(std::move(tls), config()); }
    Outcome ask(TlsOptions tls, const EngineConfig& config)
    {
        HttpPeer peer{answer(), {.tls = std::move(tls)}};
        Pivots pivots{config};
        return pivots.run(node(peer.url("/")));
    }

    // A failed handshake whose message holds one of these words, whatever their case.
    void expect_distrust(const Identity& identity, const std::vector<std::string>& words)
    {
        TlsOptions tls{.identity = identity};
        const auto outcome = ask(std::move(tls));
        EXPECT_TRUE(has_failed(outcome, Reason::tls, Phase::tls));
        auto message = outcome.failure ? outcome.failure->message : "";
        std::transform(message.begin(), message.end(), message.begin(), ::tolower);
        EXPECT_TRUE(std::any_of(words.begin(), words.end(), [&](const std::string& word) {
            return message.find(word) != std::string::npos;
        })) << message;
    }

    Certificates certificates;
};

TEST_F(Tls, a_good_certificate_passes)
{
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsOptions tls{.identity = certificates.good({"127.0.0.1"}),
                       .version_min = version,
                       .version_max = version};
        const auto outcome = ask(std::move(tls));
        EXPECT_TRUE(is_processed(outcome));
        EXPECT_GT(outcome.exchange->timings_us.tls, 0);
    }
}

TEST_F(Tls, a_name_is_told_to_the_server_and_checked)
{
    DnsServer dns;
    dns.answer("voice.example", DnsType::a, {.addresses = {"127.0.0.1"}});
    dns.answer("voice.example", DnsType::aaaa, {});
    auto config = loopback(dns);
    config.tls.ca_file = certificates.ca_file();
    TlsOptions tls{.identity = certificates.good({"voice.example"})};
    HttpPeer peer{answer(), {.tls = std::move(tls)}};
    Pivots pivots{config};
    EXPECT_TRUE(is_processed(
        pivots.run(node("https://Voice.Example:" + std::to_string(peer.port()) + "/"))));
    ASSERT_TRUE(eventually([&] { return peer.handshakes().size() == 1; }));
    EXPECT_EQ(peer.handshakes()[0].server_name, "voice.example");
}

TEST_F(Tls, a_literal_address_is_not_a_server_name)
{
    TlsOptions tls{.identity = certificates.good({"127.0.0.1"})};
    HttpPeer peer{answer(), {.tls = std::move(tls)}};
    Pivots pivots{config()};
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    ASSERT_TRUE(eventually([&] { return peer.handshakes().size() == 1; }));
    EXPECT_EQ(peer.handshakes()[0].server_name, "");
}

TEST_F(Tls, an_expired_certificate)
{
    expect_distrust(certificates.expired({"127.0.0.1"}), {"expired"});
}

TEST_F(Tls, a_certificate_that_is_not_yet_valid)
{
    expect_distrust(certificates.not_yet_valid({"127.0.0.1"}), {"not yet valid"});
}

TEST_F(Tls, a_certificate_that_signed_itself)
{
    expect_distrust(certificates.self_signed({"127.0.0.1"}), {"self-signed", "self signed"});
}

TEST_F(Tls, a_certificate_of_another_host)
{
    expect_distrust(certificates.good({"other.example"}), {"mismatch", "name", "127.0.0.1"});
    expect_distrust(certificates.good({"127.0.0.2"}), {"mismatch", "127.0.0.1"});
}

TEST_F(Tls, an_address_in_a_certificate_that_is_of_no_family)
{
    for (const std::size_t size : {0, 1, 3, 5, 15, 17, 100}) {
        const auto identity = certificates.with_address(std::string(size, '\x7f'));
        expect_distrust(identity, {"it is for no name"});
    }
    expect_distrust(certificates.with_address("\x7f\1\2\3"), {"it is for 127.1.2.3"});
}

TEST_F(Tls, a_certificate_of_another_name)
{
    DnsServer dns;
    dns.answer("voice.example", DnsType::a, {.addresses = {"127.0.0.1"}});
    dns.answer("voice.example", DnsType::aaaa, {});
    auto config = loopback(dns);
    config.tls.ca_file = certificates.ca_file();
    TlsOptions tls{.identity = certificates.good({"other.example", "127.0.0.1"})};
    HttpPeer peer{answer(), {.tls = std::move(tls)}};
    Pivots pivots{config};
    EXPECT_TRUE(
        has_failed(pivots.run(node("https://voice.example:" + std::to_string(peer.port()) + "/")),
                   Reason::tls, Phase::tls));
    EXPECT_EQ(peer.requests().size(), 0u);
}

TEST_F(Tls, a_certificate_of_an_unknown_authority)
{
    expect_distrust(certificates.untrusted({"127.0.0.1"}), {"issuer", "unable to verify"});
}

TEST_F(Tls, the_systems_authorities_do_not_know_ours)
{
    TlsOptions tls{.identity = certificates.good({"127.0.0.1"})};
    EXPECT_TRUE(has_failed(ask(std::move(tls), loopback()), Reason::tls, Phase::tls));
}

TEST_F(Tls, an_operator_may_verify_nothing)
{
    auto config = loopback();
    config.tls.verify = false;
    TlsOptions tls{.identity = certificates.expired({"other.example"})};
    EXPECT_TRUE(is_processed(ask(std::move(tls), config)));
}

TEST_F(Tls, garbage_for_a_server_hello)
{
    TlsOptions tls{.identity = certificates.good({"127.0.0.1"}), .hello = Hello::garbage};
    EXPECT_TRUE(has_failed(ask(std::move(tls)), Reason::tls, Phase::tls));
}

TEST_F(Tls, a_server_that_closes_during_the_handshake)
{
    TlsOptions tls{.identity = certificates.good({"127.0.0.1"}), .hello = Hello::close};
    EXPECT_TRUE(has_failed(ask(std::move(tls)), Reason::tls, Phase::tls));
}

TEST_F(Tls, a_server_that_resets_during_the_handshake)
{
    TlsOptions tls{.identity = certificates.good({"127.0.0.1"}), .hello = Hello::reset};
    EXPECT_TRUE(has_failed(ask(std::move(tls)), Reason::tls, Phase::tls));
}

TEST_F(Tls, a_server_that_speaks_plain_http)
{
    HttpPeer peer{answer(), {.on_connect = [](HttpPeer::Exchange& exchange) {
                      exchange.send("HTTP/1.1 400 Bad Request\r\n\r\n");
                      exchange.hold();
                  }}};
    Pivots pivots{config()};
    const auto outcome =
        pivots.run(node("https://127.0.0.1:" + std::to_string(peer.port()) + "/"));
    EXPECT_TRUE(has_failed(outcome, Reason::tls, Phase::tls));
    EXPECT_TRUE(outcome.failure->message.starts_with("the server does not answer with TLS"));
}

TEST_F(Tls, a_client_certificate_that_is_required_and_given)
{
    const auto client = certificates.client("pivot-client");
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsOptions tls{.identity = certificates.good({"127.0.0.1"}),
                       .version_min = version,
                       .version_max = version,
                       .client_ca_file = certificates.ca_file()};
        HttpPeer peer{answer(), {.tls = std::move(tls)}};
        auto given = config();
        given.tls.certificate_file = client.certificate_file;
        given.tls.private_key_file = client.key_file;
        Pivots pivots{given};
        EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
        ASSERT_TRUE(eventually([&] { return peer.handshakes().size() == 1; }));
        EXPECT_EQ(peer.handshakes()[0].client_name, "pivot-client");
    }
}

TEST_F(Tls, a_client_certificate_that_is_required_and_missing)
{
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsOptions tls{.identity = certificates.good({"127.0.0.1"}),
                       .version_min = version,
                       .version_max = version,
                       .client_ca_file = certificates.ca_file()};
        EXPECT_TRUE(has_failed(ask(std::move(tls)), Reason::tls)) << version;
    }
}

TEST_F(Tls, an_http2_server_is_not_asked_for_http2)
{
    TlsOptions tls{.identity = certificates.good({"127.0.0.1"}), .alpn = "http/1.1"};
    HttpPeer peer{answer(), {.tls = std::move(tls)}};
    Pivots pivots{config()};
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    ASSERT_TRUE(eventually([&] { return peer.handshakes().size() == 1; }));
    const auto handshake = peer.handshakes().at(0);
    for (const auto& protocol : handshake.alpn_offered) EXPECT_EQ(protocol, "http/1.1");
}

TEST_F(Tls, an_answer_that_is_cut_off_is_not_whole)
{
    TlsOptions tls{.identity = certificates.good({"127.0.0.1"})};
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
                      exchange.send("HTTP/1.1 200 OK\r\n\r\n" + std::string(hello));
                      if (exchange.request.target.starts_with("/cut")) exchange.cut();
                      exchange.close();
                  },
                  {.tls = std::move(tls)}};
    Pivots pivots{config()};
    EXPECT_TRUE(has_failed(pivots.run(node(peer.url("/cut"))), Reason::closed));
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/close")))));
}

TEST_F(Tls, a_close_after_the_request)
{
    TlsOptions tls{.identity = certificates.good({"127.0.0.1"})};
    HttpPeer peer{[](HttpPeer::Exchange& exchange) { exchange.close(); }, {.tls = std::move(tls)}};
    Pivots pivots{config()};
    EXPECT_TRUE(has_failed(pivots.run(node(peer.url("/"))), Reason::closed));
}

TEST_F(Tls, a_large_answer_comes_in_many_records)
{
    const auto flow =
        R"({"module":"play","data":{"id":"hello"},"more":")" + std::string(900'000, 'x') + R"("})";
    TlsOptions tls{.identity = certificates.good({"127.0.0.1"})};
    HttpPeer peer{answer(flow), {.tls = std::move(tls)}};
    Pivots pivots{config()};
    const auto outcome = pivots.run(node(peer.url("/")));
    EXPECT_EQ(outcome.kind, OutcomeKind::processed);
    EXPECT_GT(outcome.flow.size(), 900'000u);
}

TEST_F(Tls, files_that_are_not_there_are_the_operators_mistake)
{
    auto config = loopback();
    config.tls.ca_file = "/nowhere/ca.pem";
    const auto engine = Engine::create(config);
    ASSERT_FALSE(engine);
    EXPECT_NE(engine.error().find("/nowhere/ca.pem"), std::string::npos) << engine.error();
}

}  // namespace
}  // namespace pivot::test
