// What a session leaves behind: debug records and its CDR.

#include "session/http_cdr_poster.hpp"
#include "session/watched_spool.hpp"
#include "session_fixture.hpp"

namespace pivot::test {
namespace {

constexpr std::string_view debug = R"(,"req_format":"twiml","debug":true)";

TEST(SessionRecord, each_exchange_leaves_one_without_secrets)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        if (exchange.request.target.starts_with("/bad")) {
            exchange.reply(500, "text/plain", "oh no");
        } else {
            exchange.reply(200, "text/xml", "<Response><Nonsense/></Response>",
                           "Set-Cookie: session=topsecret\r\n");
        }
    }};
    session::RecentRecords records;
    Sessions sessions;
    sessions.config.sink = &records;
    {
        const auto session = sessions.make(node(peer.url("/p"), debug));
        ASSERT_TRUE(sessions.begin(*session));
        ASSERT_FALSE(sessions.ask(*session, {"/bad", Method::post, {{"Digits", "1"}}, true}));
        session->notify("/told", Method::post, {{"CallStatus", "completed"}}, false);
        run_until(sessions.reactor(), [&] { return sessions.callbacks().waiting() == 0; });
        session->note_branch("_");
        sessions.end(*session, {});
    }
    const auto kept = records.find("c1");
    ASSERT_EQ(kept.size(), 3u);
    const auto has = [&kept](std::size_t index, std::string_view part) {
        return kept[index].to_json().find(part) != std::string::npos;
    };
    EXPECT_TRUE(has(0, R"("iteration":1)") && has(0, "Nonsense")) << kept[0].to_json();
    EXPECT_TRUE(has(1, R"("kind":"callback")")) << kept[1].to_json();
    EXPECT_TRUE(has(2, R"("iteration":2)") && has(2, "oh no") && has(2, R"("reason":"status")") &&
                has(2, R"("branch":"_")"))
        << kept[2].to_json();
    for (const auto& record : kept) {
        EXPECT_EQ(record.to_json().find("topsecret"), std::string::npos) << record.to_json();
    }
}

TEST(SessionRecord, the_log_has_what_a_web_server_does_wrong_and_nothing_else)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        const std::string& target = exchange.request.target;
        if (target.starts_with("/bad")) return exchange.reply(500, "text/plain", "oh no");
        std::string document = "<Response>";
        for (int i = 0; target.starts_with("/odd") && i < 7; ++i) document += "<Nonsense/>";
        exchange.reply(200, "text/xml", document + "<Hangup/></Response>");
    }};
    std::vector<std::string> lines;
    Sessions sessions;
    sessions.config.log = [&](LogLevel level, std::string_view call_id, std::string_view line) {
        EXPECT_EQ(level, LogLevel::debug);
        EXPECT_EQ(call_id, "c1");
        lines.emplace_back(line);
    };
    const auto session = sessions.make(node(peer.url("/good"), twiml));
    ASSERT_TRUE(sessions.begin(*session));
    EXPECT_TRUE(lines.empty());
    ASSERT_TRUE(sessions.ask(*session, {"/odd?Digits=1234", Method::post, {}}));
    ASSERT_EQ(lines.size(), 6U);
    EXPECT_EQ(lines[0], peer.url("/odd") + ": 1:11: Nonsense is unknown, and skipped");
    EXPECT_EQ(lines[5], peer.url("/odd") + ": 2 more mistakes");
    ASSERT_FALSE(sessions.ask(*session, {"/bad", Method::post, {}}));
    EXPECT_EQ(lines.back(),
              peer.url("/bad") + ": status: the server answered 500, which is not 2xx");
}

TEST(SessionRecord, a_failure_that_leads_to_no_branch_leaves_one_at_once)
{
    HttpPeer peer{answer(say_hello, "text/xml")};
    session::RecentRecords records;
    Sessions sessions;
    sessions.config.sink = &records;
    const auto session = sessions.make(node(peer.url("/"), debug));
    ASSERT_TRUE(sessions.begin(*session));
    ASSERT_FALSE(sessions.ask(*session, {"http://127.0.0.1:1/#rc=0", Method::post, {}}));
    EXPECT_EQ(records.find("c1").size(), 2u);
    ASSERT_FALSE(sessions.ask(*session, {"http://127.0.0.1:1/#rc=1", Method::post, {}, true}));
    EXPECT_EQ(records.find("c1").size(), 3u);  // and the last attempt waits
    session->note_branch("_");
    EXPECT_EQ(records.find("c1").size(), 4u);
}

TEST(SessionRecord, each_request_of_a_redirected_one_is_in_it)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        if (exchange.request.target == "/landed") {
            exchange.reply(200, "text/xml", say_hello);
        } else {
            exchange.reply(301, "", "", "Location: /landed\r\n");
        }
    }};
    session::RecentRecords records;
    Sessions sessions;
    sessions.config.sink = &records;
    const auto session = sessions.make(node(peer.url("/"), debug));
    ASSERT_TRUE(sessions.ask(*session, {peer.url("/got"), Method::post, {{"Digits", "1"}}}));
    const auto kept = records.find("c1");
    ASSERT_EQ(kept.size(), 1u);
    json::Document document;
    const auto record = document.read(kept[0].to_json());
    ASSERT_TRUE(record);
    std::vector<json::Value> hops;
    for (const auto hop : record->find("hops")->elements()) hops.push_back(hop);
    ASSERT_EQ(hops.size(), 2u) << kept[0].to_json();
    const auto first = hops[0];
    const auto last = hops[1];
    EXPECT_EQ(first.find("method")->text(), "POST");
    EXPECT_EQ(first.find("uri")->text(), peer.url("/got"));
    EXPECT_EQ(first.find("resp_status_code")->text(), "301");
    EXPECT_NE(first.find("req_body")->text().find("Digits=1"), std::string_view::npos);
    EXPECT_EQ(last.find("method")->text(), "GET");
    EXPECT_EQ(last.find("uri")->text(), peer.url("/landed"));
    EXPECT_EQ(last.find("resp_status_code")->text(), "200");
    EXPECT_FALSE(last.find("req_body"));
}

TEST(SessionRecord, nothing_is_kept_that_nobody_asked_for)
{
    HttpPeer peer{answer()};
    session::RecentRecords records;
    Sessions sessions;
    sessions.config.sink = &records;
    ASSERT_TRUE(sessions.begin(*sessions.make(node(peer.url("/")))));
    EXPECT_TRUE(records.find("c1").empty());
    sessions.config.records_all = true;
    ASSERT_TRUE(sessions.begin(*sessions.make(node(peer.url("/")))));
    EXPECT_EQ(records.find("c1").size(), 1u);
}

TEST(SessionRecord, a_twiml_session_ends_with_a_cdr_that_is_posted)
{
    HttpPeer peer{answer(say_hello, "text/xml")};
    HttpPeer cdrs{answer("", "text/plain", 204)};
    Sessions sessions;
    WatchedSpool spool(sessions.reactor());
    sessions.config.cdrs = &spool;
    const auto more = R"(,"cdr_url":")" + cdrs.url("/cdr") + '"';
    for (const auto format : {twiml, std::string_view()}) {
        const auto session = sessions.make(node(peer.url("/"), std::string(format) + more));
        ASSERT_TRUE(sessions.begin(*session));
        session::EndOfCall end;
        end.hangup_cause = "NORMAL_CLEARING";
        sessions.end(*session, end);
    }
    HttpPeer flows{answer()};
    const auto flow = sessions.make(node(flows.url("/"), more));
    ASSERT_TRUE(sessions.begin(*flow));
    sessions.end(*flow, {});

    session::HttpCdrPoster poster(sessions.exchanges(), nullptr);
    session::CdrDelivery delivery(spool, poster, sessions.reactor().clock(), {},
                                  [](LogLevel, std::string_view, std::string_view) {});
    reactor::Deadline closing(sessions.reactor(), reactor::never);
    reactor::Scope scope(sessions.reactor());
    scope.spawn(delivery.run(closing));
    run_until(sessions.reactor(), [&] { return cdrs.requests().size() == 2; });
    closing.expire(Reason::cancelled);
    run_until(sessions.reactor(), [&] { return scope.running() == 0; });

    const auto posted = cdrs.requests();
    EXPECT_EQ(posted[0].method, "POST");
    EXPECT_EQ(Told(posted[0])["Call-ID"], "c1");
    EXPECT_EQ(Told(posted[0])["Hangup-Cause"], "NORMAL_CLEARING");
    EXPECT_EQ(posted[0].header("content-type"), "application/x-www-form-urlencoded");
    EXPECT_FALSE(posted[0].header("idempotency-key").empty());
    EXPECT_NE(posted[0].header("idempotency-key"), posted[1].header("idempotency-key"));
}

// Says of no CDR what has become of it.
class StuckSink final : public session::CdrSink {
public:
    void put(session::Cdr, Done) override {}
};

TEST(SessionRecord, a_store_that_is_stuck_holds_up_the_end_of_a_call_for_five_seconds)
{
    Sessions sessions(loopback(), {},
                      {.ring = {}, .buffers = {}, .clock = reactor::Clock::Kind::manual});
    StuckSink stuck;
    sessions.config.cdrs = &stuck;
    std::vector<std::string> lines;
    sessions.config.log = [&lines](LogLevel, std::string_view, std::string_view line) {
        lines.emplace_back(line);
    };
    const auto more = std::string(twiml) + R"(,"cdr_url":"http://127.0.0.1:1/cdr")";
    const auto session = sessions.make(node("http://127.0.0.1:1/", more));
    const auto began = sessions.reactor().now();
    sessions.end(*session, {});
    EXPECT_EQ(sessions.reactor().now() - began, 5 * second_ns);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_NE(lines.front().find("the CDR of call c1 waits in memory"), std::string::npos);
    EXPECT_NE(lines.front().find("Call-ID=c1"), std::string::npos);
}

reactor::Task<> post(session::HttpCdrPoster& poster, const session::Cdr& cdr, int& status,
                     reactor::Deadline& deadline)
{
    const auto posted = co_await poster.post(cdr, deadline);
    status = posted.value_or(-1);
}

TEST(SessionRecord, a_cdr_is_posted_as_the_fragment_of_its_url_says_and_leaves_a_record_each_time)
{
    HttpPeer peer{answer("busy", "text/plain", 503)};
    session::RecentRecords records;
    Sessions sessions;
    session::HttpCdrPoster poster(sessions.exchanges(), &records);
    session::Cdr cdr;
    cdr.id = "0123";
    cdr.call_id = "c1";
    cdr.is_recorded = true;
    cdr.url = peer.url("/cdr#rc=1&rp=5xx");
    cdr.body = "Call-ID=c1";
    int status = 0;
    reactor::Deadline deadline(sessions.reactor(), sessions.reactor().now() + 30'000'000'000);
    reactor::Scope scope(sessions.reactor());
    scope.spawn(post(poster, cdr, status, deadline));
    run_until(sessions.reactor(), [&] { return scope.running() == 0; });
    EXPECT_EQ(status, 503);
    const auto posted = peer.requests();
    ASSERT_EQ(posted.size(), 2u);
    EXPECT_EQ(posted[0].target, "/cdr");
    EXPECT_EQ(posted[1].body, "Call-ID=c1");
    EXPECT_EQ(posted[0].header("idempotency-key"), "0123");
    EXPECT_EQ(posted[1].header("idempotency-key"), "0123");
    EXPECT_EQ(posted[0].header("i-twilio-idempotency-token"), "");
    EXPECT_EQ(records.find("c1").size(), 2u);

    cdr.is_recorded = false;
    scope.spawn(post(poster, cdr, status, deadline));
    run_until(sessions.reactor(), [&] { return scope.running() == 0; });
    EXPECT_EQ(peer.requests().size(), 4u);
    EXPECT_EQ(records.find("c1").size(), 2u) << "an action without debug leaves none";
}

}  // namespace
}  // namespace pivot::test
