// What a single pivot does when its URL fails: it asks once more, or the fallback, in one time.

#include "engine_fixture.hpp"
#include "exchange/signature.hpp"
#include "peers/loopback.hpp"

#include <atomic>
#include <string>

namespace pivot::test {
namespace {

using namespace std::chrono_literals;

const HttpPeer::Handler busy = answer("busy", "text/plain", 503);

std::string with_fallback(std::string_view voice_url, std::string_view fallback_url,
                          std::string_view more = "")
{
    return node(voice_url,
                R"(,"fallback_url":")" + std::string(fallback_url) + '"' + std::string(more));
}

bool has(const Request& request, std::string_view parameter)
{
    return (request.target + '&' + request.body).find(parameter) != std::string::npos;
}

TEST(SinglePivot, asks_its_fallback_and_says_why)
{
    for (const auto& trouble : {busy, answer("{"), answer("???", "image/png")}) {
        HttpPeer peer{trouble};
        HttpPeer fallback{answer()};
        Pivots pivots;
        const auto outcome =
            pivots.run(with_fallback(peer.url("/voice"), fallback.url("/sorry?x=1")));
        EXPECT_TRUE(is_processed(outcome));
        ASSERT_EQ(fallback.requests().size(), 1u);
        const auto asked = fallback.requests().front();
        EXPECT_TRUE(asked.target.starts_with("/sorry?x=1&")) << asked.target;
        EXPECT_TRUE(has(asked, "&ErrorCode=1")) << asked.target;
        EXPECT_TRUE(has(asked, "ErrorUrl=http%3A%2F%2F127.0.0.1")) << asked.target;
        EXPECT_TRUE(has(asked, "Call-ID=c1")) << asked.target;
        EXPECT_FALSE(has(peer.requests().front(), "ErrorCode"));
        EXPECT_TRUE(outcome.exchange->url.starts_with(fallback.url("/sorry")));
        EXPECT_EQ(outcome.exchange->status, 200);
    }
}

TEST(SinglePivot, asks_its_fallback_by_its_own_method)
{
    HttpPeer peer{busy};
    HttpPeer fallback{answer()};
    Pivots pivots;
    const auto text =
        with_fallback(peer.url("/"), fallback.url("/"),
                      R"(,"method":"get","req_body_format":"json","fallback_method":"post")");
    EXPECT_TRUE(is_processed(pivots.run(text)));
    EXPECT_EQ(fallback.requests().front().header("content-type"), "application/json");
    EXPECT_TRUE(has(fallback.requests().front(), R"("ErrorCode":"11200")"));
}

TEST(SinglePivot, fails_as_its_url_did_where_the_fallback_fails_too)
{
    HttpPeer peer{busy};
    HttpPeer fallback{answer("no", "text/plain", 410)};
    Pivots pivots;
    const auto outcome = pivots.run(with_fallback(peer.url("/"), fallback.url("/")));
    EXPECT_TRUE(has_failed(outcome, Reason::status, Phase::read));
    EXPECT_TRUE(says(outcome, "503"));
    EXPECT_TRUE(says(outcome, "; then the fallback: the server answered 410"));
    EXPECT_EQ(fallback.requests().size(), 1u);
}

TEST(SinglePivot, has_one_time_for_its_url_and_its_fallback)
{
    HttpPeer peer{busy};
    HttpPeer silent{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    HttpPeer fallback{answer()};
    Pivots pivots;
    const auto in_fallback =
        pivots.run(with_fallback(peer.url("/"), silent.url("/"), R"(,"req_timeout_ms":3000)"));
    EXPECT_TRUE(has_failed(in_fallback, Reason::timeout, Phase::wait));
    EXPECT_TRUE(says(in_fallback, "this was the fallback, after: the server answered 503"));
    EXPECT_GE(in_fallback.elapsed, 3s);
    EXPECT_LT(in_fallback.elapsed, 2 * 3s);

    const auto in_url = pivots.run(with_fallback(silent.url("/"), fallback.url("/"), brief));
    EXPECT_TRUE(has_failed(in_url, Reason::timeout, Phase::wait));
    EXPECT_EQ(fallback.requests().size(), 0u) << "no time is left for it";
}

TEST(SinglePivot, asks_no_fallback_of_a_call_that_is_cancelled)
{
    HttpPeer silent{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    HttpPeer fallback{answer()};
    Pivots pivots;
    auto [outcome, ticket] =
        pivots.start_with_ticket(request_of(with_fallback(silent.url("/"), fallback.url("/"))));
    EXPECT_TRUE(eventually([&] { return silent.requests().size() == 1; }));
    pivots.engine().cancel(ticket);
    EXPECT_TRUE(has_failed(outcome.get(), Reason::cancelled));
    pivots.destroy();
    EXPECT_EQ(fallback.requests().size(), 0u);
}

TEST(SinglePivot, retries_as_its_fragment_says_with_one_token)
{
    std::atomic<int> failures_left = 2;
    HttpPeer peer{[&](HttpPeer::Exchange& exchange) {
        if (failures_left-- > 0) {
            exchange.reply(503, "text/plain", "busy");
        } else {
            exchange.reply(200, "application/json", hello);
        }
    }};
    Pivots pivots;
    EXPECT_TRUE(
        is_processed(pivots.run(node(peer.url("/voice#rc=2&rp=5xx"), R"(,"method":"post")"))));
    const auto requests = peer.requests();
    ASSERT_EQ(requests.size(), 3u);
    EXPECT_EQ(requests[0].target, "/voice") << "without the fragment";
    EXPECT_FALSE(requests[0].header("idempotency-key").empty());
    EXPECT_EQ(requests[0].header("idempotency-key"), requests[2].header("idempotency-key"));
    EXPECT_EQ(requests[0].body, requests[2].body);
}

TEST(SinglePivot, without_such_a_fragment_is_not_retried)
{
    HttpPeer peer{busy};
    Pivots pivots;
    EXPECT_TRUE(has_failed(pivots.run(node(peer.url("/"))), Reason::status));
    EXPECT_EQ(peer.requests().size(), 1u);
}

TEST(SinglePivot, of_twiml_is_asked_once_more_where_no_connection_came_about)
{
    RefusingPort refusing;
    const auto url = "http://127.0.0.1:" + std::to_string(refusing.port()) + "/";
    Pivots pivots;
    const auto outcome = pivots.run(node(url, R"(,"req_format":"twiml")"));
    EXPECT_TRUE(has_failed(outcome, Reason::connect, Phase::connect));
    EXPECT_GE(outcome.elapsed, 80ms) << "the pause before the second attempt";
}

TEST(SinglePivot, has_the_times_of_its_fragment)
{
    HttpPeer silent{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    Pivots pivots;
    const auto total = pivots.run(node(silent.url("/#tt=200")));
    EXPECT_TRUE(has_failed(total, Reason::timeout, Phase::wait));
    EXPECT_TRUE(says(total, "no answer within 200 ms"));
    EXPECT_LT(total.elapsed, 10s);
    const auto read = pivots.run(node(silent.url("/#rt=200")));
    EXPECT_TRUE(has_failed(read, Reason::timeout, Phase::wait));
    EXPECT_TRUE(says(read, "no byte of the response within 200 ms"));
}

TEST(SinglePivot, takes_a_fragment_with_a_mistake_for_nothing_and_warns)
{
    HttpPeer peer{answer()};
    Pivots pivots;
    const auto outcome = pivots.run(node(peer.url("/#rc=9")));
    EXPECT_TRUE(is_processed(outcome));
    ASSERT_EQ(outcome.warnings.size(), 1u);
    EXPECT_NE(outcome.warnings[0].error.find("(error 11243): "), std::string::npos)
        << outcome.warnings[0].error;
}

TEST(SinglePivot, is_signed_with_the_key_of_its_account)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        if (exchange.request.target.starts_with("/moved")) {
            exchange.reply(307, "text/plain", "", "Location: /here\r\n");
        } else {
            exchange.reply(200, "application/json", hello);
        }
    }};
    auto config = loopback();
    config.signing.keys = {{"a1", "its own key"}};
    config.signing.key = "the key of others";
    Pivots pivots{config};
    for (const auto& [account, key] :
         {std::pair("a1", "its own key"), {"a2", "the key of others"}}) {
        auto call = some_call();
        call.account_id = account;
        const auto text = node(peer.url("/moved"), R"(,"req_format":"twiml","method":"post")");
        EXPECT_TRUE(is_processed(pivots.run(request_of(text, call))));
        const auto asked = peer.requests().back();
        EXPECT_EQ(asked.header("x-twilio-signature"),
                  exchange::twilio_form_signature(key, peer.url("/here"), asked.body));
        EXPECT_TRUE(is_processed(pivots.run(request_of(node(peer.url("/")), call))));
        EXPECT_TRUE(peer.requests().back().header("x-pivot-signature").starts_with("t="));
    }
}

}  // namespace
}  // namespace pivot::test
