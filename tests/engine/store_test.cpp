// What whole calls leave: at the host's, in the engine's store, and at the web server that wants
// their CDRs.
#include "engine/whole_call_fixture.hpp"
#include "peers/temporary_folder.hpp"

#include <csignal>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pivot::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using Line = KeptRecords::Line;

constexpr std::string_view debug = R"(,"debug":true)";

// A caller who is hung up at once.
class Kept : public SessionTest {
protected:
    Kept() { page("/first", "<Hangup/>"); }

    Phone& call(std::string call_id, std::string_view more = "")
    {
        SessionRequest asked = request("/first", more);
        asked.request.call.call_id = std::move(call_id);
        if (!cdr_url.empty()) asked.request.node.action->cdr_url = cdr_url;
        Phone& caller = start(phone(), asked);
        EXPECT_TRUE(wait_for_end(caller));
        return caller;
    }

    std::string cdr_url;  // empty: the web server's
};

// With a store, each with the threads of an engine, and with a host that runs one. The host has no
// use for what calls leave.
class Stored : public Kept, public testing::WithParamInterface<unsigned> {
protected:
    Stored()
    {
        config.reactors = GetParam();
        config.store.path = folder_.path() / "store";
        kept.wants_cdrs = false;
        kept.wants_debug_records = false;
    }

    std::vector<std::string> records(std::string_view call_id)
    {
        return engine().debug_records(call_id);
    }
    bool has_record(std::string_view call_id, std::string_view part)
    {
        return std::ranges::any_of(records(call_id), [part](const std::string& json) {
            return json.find(part) != json.npos;
        });
    }

    bool has_metric(std::string_view line)
    {
        return engine().metrics().find(fmt::format("\n{}\n", line)) != std::string::npos;
    }

private:
    TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Hosts, Stored, testing::Values(0U, 2U), [](const auto& info) {
    return info.param == 0 ? "with_a_loop" : "with_threads_of_the_engine";
});

TEST_P(Stored, records_of_exchanges_callbacks_and_cdrs_are_found_by_their_call)
{
    page("/cdr", "");
    page("/told", "");
    page("/first", R"(<Dial><Number statusCallback="/told">+14155550101</Number></Dial>)");
    call("c1", debug);
    ASSERT_TRUE(wait_until([&] {
        return has_record("c1", R"("kind":"callback")") && has_record("c1", R"("kind":"cdr")");
    }));
    EXPECT_THAT(records("c1").front(),
                AllOf(HasSubstr(R"("kind":"exchange")"), HasSubstr("/first")));
    EXPECT_THAT(records("c2"), IsEmpty());
    EXPECT_THAT(kept.records(), IsEmpty());
}

TEST_P(Stored, an_action_without_debug_leaves_no_record_of_its_cdr_either)
{
    page("/cdr", "");
    call("c1");
    ASSERT_TRUE(wait_until([&] { return told("/cdr")["Call-ID"] == "c1"; }));
    destroy();
    EXPECT_THAT(records("c1"), IsEmpty());
}

TEST_P(Stored, records_go_to_the_host_as_well)
{
    kept.wants_debug_records = true;
    call("c1", debug);
    EXPECT_THAT(kept.records(), SizeIs(testing::Ge(1U)));
    EXPECT_EQ(kept.records().front(), records("c1").front());
}

TEST_P(Stored, records_outlive_their_engine)
{
    call("c1", debug);
    const auto before = records("c1");
    EXPECT_THAT(before, SizeIs(testing::Ge(1U)));
    destroy();
    EXPECT_EQ(records("c1").front(), before.front());
}

TEST_P(Stored, nobody_waits_for_records_inside_a_callback)
{
    std::atomic<std::size_t> found = 0;
    kept.wants_debug_records = true;
    Engine* asked = nullptr;
    kept.on_record = [&] { found += asked->debug_records("c1").size(); };
    asked = &engine();
    call("c1", debug);
    destroy();
    EXPECT_EQ(found, 0U);
}

TEST_P(Stored, a_cdr_is_the_stores_if_the_host_does_not_take_it)
{
    page("/cdr", "");
    kept.wants_cdrs = true;
    call("c1");
    kept.delivers = false;
    call("c2");
    ASSERT_TRUE(wait_until([&] { return told("/cdr")["Call-ID"] != "-"; }));
    EXPECT_EQ(told("/cdr")["Call-ID"], "c2");
    EXPECT_THAT(kept.forms(), ElementsAre(HasSubstr("Call-ID=c1"), HasSubstr("Call-ID=c2")));
}

TEST_P(Stored, a_call_of_the_host_that_nobody_answers_leaves_a_cdr)
{
    page("/cdr", "");
    SessionRequest asked = request("/first");
    asked.request.call.call_id = "c1";
    asked.request.node.action->cdr_url.clear();
    engine().leave_cdr(asked, {"USER_BUSY", 486});
    asked.request.call.call_id = "c2";
    asked.request.node.action->cdr_url = url("/cdr");
    asked.started_unix_ms = base::unix_now_ms() - 5'000;
    engine().leave_cdr(asked, {"NO_ANSWER", 480});
    ASSERT_TRUE(wait_until([&] { return count("/cdr") == 1; }));
    Told cdr = told("/cdr");
    EXPECT_EQ(cdr["Call-ID"], "c2");
    EXPECT_EQ(cdr["Hangup-Cause"], "NO_ANSWER");
    EXPECT_EQ(cdr["Hangup-Code"], "sip:480");
    EXPECT_EQ(cdr["Billing-Seconds"], "0");
    EXPECT_THAT(cdr["Ringing-Seconds"], testing::AnyOf("5", "6"));
    EXPECT_EQ(count("/first"), 0U);
}

TEST_P(Stored, a_cdr_of_no_session_outlives_an_engine_that_is_destroyed_at_once)
{
    const RefusingPort dead;
    SessionRequest asked = request("/first");
    asked.request.node.action->cdr_url = fmt::format("http://127.0.0.1:{}/cdr", dead.port());
    engine().leave_cdr(asked, {"NO_ANSWER", 480});
    destroy();
    EXPECT_THAT(Engine::create(config).value()->metrics(), HasSubstr("\npivot_cdrs_waiting 1\n"));
}

TEST_P(Stored, cdrs_of_all_reactors_are_delivered_at_once)
{
    page("/cdr", "");
    constexpr std::size_t calls = 20;
    for (std::size_t i = 0; i < calls; ++i) call(fmt::format("c{}", i));
    EXPECT_TRUE(wait_until([&] { return count("/cdr") == calls; }));
}

TEST_P(Stored, a_cdr_waits_through_a_dead_server_and_is_delivered_when_it_is_back)
{
    const RefusingPort dead;  // until a peer listens there
    const std::uint16_t port = dead.port();
    cdr_url = fmt::format("http://127.0.0.1:{}/cdr", port);
    call("c1", debug);
    ASSERT_TRUE(wait_until([&] { return has_record("c1", R"("reason":"connect")"); }));
    EXPECT_TRUE(has_metric("pivot_cdrs_waiting 1"));
    EXPECT_TRUE(has_metric("pivot_cdr_attempts_total{result=\"delivered\"} 0"));
    HttpPeer back(answer(""), {.port = port});
    ASSERT_TRUE(wait_until([&] { return has_metric("pivot_cdrs_waiting 0"); }));
    EXPECT_TRUE(has_metric("pivot_cdr_attempts_total{result=\"delivered\"} 1"));
    EXPECT_EQ(Told(back.requests().front())["Call-ID"], "c1");
}

TEST_P(Stored, a_thousand_calls_of_an_engine_that_is_destroyed_leave_their_cdrs_to_the_next)
{
    constexpr std::size_t calls = 1'000;
    const RefusingPort dead;
    SessionRequest asked = request("/first", R"(,"skip_module":true)");
    asked.request.node.action->cdr_url = fmt::format("http://127.0.0.1:{}/cdr", dead.port());
    engine();
    board.close();  // this switch says nothing
    std::vector<Phone*> phones;
    for (std::size_t i = 0; i < calls; ++i) phones.push_back(&start(phone(), asked));
    destroy();
    for (const Phone* phone : phones) EXPECT_EQ(phone->ends(), 1);
    const auto next = Engine::create(config).value()->metrics();
    EXPECT_THAT(next, HasSubstr(fmt::format("\npivot_cdrs_waiting {}\n", calls)));
}

TEST_P(Stored, an_engine_that_is_destroyed_during_an_attempt_leaves_the_cdr_to_the_next)
{
    std::atomic<bool> is_silent = true;
    HttpPeer peer([&](HttpPeer::Exchange& exchange) {
        if (is_silent) exchange.hold();
        exchange.reply(200, "text/plain", "");
    });
    cdr_url = peer.url("/cdr");
    call("c1");
    ASSERT_TRUE(wait_until([&] { return peer.requests_read() == 1; }));
    destroy();
    is_silent = false;
    engine();
    ASSERT_TRUE(wait_until([&] { return peer.requests_read() == 2; }));
    const auto posted = peer.requests();
    EXPECT_EQ(posted[0].header("idempotency-key"), posted[1].header("idempotency-key"));
}

// Two threads take turns on the host's lock then, as TSan sees.
TEST_P(Stored, a_host_gets_no_two_records_of_a_call_at_a_time)
{
    page("/cdr", "");
    page("/told", "");
    page("/first", R"(<Dial><Number statusCallback="/told">+14155550101</Number></Dial>)");
    std::atomic<int> inside = 0;
    std::atomic<bool> were_two = false;
    kept.wants_debug_records = true;
    kept.on_record = [&] {
        were_two = were_two || ++inside > 1;
        --inside;
    };
    for (int i = 0; i < 10; ++i) call("c1", debug);
    ASSERT_TRUE(wait_until([&] { return count("/cdr") == 10 && count("/told") == 10; }));
    destroy();
    EXPECT_FALSE(were_two);
}

TEST_F(Kept, an_engine_that_keeps_nothing_says_so_once)
{
    kept.wants_cdrs = false;
    kept.wants_debug_records = false;
    for (const char* call_id : {"c1", "c2"}) {
        EXPECT_THAT(call(call_id, debug).warnings(),
                    ElementsAre(HasSubstr("action: cdr_url"), HasSubstr("action: debug")));
    }
    EXPECT_THAT(
        kept.lines(),
        ElementsAre(AllOf(Field(&Line::level, LogLevel::warning), Field(&Line::call_id, "c1"),
                          Field(&Line::text,
                                "cdr_url and debug have no effect in this engine: it has "
                                "neither a store (the setting store.path) nor a sink for "
                                "CDRs and debug records"))));
    EXPECT_THAT(engine().debug_records("c1"), IsEmpty());
}

TEST_F(Kept, what_is_missing_is_named)
{
    kept.wants_debug_records = false;
    call("c1");
    EXPECT_THAT(kept.lines(), IsEmpty());
    call("c2", debug);
    EXPECT_THAT(kept.lines(), ElementsAre(Field(&Line::text, HasSubstr("debug has no effect"))));
}

TEST_F(Kept, a_cdr_that_nobody_takes_is_in_the_log)
{
    kept.delivers = false;
    call("c1");
    EXPECT_THAT(kept.lines(),
                ElementsAre(AllOf(
                    Field(&Line::level, LogLevel::error), Field(&Line::call_id, "c1"),
                    Field(&Line::text, AllOf(HasSubstr("is lost"), HasSubstr("Call-ID=c1"))))));
    EXPECT_THAT(engine().metrics(), HasSubstr("\npivot_cdrs_lost_total 1\n"));
}

TEST_F(Kept, a_switch_that_breaks_its_contract_is_in_the_log)
{
    config.session.stop_timeout = 100ms;
    page("/first", "<Say>Hello</Say>");
    Phone& caller = phone();
    caller.on("say", [&](JobId) { engine().cancel(caller.ticket); });
    caller.on("stop", [](JobId) {});
    start(caller);
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_THAT(kept.lines(),
                ElementsAre(AllOf(
                    Field(&Line::level, LogLevel::warning), Field(&Line::call_id, "c1"),
                    Field(&Line::text, HasSubstr("has not ended a playback (job 1) within 0.1 s "
                                                 "of its stop")))));
}

TEST_F(Kept, a_switch_that_does_not_answer_or_hang_up_is_in_the_log)
{
    config.session.answer_timeout = 100ms;
    config.session.hang_up_timeout = 100ms;
    page("/first", "<Say>Hello</Say>");
    Phone& caller = phone();
    for (const char* command : {"answer", "hang_up 0"}) caller.on(command, [](JobId) {});
    start(caller);
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_THAT(
        kept.lines(),
        ElementsAre(Field(&Line::text, HasSubstr("has not answered the call within 0.1 s")),
                    Field(&Line::text, HasSubstr("has not hung up the call within 0.1 s"))));
}

TEST_F(Kept, a_store_that_cannot_be_opened_is_an_error)
{
    config.store.path = "/dev/null/store";
    EXPECT_THAT(Engine::create(config).error(), HasSubstr("the store /dev/null/store: "));
}

// Ends in the moment in which its call has ended.
class Victim final : public SessionTest {
public:
    Victim(const std::string& path, const std::string& cdr_url) : cdr_url_(cdr_url)
    {
        config.store.path = path;
        kept.wants_cdrs = false;
    }

    void TestBody() override
    {
        page("/first", "<Hangup/>");
        SessionRequest asked = request();
        asked.request.node.action->cdr_url = cdr_url_;
        const Phone& caller = start(phone(), asked);
        if (wait_until([&] { return caller.ends() == 1; })) ::raise(SIGKILL);
        ::_exit(1);
    }

private:
    const std::string cdr_url_;
};

// The process has no other thread when it forks.
TEST(StoredCdr, survives_the_killing_of_its_engine)
{
    const TemporaryFolder folder;
    const std::string path = folder.path() / "store";
    const RefusingPort dead;  // until a peer listens there
    const std::uint16_t port = dead.port();
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(20);
        Victim(path, fmt::format("http://127.0.0.1:{}/cdr", port)).TestBody();
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;

    HttpPeer back(answer(""), {.port = port});
    auto config = loopback();
    config.store.path = path;
    const Pivots next(config);
    ASSERT_TRUE(eventually([&] { return back.requests_read() == 1; }));
    EXPECT_EQ(Told(back.requests().front())["Call-ID"], "c1");
}

}  // namespace
}  // namespace pivot::test
