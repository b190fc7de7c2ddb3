// Whole calls through the public face: what a host is commanded, what it tells, and how each ends.
#include "engine/whole_call_fixture.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace pivot::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// Each with the threads of an engine, and with a host that runs one.
class WholeCall : public SessionTest, public testing::WithParamInterface<unsigned> {
protected:
    WholeCall()
    {
        config.reactors = GetParam();
        page("/first", R"(<Gather numDigits="2" action="/menu"><Say>Choose</Say></Gather>)");
        page("/menu", R"(<Say>You chose</Say><Dial action="/dialled"><Number>+14155550101</Number>
                         <Number>+14155550102</Number></Dial>)");
        page("/dialled", "<Record action=\"/recorded\" playBeep=\"false\"/>");
        page("/recorded", "<Redirect>/last</Redirect>");
        page("/last", "<Say>Bye</Say><Hangup/>");
    }

    Phone& caller()
    {
        Phone& caller = phone();
        caller.on("say", [&caller](JobId job) {
            if (!caller.has_been("stop")) return caller.press("42");  // which stops it
            caller.tell(JobEnded{job, JobEnd::finished, ""});
        });
        return caller;
    }
};

INSTANTIATE_TEST_SUITE_P(Hosts, WholeCall, testing::Values(0U, 2U), [](const auto& info) {
    return info.param == 0 ? "with_a_loop" : "with_threads_of_the_engine";
});

TEST_P(WholeCall, goes_from_its_first_question_to_its_one_end)
{
    Phone& caller = start(this->caller());
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_EQ(caller.ends(), 1);
    EXPECT_THAT(caller.commands(), ElementsAre("answer", "say", "stop", "say", "dial", "bridge",
                                               "hang_up 2", "record", "say", "hang_up 0"));
    EXPECT_EQ(told("/menu")["Digits"], "42");
    EXPECT_EQ(told("/dialled")["DialCallStatus"], "completed");
    EXPECT_EQ(told("/recorded")["RecordingUrl"], "http://switch.example/r1");
    const SessionEnd& end = caller.end();
    EXPECT_EQ(end.iterations, 5);
    EXPECT_TRUE(end.was_answered);
    EXPECT_FALSE(end.has_moved);
    EXPECT_EQ(end.cause.name, "NORMAL_CLEARING");
    EXPECT_EQ(end.branch, "");
    EXPECT_FALSE(caller.is_heard_at_end());
    EXPECT_EQ(cdr("Hangup-Cause"), "NORMAL_CLEARING");
    EXPECT_THAT(kept.forms(), SizeIs(1));
    EXPECT_THAT(caller.warnings(), IsEmpty());
}

TEST_P(WholeCall, may_be_hung_up_at_each_command)
{
    for (std::size_t command = 1; command <= 10; ++command) {
        SCOPED_TRACE(command);
        Phone& caller = this->caller();
        caller.hang_up_at(command);
        start(caller);
        ASSERT_TRUE(wait_for_end(caller));
        EXPECT_EQ(caller.ends(), 1);
        EXPECT_EQ(caller.end().cause.name, "ORIGINATOR_CANCEL");
        EXPECT_EQ(kept.forms().size(), command);
    }
}

TEST_P(WholeCall, may_be_cancelled_at_each_command)
{
    for (const char* command : {"answer", "say", "dial", "bridge", "record"}) {
        SCOPED_TRACE(command);
        Phone& caller = this->caller();
        caller.on(command, [&, this](JobId) { engine().cancel(caller.ticket); });
        start(caller);
        ASSERT_TRUE(wait_for_end(caller));
        EXPECT_EQ(caller.ends(), 1);
        EXPECT_EQ(caller.end().cause.name, "");
        EXPECT_FALSE(caller.has_been("hang_up 0")) << "the caller is the host's";
        const std::string_view last = command == std::string_view("bridge") ? "hang_up 2" : "stop";
        const bool has_job = command != std::string_view("answer");
        EXPECT_EQ(caller.has_been(last), has_job);
    }
}

TEST_P(WholeCall, leaves_ten_thousand_of_its_kind_when_the_engine_is_destroyed_and_each_has_ended)
{
    constexpr std::size_t calls = 10'000;
    config.session.answer_timeout = 120s;
    engine();
    board.close();  // this switch says nothing
    SessionRequest performed = request("/first", R"(,"skip_module":true)");
    std::deque<Phone> phones;
    for (std::size_t i = 0; i < calls; ++i) {
        Phone& phone = phones.emplace_back(engine(), board);
        ASSERT_TRUE(engine().start(performed, phone, phone.ticket));
    }
    const auto end = Clock::now() + 60s;
    while (board.waiting() < calls && Clock::now() < end) {
        if (config.reactors == 0) {
            engine().run();
        } else {
            std::this_thread::sleep_for(1ms);
        }
    }
    ASSERT_EQ(board.waiting(), calls) << "each is to answer";
    EXPECT_EQ(engine().calls_in_flight(), calls);
    destroy();
    EXPECT_TRUE(std::ranges::all_of(phones, [](const Phone& phone) { return phone.ends() == 1; }));
    EXPECT_THAT(kept.forms(), SizeIs(calls));
}

TEST_F(SessionTest, a_ticket_of_a_call_that_is_over_is_harmless)
{
    page("/first", "<Hangup/>");
    page("/waits", R"(<Gather timeout="600" numDigits="1"/>)");
    Phone& first = phone();
    start(first);
    ASSERT_TRUE(wait_for_end(first));
    const Engine::Ticket old = first.ticket;
    EXPECT_FALSE(engine().tell(old, HungUp()));
    EXPECT_FALSE(engine().tell({}, HungUp()));

    Phone& second = phone();  // in the same place
    start(second, request("/waits"));
    ASSERT_EQ(second.ticket.call, old.call);
    EXPECT_FALSE(engine().tell(old, HungUp()));
    engine().cancel(old);
    ASSERT_TRUE(wait_until([&] { return second.has_been("answer"); }));
    EXPECT_EQ(second.ends(), 0);
    second.hang_up_caller();
    EXPECT_TRUE(wait_for_end(second));
}

TEST_F(SessionTest, the_ticket_of_a_pivot_hears_of_nothing)
{
    Phone& caller = phone();
    auto pivot = request("/silent").request;
    std::promise<Outcome> outcome;
    caller.ticket = engine().start(pivot, [&](Outcome done) { outcome.set_value(done); });
    caller.hang_up_caller();
    engine().cancel(caller.ticket);
    EXPECT_TRUE(has_failed(outcome.get_future().get(), Reason::cancelled));
}

// Each thread has two keys of its own, and presses them in turn.
TEST_F(SessionTest, what_each_of_eight_threads_tells_keeps_its_order)
{
    constexpr unsigned threads = 8;
    constexpr unsigned rounds = 6;
    page("/first", fmt::format(R"(<Gather numDigits="{}" finishOnKey="" action="/menu"/>)",
                               threads * rounds * 2));
    page("/menu", "<Hangup/>");
    Phone& caller = phone();
    start(caller);
    ASSERT_TRUE(wait_until([&] { return caller.has_been("answer"); }));
    {
        std::vector<std::jthread> tellers;
        for (unsigned teller = 0; teller < threads; ++teller) {
            tellers.emplace_back([&caller, keys = keypad.substr(2 * teller, 2)] {
                for (unsigned round = 0; round < rounds; ++round) caller.press(keys);
            });
        }
    }
    ASSERT_TRUE(wait_for_end(caller));
    const std::string digits = told("/menu")["Digits"];
    EXPECT_EQ(digits.size(), threads * rounds * 2);
    for (unsigned teller = 0; teller < threads; ++teller) {
        const std::string_view keys = keypad.substr(2 * teller, 2);
        std::string own = digits;
        std::erase_if(own, [&](char key) { return keys.find(key) == keys.npos; });
        std::string expected;
        for (unsigned round = 0; round < rounds; ++round) expected += keys;
        EXPECT_EQ(own, expected);
    }
}

TEST_F(SessionTest, a_call_that_is_given_back_rests_until_its_caller_hangs_up)
{
    page("/first", "<Say>Hello</Say>");
    Phone& caller = phone();
    SessionRequest asked = request();
    asked.at_end = AtEnd::give_back;
    start(caller, asked);
    ASSERT_TRUE(wait_until([&] { return caller.has_been("given_back"); }));
    EXPECT_TRUE(caller.tell(Answered()));
    EXPECT_THAT(kept.forms(), IsEmpty());
    EXPECT_EQ(caller.ends(), 0);
    EXPECT_EQ(engine().calls_in_flight(), 1U);
    caller.hang_up_caller();
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_THAT(caller.commands(), ElementsAre("answer", "say", "given_back"));
    EXPECT_EQ(cdr("Hangup-Cause"), "ORIGINATOR_CANCEL");
}

TEST_F(SessionTest, a_failure_without_a_branch_is_given_back_with_the_branch_to_take)
{
    Phone& caller = phone();
    SessionRequest asked = request("/missing");
    asked.request.node.next.clear();
    asked.at_end = AtEnd::give_back;
    start(caller, asked);
    ASSERT_TRUE(wait_until([&] { return caller.has_been("given_back _"); }));
    caller.hang_up_caller();
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_EQ(caller.end().branch, "_");
}

TEST_F(SessionTest, a_call_that_has_moved_leaves_its_cdr_when_its_caller_hangs_up)
{
    page("/first", "<Say>Hello</Say>");
    Phone& caller = phone();
    std::atomic<bool> has_moved = false;
    caller.on("say", [&](JobId) { has_moved = caller.tell(Moved()); });
    start(caller);
    ASSERT_TRUE(wait_until([&] { return has_moved.load(); }));
    EXPECT_THAT(kept.forms(), IsEmpty());
    caller.hang_up_caller();
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_TRUE(caller.end().has_moved);
    EXPECT_EQ(cdr("Hangup-Cause"), "ORIGINATOR_CANCEL");
    EXPECT_FALSE(caller.has_been("hang_up 0"));
}

TEST_F(SessionTest, what_the_host_knows_of_the_time_before_is_in_the_cdr)
{
    page("/first", "<Hangup/>");
    SessionRequest asked = request();
    asked.started_unix_ms = unix_now_ms() - 60'000;
    asked.answered_unix_ms = unix_now_ms() - 40'000;
    Phone& caller = start(phone(), asked);
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_EQ(cdr("Ringing-Seconds"), "20");
    EXPECT_EQ(cdr("Disposition"), "ANSWER");
    EXPECT_THAT(caller.commands(), ElementsAre("hang_up 0"));
}

TEST_F(SessionTest, times_that_cannot_be_are_mended)
{
    page("/first", "<Hangup/>");
    using Limits = std::numeric_limits<std::int64_t>;
    for (const std::int64_t time : {Limits::min(), std::int64_t{-1}, Limits::max()}) {
        SessionRequest asked = request();
        asked.started_unix_ms = time;
        asked.answered_unix_ms = time;
        EXPECT_TRUE(wait_for_end(start(phone(), asked)));
    }
}

TEST_F(SessionTest, an_action_that_is_wrong_is_named_before_a_header_that_is)
{
    SessionRequest asked = request("/first", R"(,"debug":7)");
    asked.request.headers = {{"Content-Length", "5"}};
    Phone& caller = start(phone(), asked);
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_THAT(caller.branches(),
                ElementsAre(AllOf(HasSubstr("debug"), Not(HasSubstr("header")))));
}

TEST_F(SessionTest, one_session_more_than_the_limit_takes_its_branch_and_as_many_more_are_refused)
{
    config.calls_max = 1;
    page("/first", R"(<Gather timeout="600" numDigits="1"/>)");
    Phone& first = start(phone());
    ASSERT_TRUE(wait_until([&] { return first.has_been("answer"); }));

    Phone& second = phone();
    second.on("play", [](JobId) {});
    start(second);
    ASSERT_TRUE(wait_until([&] { return second.has_been("play"); })) << "its `_` child";
    EXPECT_EQ(engine().calls_in_flight(), 2U);

    Phone& third = phone();
    const auto refused = engine().start(request(), third, third.ticket);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Reason::overload);
    EXPECT_EQ(refused.error().message, "1 calls are in flight, which is the limit (calls_max)");
    EXPECT_EQ(third.ticket.call, nullptr);
    EXPECT_FALSE(third.tell(HungUp()));

    second.hang_up_caller();
    ASSERT_TRUE(wait_until([&] { return engine().calls_in_flight() == 1; }));
    EXPECT_EQ(second.end().iterations, 0);
    first.hang_up_caller();
    ASSERT_TRUE(wait_for_end(first));
    Phone& fourth = start(phone());
    ASSERT_TRUE(wait_until([&] { return fourth.has_been("answer"); }));
    EXPECT_FALSE(fourth.has_been("play"));
    EXPECT_EQ(third.ends(), 0);
}

TEST_F(SessionTest, draining_waits_for_the_last_end_and_starts_no_more)
{
    page("/first", "<Say>Hello</Say>");
    Phone& caller = phone();
    caller.on("say", [&](JobId) {
        std::this_thread::sleep_for(50ms);
        caller.hang_up_caller();
    });
    start(caller);
    engine().drain();
    EXPECT_EQ(caller.ends(), 1);
    Phone& late = phone();
    const auto refused = engine().start(request(), late, late.ticket);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("stopping"));
}

TEST_F(SessionTest, stopping_cancels_what_has_not_ended_in_time)
{
    page("/first", "<Say>Hello</Say>");
    Phone& speaking = phone();
    speaking.on("say", [](JobId) {});
    start(speaking);
    Phone& given_back = phone();
    SessionRequest asked = request();
    asked.at_end = AtEnd::give_back;
    start(given_back, asked);
    ASSERT_TRUE(wait_until([&] { return speaking.has_been("say"); }));
    ASSERT_TRUE(wait_until([&] { return given_back.has_been("given_back"); }));

    engine().stop(1ms);
    EXPECT_EQ(engine().calls_in_flight(), 0U);
    EXPECT_EQ(speaking.ends(), 1);
    EXPECT_EQ(given_back.ends(), 1);
    EXPECT_THAT(kept.forms(), SizeIs(2));
    EXPECT_FALSE(speaking.has_been("hang_up 0")) << "the caller is the host's";
    Phone& late = phone();
    const auto refused = engine().start(request(), late, late.ticket);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Reason::cancelled);
}

TEST_F(SessionTest, stopping_returns_as_soon_as_all_have_ended)
{
    page("/first", "<Hangup/>");
    Phone& caller = start(phone());
    const auto began = Clock::now();
    engine().stop(1h);
    EXPECT_EQ(caller.ends(), 1);
    EXPECT_LT(Clock::now() - began, 1min);
}

TEST_F(SessionTest, headers_of_a_call_go_with_all_its_requests_to_the_origin_of_the_action)
{
    page("/first", R"(<Gather timeout="0" action="/last"><Say>Hello</Say></Gather>
                      <Redirect>/last</Redirect>)");
    page("/last", "<Hangup/>");
    SessionRequest asked = request();
    asked.request.headers = {{"X-Call", "7"}};
    Phone& caller = start(phone(), asked);
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_EQ(asked_with("/first", "x-call"), "7");
    EXPECT_EQ(asked_with("/last", "x-call"), "7");
}

TEST_F(SessionTest, a_header_that_cannot_be_sent_fails_as_a_bad_action_does)
{
    SessionRequest asked = request();
    asked.request.headers = {{"Transfer-Encoding", "chunked"}};
    Phone& caller = start(phone(), asked);
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_THAT(caller.commands(), Contains("play")) << "of the `_` child";
}

TEST_F(SessionTest, knows_the_users_of_its_directory)
{
    const auto directory =
        engine().read_directory(R"({"devices":{"d1":{"dial":"user/ann","owner":"ann"}}})");
    ASSERT_TRUE(directory) << directory.error();
    EXPECT_FALSE(engine().read_directory(R"({"devices":{"d1":{"dail":"user/ann"}}})"));

    SessionRequest asked = request();
    asked.request.node.action->skip_module = true;
    asked.request.node.next = R"({"module":"device","data":{"id":"d1"}})";
    asked.directory = *directory;
    Phone& caller = start(phone(), asked);
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_THAT(caller.commands(), Contains("dial"));
}

TEST_F(SessionTest, a_request_that_is_cancelled_in_flight_ends_the_session)
{
    Phone& caller = start(phone(), request("/silent"));
    engine().cancel(caller.ticket);
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_THAT(caller.commands(), IsEmpty());
}

TEST_F(SessionTest, what_the_engine_keeps_nowhere_is_warned_of)
{
    page("/first", "<Hangup/>");
    const auto lonely = std::move(Engine::create(config).value());
    Phone caller(*lonely, board);
    board.open();
    ASSERT_TRUE(lonely->start(request("/first", R"(,"debug":true)"), caller, caller.ticket));
    ASSERT_TRUE(eventually([&] { return lonely->calls_in_flight() == 0; }));
    EXPECT_THAT(caller.warnings(),
                ElementsAre(HasSubstr("action: cdr_url"), HasSubstr("action: debug")));
    board.close();
}

TEST_F(SessionTest, records_go_to_the_host_before_the_end)
{
    page("/first", "<Hangup/>");
    Phone& caller = start(phone(), request("/first", R"(,"debug":true)"));
    ASSERT_TRUE(wait_until([&] { return caller.ends() == 1; }));
    EXPECT_THAT(kept.records(), ElementsAre(HasSubstr(R"("resp_status_code":"200")")));
    EXPECT_THAT(kept.forms(), SizeIs(1));
}

TEST_F(SessionTest, a_switch_that_says_nothing_is_waited_for_as_long_as_the_operator_wants)
{
    config.session.answer_timeout = 100ms;
    config.session.hang_up_timeout = 100ms;
    page("/first", "<Say>Hello</Say>");
    Phone& caller = phone();
    for (const char* command : {"answer", "hang_up 0"}) caller.on(command, [](JobId) {});
    const auto began = Clock::now();
    start(caller);
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_GE(Clock::now() - began, 200ms);
    EXPECT_THAT(caller.commands(), ElementsAre("answer", "say", "hang_up 0"));
    EXPECT_FALSE(caller.end().was_answered);
    EXPECT_EQ(caller.end().cause.name, "NORMAL_CLEARING");
}

TEST_F(SessionTest, a_switch_that_obeys_no_stop_holds_up_a_cancelled_call_for_as_long_as_that)
{
    config.session.stop_timeout = 100ms;
    page("/first", "<Say>Hello</Say>");
    Phone& caller = phone();
    caller.on("say", [&](JobId) { engine().cancel(caller.ticket); });
    caller.on("stop", [](JobId) {});
    const auto began = Clock::now();
    start(caller);
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_GE(Clock::now() - began, 100ms);
    EXPECT_THAT(caller.warnings(), ElementsAre(HasSubstr("within 0.1 s of its stop")));
}

// It loses ends, tells them twice, too late or as another kind's, and invents some.
TEST_F(SessionTest, a_switch_that_lies_loses_no_call_and_no_cdr)
{
    page("/first",
         R"(<Gather numDigits="1" timeout="1" action="/menu"><Say>Choose</Say></Gather>)");
    page("/menu", R"(<Say>Hello</Say><Dial action="/menu" timeout="1">+14155550101</Dial>
                     <Record action="/menu" maxLength="1"/>)");
    constexpr std::size_t calls = 300;
    std::minstd_rand lots(7);
    std::vector<Phone*> liars;
    for (std::size_t i = 0; i < calls; ++i) {
        Phone& liar = *liars.emplace_back(&phone());
        for (const char* command : {"answer", "say", "dial", "bridge", "record", "stop"}) {
            const auto lie = lots();
            liar.on(command, [&liar, lie](JobId job) {
                const std::array<Event, 8> lies = {
                    JobEnded{job, JobEnd::finished, ""},
                    BridgeEnded{job + static_cast<JobId>(lie % 3)},
                    LegAnswered{static_cast<LegId>(lie % 4), "x", job},
                    DialFailed{job, {"USER_BUSY", 486}},
                    KeyPressed{static_cast<LegId>(lie % 2), 'x'},
                    RecordingEnded{job, RecordingEnd::silence, 0, "", "", {}},
                    Answered(),
                    KeyPressed{caller, '1'}};
                for (auto rest = lie; rest > 0; rest /= 16) {
                    const auto lot = rest % 16;
                    if (lot < lies.size()) liar.tell(lies[lot]);
                }
            });
        }
        start(liar);
    }
    ASSERT_TRUE(wait_until([&] {
        return std::ranges::all_of(liars, [](Phone* liar) { return !liar->commands().empty(); });
    }));
    for (std::size_t i = 0; i < calls; ++i) {
        if (i % 2 == 0)
            liars[i]->hang_up_caller();
        else
            engine().cancel(liars[i]->ticket);
    }
    ASSERT_TRUE(wait_until([&] { return engine().calls_in_flight() == 0; }));
    EXPECT_TRUE(std::ranges::all_of(liars, [](Phone* liar) { return liar->ends() == 1; }));
    EXPECT_THAT(kept.forms(), SizeIs(calls));
}

}  // namespace
}  // namespace pivot::test
