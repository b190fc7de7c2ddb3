// What KAZOO 5 lets a pivot node say: headers of its own, and a document in place of a server.
#include "engine/whole_call_fixture.hpp"

#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace pivot::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view headers = R"(,"custom_request_headers":{"X-Tenant":"acme"})";

std::string serverless(std::string_view document, std::string_view more = "")
{
    std::string quoted;
    json::append_quoted(quoted, document);
    return fmt::format(R"({{"module":"pivot","data":{{"serverless":{{"flow_doc":{}}}{}}},)"
                       R"("children":{{"_":{{"module":"play","data":{{"id":"sorry"}}}}}}}})",
                       quoted, more);
}

TEST(CustomHeaders, go_to_the_origin_of_the_url_alone)
{
    HttpPeer elsewhere{answer()};
    HttpPeer peer{[&](HttpPeer::Exchange& exchange) {
        if (exchange.request.target.starts_with("/away")) {
            return exchange.reply(307, "text/plain", "",
                                  "Location: " + elsewhere.url("/") + "\r\n");
        }
        if (exchange.request.target.starts_with("/moved")) {
            return exchange.reply(307, "text/plain", "", "Location: /here\r\n");
        }
        exchange.reply(200, "application/json", hello);
    }};
    Pivots pivots;
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/moved"), headers))));
    ASSERT_EQ(peer.requests().size(), 2u);
    for (const auto& asked : peer.requests()) EXPECT_EQ(asked.header("x-tenant"), "acme");
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/away"), headers))));
    EXPECT_EQ(elsewhere.requests().back().header("x-tenant"), "");
}

TEST(CustomHeaders, go_with_the_fallback_too_and_not_over_the_operators)
{
    HttpPeer peer{answer("busy", "text/plain", 503)};
    HttpPeer fallback{answer()};
    auto config = loopback();
    config.accounts["a1"].headers = {{"X-Tenant", "of the operator"}};
    Pivots pivots{config};
    auto call = some_call();
    call.account_id = "a1";
    const std::string action =
        node(peer.url("/"), fmt::format(R"({},"fallback_url":"{}")", headers, fallback.url("/")));
    EXPECT_TRUE(is_processed(pivots.run(request_of(action, call))));
    EXPECT_EQ(peer.requests().back().header("x-tenant"), "of the operator");
    EXPECT_EQ(fallback.requests().back().header("x-tenant"), "acme");
}

TEST(Serverless, asks_nobody_and_gives_what_it_brought_along)
{
    Pivots pivots;
    const auto flow = pivots.run(
        R"({"serverless":{"flow_type":"application/json","flow_doc":{"module":"sleep"}}})");
    ASSERT_EQ(flow.kind, OutcomeKind::processed);
    EXPECT_EQ(flow.flow, R"({"module":"sleep","data":{"duration":0,"unit":"s"}})");
    EXPECT_FALSE(flow.exchange.has_value());

    const auto document = pivots.run(serverless("<Response><Say>Hello</Say></Response>"));
    ASSERT_EQ(document.kind, OutcomeKind::processed);
    EXPECT_EQ(document.format, Format::twiml);

    EXPECT_TRUE(has_failed(pivots.run(serverless("<Response><Say></Response>")),
                           Reason::invalid_twiml, Phase::parse));
    EXPECT_TRUE(has_failed(pivots.run(serverless(R"({"module":"nonsense"})")),
                           Reason::invalid_callflow, Phase::parse));
}

TEST_F(SessionTest, headers_of_an_action_go_with_its_requests_and_with_nothing_else)
{
    page("/first", R"(<Dial action="/last"><Number statusCallback="/told"
                       statusCallbackEvent="initiated">+14155550101</Number></Dial>)");
    page("/last", "<Hangup/>");
    Phone& caller = start(phone(), request("/first", headers));
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_EQ(asked_with("/first", "x-tenant"), "acme");
    EXPECT_EQ(asked_with("/last", "x-tenant"), "acme");
    EXPECT_GT(count("/told"), 0u);
    EXPECT_EQ(asked_with("/told", "x-tenant"), "");
}

TEST_F(SessionTest, a_document_that_an_action_brings_along_is_performed)
{
    page("/next", R"(<Redirect>/last</Redirect>)");
    page("/last", "<Hangup/>");
    SessionRequest asked;
    asked.request = request_of(
        serverless(
            fmt::format("<Response><Say>Hi</Say><Redirect>{}</Redirect></Response>", url("/next")),
            headers),
        some_call(), config);
    Phone& caller = start(phone(), asked);
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_THAT(caller.commands(), Contains("say"));
    EXPECT_EQ(count("/next"), 1u);
    EXPECT_EQ(count("/last"), 1u);
    EXPECT_EQ(asked_with("/next", "x-tenant"), "acme") << "the first URL that it asks";
    EXPECT_EQ(asked_with("/last", "x-tenant"), "acme");
}

TEST_F(SessionTest, a_document_without_a_url_has_no_relative_ones)
{
    SessionRequest asked;
    asked.request = request_of(serverless("<Response><Redirect>/next</Redirect></Response>"),
                               some_call(), config);
    Phone& caller = start(phone(), asked);
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_THAT(caller.branches(), Contains(HasSubstr("bad_action")));
    EXPECT_THAT(caller.commands(), Contains("play")) << "of the `_` child";
}

TEST_F(SessionTest, a_document_that_is_wrong_takes_the_branch)
{
    SessionRequest asked;
    asked.request = request_of(serverless("<Response><Say></Response>"), some_call(), config);
    Phone& caller = start(phone(), asked);
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_THAT(caller.branches(), Contains(HasSubstr("invalid_twiml")));
    EXPECT_THAT(caller.commands(), Contains("play")) << "of the `_` child";
}

}  // namespace
}  // namespace pivot::test
