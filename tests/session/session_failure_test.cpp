// What a session does when a URL fails: it asks again, or elsewhere, and in time.

#include "peers/certificates.hpp"
#include "peers/eventually.hpp"
#include "peers/loopback.hpp"
#include "session_fixture.hpp"

#include <algorithm>
#include <atomic>
#include <functional>

namespace pivot::test {
namespace {

HttpPeer::Handler documents()
{
    return answer(say_hello, "text/xml");
}

std::string with_fallback(std::string_view voice_url, std::string_view fallback_url,
                          std::string_view more = twiml_post)
{
    return node(voice_url,
                std::string(more) + R"(,"fallback_url":")" + std::string(fallback_url) + '"');
}

// Is busy at first, and then answers.
struct Moody {
    explicit Moody(int failures) : failures_left(failures) {}
    void operator()(HttpPeer::Exchange& exchange)
    {
        if (failures_left-- > 0) {
            exchange.reply(503, "text/plain", "busy", "Connection: close\r\n");
        } else {
            exchange.reply(200, "text/xml", say_hello);
        }
    }
    std::atomic<int> failures_left;
};

HttpPeer::Handler handler(Moody& moody)
{
    return [&moody](HttpPeer::Exchange& exchange) { moody(exchange); };
}

struct Trouble {
    std::string_view name;
    HttpPeer::Handler handler;
    std::string_view error_code;
};

TEST(SessionFailure, every_kind_of_it_goes_to_the_fallback)
{
    const Trouble troubles[] = {
        {"status", answer("no", "text/plain", 404), "11200"},
        {"server error", answer("no", "text/plain", 500), "11200"},
        {"broken document", answer("<Response>", "text/xml"), "12100"},
        {"wrong root", answer("<Answer/>", "text/xml"), "12100"},
        {"empty", answer("", "text/xml"), "12100"},
        {"other type", answer("???", "image/png"), "12300"},
        {"bad flow", answer(R"({"module":"no_such"})"), "12200"},
        {"bad JSON", answer("{"), "12100"},
        {"closed", [](HttpPeer::Exchange& exchange) { exchange.close(); }, "11205"},
        {"not HTTP", say_and_close("SSH-2.0\r\n\r\n"), "11206"},
        {"endless redirect",
         [](HttpPeer::Exchange& exchange) {
             exchange.reply(302, "text/plain", "", "Location: /again\r\n");
         },
         "11215"},
        {"silent", [](HttpPeer::Exchange& exchange) { exchange.hold(); }, "11200"},
    };
    for (const auto& trouble : troubles) {
        SCOPED_TRACE(trouble.name);
        HttpPeer peer{trouble.handler};
        HttpPeer fallback{documents()};
        Sessions sessions;
        const auto text = with_fallback(peer.url("/voice#rt=100"), fallback.url("/sorry"));
        const auto session = sessions.make(text);
        const auto answered = sessions.begin(*session);
        ASSERT_TRUE(answered) << answered.error().message;
        EXPECT_NE(answered->document, nullptr);
        EXPECT_EQ(session->document_url(), fallback.url("/sorry"));

        ASSERT_EQ(fallback.requests().size(), 1u);
        const Told told(fallback.requests().front());
        EXPECT_EQ(told["ErrorCode"], trouble.error_code);
        EXPECT_EQ(told["ErrorUrl"], peer.url("/voice"));
        EXPECT_EQ(told["CallSid"], "c1");
    }
}

TEST(SessionFailure, without_a_connection_the_fallback_is_asked)
{
    RefusingPort refusing;
    HttpPeer fallback{documents()};
    Sessions sessions;
    const auto dead = "http://127.0.0.1:" + std::to_string(refusing.port()) + "/";
    ASSERT_TRUE(sessions.begin(*sessions.make(with_fallback(dead, fallback.url("/")))));
    EXPECT_EQ(Told(fallback.requests().front())["ErrorCode"], "11205");
    ASSERT_TRUE(
        sessions.begin(*sessions.make(with_fallback("http://192.168.0.1/", fallback.url("/")))));
    EXPECT_EQ(Told(fallback.requests().back())["ErrorCode"], "11200") << "blocked";
}

TEST(SessionFailure, a_later_request_falls_back_with_its_own_parameters)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        if (exchange.request.target.starts_with("/gathered")) exchange.close();
        exchange.reply(200, "text/xml", say_hello);
    }};
    HttpPeer fallback{documents()};
    Sessions sessions;
    const auto session = sessions.make(with_fallback(peer.url("/"), fallback.url("/f")));
    ASSERT_TRUE(sessions.begin(*session));
    ASSERT_TRUE(sessions.ask(*session, {"/gathered", Method::post, {{"Digits", "42"}}}));
    EXPECT_EQ(Told(fallback.requests().front())["Digits"], "42");
    ASSERT_TRUE(sessions.ask(*session, {"/then", Method::post, {}}));
    EXPECT_EQ(fallback.requests().back().target, "/then") << "relative to the fallback";
    EXPECT_EQ(Told(fallback.requests().back())["Digits"], "-");
    EXPECT_EQ(Told(fallback.requests().back())["ErrorCode"], "-");
}

TEST(SessionFailure, of_the_fallback_too_says_both)
{
    HttpPeer peer{answer("no", "text/plain", 404)};
    HttpPeer fallback{answer("no", "text/plain", 410)};
    Sessions sessions;
    const auto answered =
        sessions.begin(*sessions.make(with_fallback(peer.url("/"), fallback.url("/"))));
    ASSERT_FALSE(answered);
    EXPECT_EQ(answered.error().reason, Reason::status);
    EXPECT_NE(answered.error().message.find("404"), std::string::npos);
    EXPECT_NE(answered.error().message.find("410"), std::string::npos);
    EXPECT_EQ(fallback.requests().size(), 1u);
}

TEST(SessionFailure, each_url_has_its_time)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    Sessions sessions;
    const auto a_second = std::string(twiml_post) + R"(,"req_timeout_ms":1000)";
    const auto text = with_fallback(peer.url("/a"), peer.url("/b"), a_second);
    const auto started = monotonic_now();
    const auto answered = sessions.begin(*sessions.make(text));
    ASSERT_FALSE(answered);
    EXPECT_EQ(answered.error().reason, Reason::timeout);
    EXPECT_GE(monotonic_now() - started, 2 * second_ns);
    ASSERT_TRUE(eventually([&] { return peer.requests().size() == 2; }));
    EXPECT_EQ(peer.requests()[1].target, "/b");
}

TEST(SessionFailure, a_total_shortens_the_time_and_never_lengthens_it)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    Sessions sessions;
    auto answered = sessions.begin(*sessions.make(node(peer.url("/#tt=120"))));
    ASSERT_FALSE(answered);
    EXPECT_NE(
        answered.error().message.find("no answer within 120 ms: the server had not sent a byte"),
        std::string::npos)
        << answered.error().message;
    answered = sessions.begin(*sessions.make(node(peer.url("/#tt=15000"), brief)));
    ASSERT_FALSE(answered);
    EXPECT_NE(answered.error().message.find("no answer within 250 ms"), std::string::npos)
        << answered.error().message;
}

TEST(SessionFailure, a_url_says_how_often_and_upon_what_it_is_asked_again)
{
    Moody moody{2};
    HttpPeer peer{handler(moody)};
    Sessions sessions;
    ASSERT_TRUE(sessions.begin(*sessions.make(node(peer.url("/#rc=2&rp=5xx"), twiml))));
    EXPECT_EQ(peer.requests().size(), 3u);

    moody.failures_left = 2;
    EXPECT_FALSE(sessions.begin(*sessions.make(node(peer.url("/#rc=1&rp=5xx"), twiml))));
    moody.failures_left = 1;
    EXPECT_FALSE(sessions.begin(*sessions.make(node(peer.url("/#rc=2&rp=4xx,ct"), twiml))));
    moody.failures_left = 1;
    EXPECT_FALSE(sessions.begin(*sessions.make(node(peer.url("/"), twiml))));
    EXPECT_EQ(peer.requests().size(), 7u);
}

TEST(SessionFailure, retries_of_one_request_have_one_token)
{
    Moody moody{2};
    HttpPeer peer{handler(moody)};
    Sessions sessions;
    const auto session = sessions.make(node(peer.url("/#rc=2&rp=all"), twiml));
    ASSERT_TRUE(sessions.begin(*session));
    ASSERT_TRUE(sessions.ask(*session, {}));
    const auto requests = peer.requests();
    ASSERT_EQ(requests.size(), 4u);
    const auto token = requests[0].header("i-twilio-idempotency-token");
    EXPECT_FALSE(token.empty());
    EXPECT_EQ(requests[1].header("i-twilio-idempotency-token"), token);
    EXPECT_EQ(requests[2].header("i-twilio-idempotency-token"), token);
    EXPECT_NE(requests[3].header("i-twilio-idempotency-token"), token);
}

TEST(SessionFailure, a_retry_that_would_come_too_late_is_not_waited_for)
{
    Moody moody{9};
    HttpPeer peer{handler(moody)};
    Sessions sessions;
    EXPECT_FALSE(sessions.begin(*sessions.make(node(peer.url("/#rc=5&rp=5xx&tt=1000"), twiml))));
    // Pauses of 100, 200 and 400 ms, a fifth more or less, fit into a second; the fourth does not.
    EXPECT_LE(peer.requests().size(), 4u);
}

TEST(SessionFailure, twiml_asks_again_where_no_tls_came_about_and_kazoo_does_not)
{
    HttpPeer peer{answer(), {.on_connect = [](HttpPeer::Exchange& exchange) { exchange.close(); }}};
    auto url = peer.url("/");
    url.insert(4, "s");
    Sessions sessions;
    const auto answered = sessions.begin(*sessions.make(node(url, twiml)));
    ASSERT_FALSE(answered);
    EXPECT_EQ(answered.error().reason, Reason::tls);
    EXPECT_EQ(peer.connections_accepted(), 2u);
    EXPECT_FALSE(sessions.begin(*sessions.make(node(url))));
    EXPECT_EQ(peer.connections_accepted(), 3u);
}

TEST(SessionFailure, connecting_has_its_own_time)
{
    UnansweringPort port;
    Sessions sessions;
    const auto url = "http://127.0.0.1:" + std::to_string(port.port()) + "/#ct=100&rc=0";
    const auto answered = sessions.begin(*sessions.make(node(url, twiml)));
    ASSERT_FALSE(answered);
    EXPECT_EQ(answered.error().reason, Reason::timeout);
    EXPECT_EQ(answered.error().phase, Phase::connect);
    EXPECT_EQ(answered.error().message, "no connection within 100 ms");
}

TEST(SessionFailure, a_tls_handshake_has_its_own_time)
{
    HttpPeer peer{answer(), {.on_connect = [](HttpPeer::Exchange& exchange) { exchange.hold(); }}};
    auto url = peer.url("/#ct=1000&rc=0");
    url.insert(4, "s");
    Sessions sessions;
    const auto answered = sessions.begin(*sessions.make(node(url, twiml)));
    ASSERT_FALSE(answered);
    EXPECT_EQ(answered.error().phase, Phase::tls);
    EXPECT_EQ(answered.error().message, "no TLS handshake within 1000 ms");
}

TEST(SessionFailure, reading_has_its_own_time_between_bytes)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        exchange.send("HTTP/1.1 200 OK\r\n");
        exchange.hold();
    }};
    Sessions sessions;
    const auto answered = sessions.begin(*sessions.make(node(peer.url("/#rt=1000"), twiml)));
    ASSERT_FALSE(answered);
    EXPECT_EQ(answered.error().reason, Reason::timeout);
    EXPECT_EQ(answered.error().phase, Phase::read);
    EXPECT_EQ(answered.error().message, "no byte of the response within 1000 ms");
}

TEST(SessionFailure, overrides_that_are_wrong_are_a_warning)
{
    HttpPeer peer{documents()};
    session::RecentRecords records;
    Sessions sessions;
    sessions.config.sink = &records;
    sessions.config.records_all = true;
    const auto session = sessions.make(node(peer.url("/#ct=5&nonsense"), twiml));
    ASSERT_TRUE(sessions.begin(*session));
    session->note_branch("");
    ASSERT_EQ(records.find("c1").size(), 1u);
    EXPECT_NE(records.find("c1")[0].to_json().find("11243"), std::string::npos)
        << records.find("c1")[0].to_json();
}

TEST(SessionFailure, sni_can_be_left_out)
{
    Certificates certificates;
    auto config = loopback();
    config.tls.ca_file = certificates.ca_file();
    TlsOptions tls{.identity = certificates.good({"localhost"})};
    HttpPeer peer{documents(), {.tls = std::move(tls)}};
    {
        Sessions sessions(config);
        const auto url = "https://localhost:" + std::to_string(peer.port());
        ASSERT_TRUE(sessions.begin(*sessions.make(node(url + "/", twiml))));
        ASSERT_TRUE(sessions.begin(*sessions.make(node(url + "/#sni=n", twiml))));
    }
    EXPECT_TRUE(eventually([&] { return peer.handshakes().size() == 2; }));
    std::vector<std::string> names;
    for (const auto& handshake : peer.handshakes()) names.push_back(handshake.server_name);
    std::ranges::sort(names);
    EXPECT_EQ(names, (std::vector<std::string>{"", "localhost"}));
}

TEST(SessionFailure, a_hang_up_ends_an_exchange_in_every_phase)
{
    HttpPeer silent{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    HttpPeer slow{[](HttpPeer::Exchange& exchange) {
        exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        exchange.hold();
    }};
    HttpPeer handshake{answer(),
                       {.on_connect = [](HttpPeer::Exchange& exchange) { exchange.hold(); }}};
    UnansweringPort unanswering;
    HttpPeer fallback{documents()};
    Sessions sessions;
    auto over_tls = handshake.url("/#ct=10000&rt=15000");
    over_tls.insert(4, "s");
    const auto connecting = "http://127.0.0.1:" + std::to_string(unanswering.port()) + "/#ct=9000";
    int turns = 0;
    const auto has_turned = [&turns] { return ++turns > 5; };
    const std::pair<std::string, std::function<bool()>> phases[] = {
        {silent.url("/"), [&] { return silent.requests().size() == 1; }},
        {silent.url("/#rt=15000"), [&] { return silent.requests().size() == 2; }},
        {slow.url("/#rt=15000"), [&] { return slow.requests().size() == 1; }},
        {over_tls, [&] { return handshake.connections_accepted() == 1; }},
        {connecting, has_turned},
    };
    for (const auto& [url, is_there] : phases) {
        SCOPED_TRACE(url);
        const auto session = sessions.make(with_fallback(url, fallback.url("/")));
        const auto answered = sessions.begin_and_cancel(*session, is_there);
        ASSERT_FALSE(answered);
        EXPECT_EQ(answered.error().reason, Reason::cancelled);
    }
    EXPECT_EQ(fallback.requests().size(), 0u);
}

TEST(SessionFailure, a_call_that_is_over_asks_nothing)
{
    HttpPeer peer{documents()};
    Sessions sessions;
    const auto session = sessions.make(node(peer.url("/"), twiml));
    reactor::Deadline call(sessions.reactor(), reactor::never);
    call.expire(Reason::cancelled);
    const auto answered = sessions.begin(*session, call);
    ASSERT_FALSE(answered);
    EXPECT_EQ(answered.error().reason, Reason::cancelled);
    EXPECT_EQ(peer.connections_accepted(), 0u);
}

}  // namespace
}  // namespace pivot::test
