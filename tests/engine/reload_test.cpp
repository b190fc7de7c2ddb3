// Settings change while the engine runs.
#include "engine/whole_call_fixture.hpp"
#include "peers/certificates.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

namespace pivot::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(Reload, changes_what_is_asked_from_now_on)
{
    HttpPeer peer{answer()};
    auto config = loopback();
    Pivots pivots{config};
    EXPECT_TRUE(is_processed(pivots.run(request_of(node(peer.url("/"))))));
    EXPECT_EQ(peer.requests().back().header("x-twilio-signature"), "");

    config.signing.key = "secret";
    config.accounts["a1"].headers = {{"X-Of", "a1"}};
    ASSERT_TRUE(pivots.engine().reload(config));
    Call call = some_call();
    call.account_id = "a1";
    EXPECT_TRUE(is_processed(pivots.run(request_of(node(peer.url("/")), call))));
    EXPECT_NE(peer.requests().back().header("x-pivot-signature"), "");
    EXPECT_EQ(peer.requests().back().header("x-of"), "a1");

    config.policy.deny = {"127.0.0.0/8"};
    ASSERT_TRUE(pivots.engine().reload(config));
    EXPECT_TRUE(has_failed(pivots.run(request_of(node(peer.url("/")))), Reason::blocked))
        << "though there is a kept connection";
}

TEST(Reload, reads_certificates_again)
{
    Certificates certificates;
    const Certificates others;
    TlsOptions tls{.identity = certificates.good({"127.0.0.1"})};
    HttpPeer peer{answer(), {.tls = std::move(tls)}};
    auto config = loopback();
    config.tls.ca_file = others.ca_file();
    Pivots pivots{config};
    EXPECT_TRUE(has_failed(pivots.run(request_of(node(peer.url("/")))), Reason::tls, Phase::tls));
    config.tls.ca_file = certificates.ca_file();
    ASSERT_TRUE(pivots.engine().reload(config));
    EXPECT_TRUE(is_processed(pivots.run(request_of(node(peer.url("/"))))));
    ASSERT_TRUE(pivots.engine().reload(config)) << "while a connection is kept";
    const auto outcome = pivots.run(request_of(node(peer.url("/"))));
    EXPECT_TRUE(is_processed(outcome));
    EXPECT_FALSE(outcome.exchange->was_reused);
}

TEST(Reload, lets_what_has_begun_end_under_the_settings_it_began_with)
{
    std::atomic<bool> may_answer = false;
    HttpPeer peer{[&](HttpPeer::Exchange& exchange) {
        if (exchange.request.target.starts_with("/first")) {
            eventually([&] { return may_answer.load(); });
            exchange.reply(307, "text/plain", "", "Location: /second\r\n");
        } else {
            exchange.reply(200, "application/json", hello);
        }
    }};
    auto config = loopback();
    config.accounts["a1"].headers = {{"X-Of", "before"}};
    Pivots pivots{config};
    Call call = some_call();
    call.account_id = "a1";
    auto outcome = pivots.start(request_of(node(peer.url("/first")), call));
    EXPECT_TRUE(eventually([&] { return peer.requests().size() == 1; }));
    for (const char* of : {"after", "long after"}) {
        config.accounts["a1"].headers = {{"X-Of", of}};
        config.policy.deny = {"127.0.0.0/8"};
        ASSERT_TRUE(pivots.engine().reload(config));
    }
    may_answer = true;
    EXPECT_TRUE(is_processed(outcome.get()));
    EXPECT_EQ(peer.requests().back().header("x-of"), "before");
}

TEST(Reload, changes_nothing_if_anything_is_wrong)
{
    HttpPeer peer{answer()};
    auto config = loopback();
    Pivots pivots{config};
    const auto error = [&](const EngineConfig& wanted) {
        const auto reloaded = pivots.engine().reload(wanted);
        return reloaded ? std::string() : reloaded.error();
    };
    auto wrong = config;
    wrong.policy.deny = {"127.0.0.0/8"};
    wrong.accounts["a1"].tls.ca_file = "/nonesuch.pem";
    EXPECT_THAT(error(wrong), HasSubstr("/nonesuch.pem"));
    wrong = config;
    wrong.calls_max = 5;
    wrong.store.path = "/elsewhere";
    EXPECT_EQ(error(wrong), "/calls_max, /store/path: cannot change while the engine runs: make "
                            "another engine");
    EXPECT_EQ(error(config), "");
    EXPECT_TRUE(is_processed(pivots.run(request_of(node(peer.url("/"))))));
}

TEST(Reload, changes_the_limits_of_actions)
{
    auto config = loopback();
    Pivots pivots{config};
    config.action.timeout_max = std::chrono::milliseconds(123);
    config.action.coerce_types = true;
    ASSERT_TRUE(pivots.engine().reload(config));
    EXPECT_EQ(pivots.engine().action_limits().timeout_max, std::chrono::milliseconds(123));
    EXPECT_TRUE(pivots.engine().action_limits().coerce_types);
}

using ReloadOfSessions = SessionTest;

TEST_F(ReloadOfSessions, drops_no_call)
{
    page("/first", R"(<Say>Hello</Say><Redirect>/last</Redirect>)");
    page("/last", "<Hangup/>");
    std::vector<JobId> said;
    Phone& caller = phone();
    caller.on("say", [&](JobId job) {
        config.signing.key = "secret";
        EXPECT_TRUE(engine().reload(config));
        EXPECT_TRUE(engine().reload(config));
        caller.tell(JobEnded{job, JobEnd::finished, ""});
    });
    start(caller);
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_NE(asked_with("/last", "x-twilio-signature"), "");
    EXPECT_THAT(caller.warnings(), IsEmpty());
}

}  // namespace
}  // namespace pivot::test
