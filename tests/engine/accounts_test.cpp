// What is set for one account holds for its calls, and for nobody else's.

#include "engine/whole_call_fixture.hpp"
#include "peers/certificates.hpp"

#include <atomic>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace pivot::test {
namespace {

pivot::Request request_by(std::string_view account_id, std::string_view url)
{
    Call call = some_call();
    call.account_id = account_id;
    return request_of(node(url), call);
}

TEST(Account, has_headers_for_the_origin_of_its_actions_alone)
{
    HttpPeer elsewhere{answer()};
    HttpPeer peer{[&](HttpPeer::Exchange& exchange) {
        const std::string_view target = exchange.request.target;
        const auto moved = [&](const std::string& to) {
            exchange.reply(307, "text/plain", "", fmt::format("Location: {}\r\n", to));
        };
        if (target.starts_with("/away")) return moved(elsewhere.url("/"));
        if (target.starts_with("/moved")) return moved("/here");
        exchange.reply(200, "application/json", hello);
    }};
    auto config = loopback();
    config.accounts["a1"].headers = {{"Authorization", "Bearer one"}, {"User-Agent", "Customer"}};
    Pivots pivots{config};

    EXPECT_TRUE(is_processed(pivots.run(request_by("a1", peer.url("/moved")))));
    for (const auto& asked : peer.requests()) {
        EXPECT_EQ(asked.header("authorization"), "Bearer one") << asked.target;
        EXPECT_EQ(asked.header("user-agent"), "Customer") << asked.target;
    }
    EXPECT_TRUE(is_processed(pivots.run(request_by("a1", peer.url("/away")))));
    EXPECT_EQ(elsewhere.requests().back().header("authorization"), "");
    EXPECT_TRUE(is_processed(pivots.run(request_by("a2", peer.url("/")))));
    EXPECT_EQ(peer.requests().back().header("authorization"), "");
}

TEST(Account, has_headers_in_place_of_which_a_call_may_have_its_own)
{
    HttpPeer elsewhere{answer()};
    HttpPeer peer{[&](HttpPeer::Exchange& exchange) {
        if (exchange.request.target.starts_with("/away")) {
            exchange.reply(307, "text/plain", "", "Location: " + elsewhere.url("/") + "\r\n");
        }
        exchange.reply(200, "application/json", hello);
    }};
    auto config = loopback();
    config.accounts["a1"].headers = {{"Authorization", "Bearer one"}, {"X-Of", "account"}};
    Pivots pivots{config};
    auto request = request_by("a1", peer.url("/away"));
    request.headers = {{"authorization", "Bearer two"}, {"X-Call", "7"}};

    EXPECT_TRUE(is_processed(pivots.run(request)));
    const auto asked = peer.requests().back();
    EXPECT_EQ(asked.header("authorization"), "Bearer two");
    EXPECT_EQ(asked.header("x-call"), "7");
    EXPECT_EQ(asked.header("x-of"), "account");
    EXPECT_EQ(elsewhere.requests().back().header("x-call"), "");

    request.headers = {{"Content-Length", "5"}};
    const auto refused = pivots.run(request);
    ASSERT_TRUE(has_failed(refused, Reason::bad_action, Phase::queue));
    EXPECT_EQ(refused.failure->message,
              "the header Content-Length of the request: Pivot sets this header itself");
}

TEST(Account, has_rules_for_addresses_that_others_do_not_have)
{
    HttpPeer peer{answer()};
    auto config = loopback();
    config.policy.allow.clear();
    config.accounts["a1"].policy.allow = {"127.0.0.0/8"};
    Pivots pivots{config};
    EXPECT_TRUE(is_processed(pivots.run(request_by("a1", peer.url("/")))));
    EXPECT_TRUE(has_failed(pivots.run(request_by("a2", peer.url("/"))), Reason::blocked))
        << "though there is a connection to that server";
}

TEST(Account, has_rules_for_what_a_flow_may_name)
{
    HttpPeer peer{answer(R"({"module":"pivot","data":{"voice_url":"http://127.0.0.1/next"}})")};
    auto config = loopback();
    config.policy.allow = {"127.0.0.2"};
    config.policy.deny = {};
    config.accounts["a1"].policy.allow = {"127.0.0.1"};
    config.accounts["a2"].policy.allow = {"localhost"};
    Pivots pivots{config};
    EXPECT_TRUE(is_processed(pivots.run(request_by("a1", peer.url("/")))));
    const auto url = fmt::format("http://localhost:{}/", peer.port());
    EXPECT_TRUE(has_failed(pivots.run(request_by("a2", url)), Reason::invalid_callflow));
}

TEST(Account, may_not_ask_what_the_operator_denies_to_all)
{
    HttpPeer peer{answer()};
    auto config = loopback();
    config.policy.deny = {"127.0.0.0/8"};
    config.accounts["a1"].policy.allow = {"127.0.0.0/8"};
    Pivots pivots{config};
    EXPECT_TRUE(has_failed(pivots.run(request_by("a1", peer.url("/"))), Reason::blocked));
}

TEST(Account, shows_its_own_certificate_and_trusts_as_the_engine_does)
{
    Certificates certificates;
    const auto one = certificates.client("one");
    const auto all = certificates.client("all");
    HttpPeer peer{answer(),
                  {.tls = TlsOptions{.identity = certificates.good({"127.0.0.1"}),
                                     .client_ca_file = certificates.ca_file()}}};
    auto config = loopback();
    config.tls.ca_file = certificates.ca_file();
    config.tls.certificate_file = all.certificate_file;
    config.tls.private_key_file = all.key_file;
    auto& tls = config.accounts["a1"].tls;
    tls.certificate_file = one.certificate_file;
    tls.private_key_file = one.key_file;
    Pivots pivots{config};
    EXPECT_TRUE(is_processed(pivots.run(request_by("a2", peer.url("/")))));
    EXPECT_TRUE(is_processed(pivots.run(request_by("a1", peer.url("/")))));
    ASSERT_TRUE(eventually([&] { return peer.handshakes().size() == 2; }));
    EXPECT_EQ(peer.handshakes()[0].client_name, "all");
    EXPECT_EQ(peer.handshakes()[1].client_name, "one") << "a connection of its own";
}

TEST(Account, has_no_more_calls_in_flight_than_its_limit)
{
    std::atomic<bool> may_answer = false;
    HttpPeer peer{[&](HttpPeer::Exchange& exchange) {
        eventually([&] { return may_answer.load(); });
        exchange.reply(200, "application/json", hello);
    }};
    auto config = loopback();
    config.reactors = 2;
    config.accounts["a1"].limits.calls_max = 2;
    Pivots pivots{config};
    auto first = pivots.start(request_by("a1", peer.url("/")));
    auto second = pivots.start(request_by("a1", peer.url("/")));
    EXPECT_TRUE(eventually([&] { return peer.requests().size() == 2; }));
    const auto refused = pivots.run(request_by("a1", peer.url("/")));
    ASSERT_TRUE(has_failed(refused, Reason::overload, Phase::queue));
    EXPECT_EQ(refused.failure->message,
              "2 calls of account a1 are in flight, which is the limit "
              "(limits.calls_max of the account)");
    EXPECT_NE(
        pivots.engine().metrics().find(R"(pivot_calls_refused_total{reason="account_limit"} 1)"),
        std::string::npos);

    auto other = pivots.start(request_by("a2", peer.url("/")));
    may_answer = true;
    for (auto* outcome : {&first, &second, &other}) EXPECT_TRUE(is_processed(outcome->get()));
    EXPECT_TRUE(eventually([&] { return pivots.engine().calls_in_flight() == 0; }));
    EXPECT_TRUE(is_processed(pivots.run(request_by("a1", peer.url("/")))));
}

TEST(Account, whose_calls_are_counted_before_a_reload_has_them_counted_after_it)
{
    std::atomic<bool> may_answer = false;
    HttpPeer peer{[&](HttpPeer::Exchange& exchange) {
        eventually([&] { return may_answer.load(); });
        exchange.reply(200, "application/json", hello);
    }};
    auto config = loopback();
    config.accounts["a1"].limits.calls_max = 1;
    Pivots pivots{config};
    auto first = pivots.start(request_by("a1", peer.url("/")));
    EXPECT_TRUE(eventually([&] { return peer.requests().size() == 1; }));
    for (const std::size_t calls_max : {0U, 1U}) {
        config.accounts["a1"].limits.calls_max = calls_max;
        ASSERT_TRUE(pivots.engine().reload(config));
    }
    EXPECT_TRUE(has_failed(pivots.run(request_by("a1", peer.url("/"))), Reason::overload));
    config.accounts["a1"].limits.calls_max = 2;
    ASSERT_TRUE(pivots.engine().reload(config));
    auto second = pivots.start(request_by("a1", peer.url("/")));
    EXPECT_TRUE(eventually([&] { return peer.requests().size() == 2; }));
    may_answer = true;
    EXPECT_TRUE(is_processed(first.get()));
    EXPECT_TRUE(is_processed(second.get()));
    EXPECT_TRUE(eventually([&] { return pivots.engine().calls_in_flight() == 0; }));
    config.accounts["a1"].limits.calls_max = 1;
    ASSERT_TRUE(pivots.engine().reload(config));
    EXPECT_TRUE(is_processed(pivots.run(request_by("a1", peer.url("/")))));
}

using SessionsOfAccount = SessionTest;

TEST_F(SessionsOfAccount, beyond_its_limit_take_their_branch)
{
    config.accounts["a1"].limits.calls_max = 1;
    page("/first", R"(<Gather timeout="600" numDigits="1"/>)");
    SessionRequest asked = request();
    asked.request.call.account_id = "a1";
    Phone& first = start(phone(), asked);
    ASSERT_TRUE(wait_until([&] { return first.has_been("answer"); }));
    Phone& second = start(phone(), asked);
    ASSERT_TRUE(wait_until([&] { return second.ends() == 1; }));
    EXPECT_TRUE(second.has_been("play")) << "its `_` child";
    EXPECT_THAT(
        second.branches(),
        testing::ElementsAre("_: overload: 1 calls of account a1 are in flight, which is the "
                             "limit (limits.calls_max of the account)"));
    EXPECT_EQ(count("/first"), 1U);

    first.hang_up_caller();
    ASSERT_TRUE(wait_for_end(first));
    Phone& third = start(phone(), asked);
    ASSERT_TRUE(wait_until([&] { return third.has_been("answer"); }));
    third.hang_up_caller();
    ASSERT_TRUE(wait_for_end(third));
}

TEST(Account, whose_files_cannot_be_read_is_named)
{
    auto config = loopback();
    config.accounts["a1"].tls.ca_file = "/nowhere.pem";
    const auto engine = Engine::create(config);
    ASSERT_FALSE(engine);
    EXPECT_TRUE(engine.error().starts_with("account a1: ")) << engine.error();
    EXPECT_NE(engine.error().find("/nowhere.pem"), std::string::npos) << engine.error();
}

}  // namespace
}  // namespace pivot::test
