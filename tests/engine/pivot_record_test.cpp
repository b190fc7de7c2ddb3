// What a single pivot leaves besides its outcome.
#include "engine/session_host.hpp"
#include "engine_fixture.hpp"
#include "peers/temporary_folder.hpp"

#include <atomic>
#include <future>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace pivot::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

using Line = KeptRecords::Line;

constexpr std::string_view debug = R"(,"debug":true)";

class PivotRecord : public testing::Test {
protected:
    Outcome run(std::string_view url, std::string_view more)
    {
        Call call = some_call();
        call.account_id = "a1";
        auto request = request_of(node(url, more), call);
        request.iteration = 3;
        request.headers = {{"Authorization", "Bearer one"}};
        auto outcome = engine().run(std::move(request));
        engine().engine().drain();
        return outcome;
    }

    Pivots& engine()
    {
        config.sinks = &kept;
        if (!pivots_) pivots_.emplace(config);
        return *pivots_;
    }

    EngineConfig config = loopback();
    KeptRecords kept;

private:
    std::optional<Pivots> pivots_;
};

TEST_F(PivotRecord, says_what_was_asked_and_answered)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        if (exchange.request.target.starts_with("/old")) {
            exchange.reply(302, "text/plain", "", "Location: /new\r\n");
        }
        exchange.reply(200, "application/json", R"({"module":"play","data":{"id":"a","idd":1}})",
                       "X-Of: server\r\n");
    }};
    EXPECT_TRUE(is_processed(run(peer.url("/old"), R"(,"debug":true,"nonsense":1)")));
    EXPECT_THAT(
        kept.records(),
        ElementsAre(
            AllOf(HasSubstr(R"("call_id":"c1","account_id":"a1","kind":"exchange","iteration":3)"),
                  HasSubstr(R"({"name":"Authorization","value":"[redacted]"})"),
                  HasSubstr(R"({"name":"X-Of","value":"server"})"), HasSubstr(R"("hops":[)"),
                  HasSubstr(R"(nonsense of the action)"), HasSubstr(R"(\"idd\")"),
                  Not(HasSubstr("branch")))));
}

TEST_F(PivotRecord, comes_before_the_outcome)
{
    HttpPeer peer{answer()};
    std::promise<std::size_t> records;
    engine().engine().start(request_of(node(peer.url("/"), debug)),
                            [&](const OutcomeView&) { records.set_value(kept.records().size()); });
    EXPECT_EQ(records.get_future().get(), 1U);
}

TEST_F(PivotRecord, is_left_by_each_attempt_and_the_last_one_has_the_branch)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        const bool is_fallback = exchange.request.target.starts_with("/fallback");
        exchange.reply(is_fallback ? 404 : 503, "text/plain", "sorry");
    }};
    const auto more = fmt::format(R"(,"debug":true,"fallback_url":"{}")", peer.url("/fallback"));
    EXPECT_TRUE(has_failed(run(peer.url("/first#rc=1&rp=5xx"), more), Reason::status));
    const auto failed = AllOf(HasSubstr("/first"), HasSubstr(R"("resp_status_code":"503")"),
                              HasSubstr(R"("reason":"status")"), Not(HasSubstr("branch")));
    EXPECT_THAT(kept.records(), ElementsAre(failed, failed,
                                            AllOf(HasSubstr("/fallback"), HasSubstr("404"),
                                                  HasSubstr(R"("branch":"_")"))));
}

TEST_F(PivotRecord, tells_of_a_document_too)
{
    HttpPeer peer{answer("<Response><Nonsense/></Response>", "text/xml")};
    EXPECT_EQ(run(peer.url("/"), debug).kind, OutcomeKind::processed);
    EXPECT_THAT(kept.records(), ElementsAre(AllOf(HasSubstr("1:11: "), HasSubstr("Nonsense"))));
}

TEST_F(PivotRecord, of_a_long_answer_has_its_beginning)
{
    HttpPeer peer{
        answer(R"({"module":"play","data":{"id":")" + std::string(50'000, 'x') + R"("}})")};
    EXPECT_TRUE(is_processed(run(peer.url("/"), debug)));
    EXPECT_THAT(kept.records(), ElementsAre(HasSubstr(R"("resp_body_is_cut":true)")));
}

TEST_F(PivotRecord, is_left_by_one_whose_time_was_up)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    EXPECT_TRUE(
        has_failed(run(peer.url("/"), R"(,"debug":true,"req_timeout_ms":250)"), Reason::timeout));
    EXPECT_THAT(kept.records(), ElementsAre(AllOf(HasSubstr(R"("reason":"timeout")"),
                                                  HasSubstr(R"("branch":"_")"))));
}

TEST_F(PivotRecord, is_left_by_one_that_may_not_be_asked)
{
    EXPECT_TRUE(has_failed(run("http://10.0.0.1/", debug), Reason::blocked));
    EXPECT_THAT(kept.records(), ElementsAre(HasSubstr(R"("reason":"blocked")")));
}

TEST_F(PivotRecord, is_left_only_if_the_action_asks_for_it_and_something_was_asked)
{
    HttpPeer peer{answer()};
    for (const char* more : {"", R"(,"debug":false)", R"(,"debug":true,"skip_module":true)"}) {
        engine().run(request_of(node(peer.url("/"), more)));
    }
    EXPECT_THAT(kept.records(), IsEmpty());
    EXPECT_THAT(kept.lines(), IsEmpty());
}

TEST_F(PivotRecord, is_in_the_store)
{
    const TemporaryFolder folder;
    config.store.path = folder.path() / "store";
    kept.wants_debug_records = false;
    HttpPeer peer{answer()};
    EXPECT_TRUE(is_processed(run(peer.url("/"), debug)));
    EXPECT_THAT(engine().engine().debug_records("c1"),
                ElementsAre(HasSubstr(R"("kind":"exchange")")));
    EXPECT_THAT(kept.lines(), IsEmpty());
}

TEST_F(PivotRecord, that_nobody_takes_is_said_once_to_be_missing)
{
    kept.wants_debug_records = false;
    kept.wants_cdrs = false;
    HttpPeer peer{answer()};
    constexpr std::string_view both = R"(,"debug":true,"cdr_url":"http://127.0.0.1/cdr")";
    for (int i = 0; i < 2; ++i) engine().run(request_of(node(peer.url("/"), both)));
    EXPECT_THAT(
        kept.lines(),
        ElementsAre(AllOf(Field(&Line::level, LogLevel::warning), Field(&Line::call_id, "c1"),
                          Field(&Line::text, HasSubstr("debug have no effect in this engine: "
                                                       "it has neither a store")))));
}

TEST_F(PivotRecord, is_not_a_cdr_and_a_pivot_that_wants_one_is_told_so_once)
{
    HttpPeer peer{answer()};
    constexpr std::string_view cdr = R"(,"cdr_url":"http://127.0.0.1/cdr")";
    for (int i = 0; i < 2; ++i) engine().run(request_of(node(peer.url("/"), cdr)));
    EXPECT_THAT(kept.lines(),
                ElementsAre(Field(&Line::text,
                                  "cdr_url has no effect on a single pivot, which does not see the "
                                  "end of its call: start a session for a CDR")));
    EXPECT_THAT(kept.forms(), IsEmpty());
}

}  // namespace
}  // namespace pivot::test
