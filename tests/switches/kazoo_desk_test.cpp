// Each request gets one reply at most, within its time, and after `processing` its callflow.
#include "switches/kazoo_desk.hpp"

#include "gzip.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot {
namespace {

using std::chrono::milliseconds;
using test::DeskUnderTest;
using test::PivotReq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* call = "a1b2@10.26.0.158";

class KazooDesk : public testing::Test, protected DeskUnderTest {};

TEST_F(KazooDesk, a_flow_follows_the_reply_once_that_is_confirmed)
{
    deliver(PivotReq(), 7);
    answer(call, R"({"module":"tts","data":{"text":"hello"}})");
    EXPECT_THAT(take_sent(), ElementsAre("processing", "ack 7"));
    EXPECT_EQ(last.exchange, "targeted");
    EXPECT_EQ(last.routing_key, "callflow_exe@apps1-5");
    EXPECT_EQ(last.headers.at(0),
              std::pair(std::string("Deliver-To-PID"), std::string("<0.2310.0>")));
    EXPECT_TRUE(last.must_be_routed);
    EXPECT_THAT(last.body, HasSubstr(R"("App-Name":"translator","App-Version":"4.0.0")"));

    confirm();
    EXPECT_THAT(take_sent(), ElementsAre("CHANNEL_PIVOT"));
    EXPECT_EQ(last.exchange, "callevt");
    EXPECT_EQ(last.routing_key, "call.CHANNEL_PIVOT.a1b2%4010%2E26%2E0%2E158");
    EXPECT_EQ(last.headers.at(0), std::pair(std::string("call-id"), std::string(call)));
    EXPECT_THAT(last.body, HasSubstr(R"("{\"module\":\"tts\",\"data\":{\"text\":\"hello\"}}")"));
    EXPECT_THAT(told, IsEmpty());

    confirm();
    EXPECT_THAT(told, ElementsAre("moved", "hung up"));
    end(call, SessionEnd());
    EXPECT_TRUE(desk->is_idle());
    EXPECT_EQ(numbers.processing.value(), 1u);
    EXPECT_EQ(numbers.in_flight.value(), 0u);
}

TEST_F(KazooDesk, a_failure_is_told_and_the_session_ends)
{
    deliver(PivotReq(), 7);
    give_back(call, "status: the server answered 500");
    EXPECT_THAT(take_sent(), ElementsAre("failed", "ack 7"));
    EXPECT_THAT(last.body, HasSubstr(R"("App-Name":"pivot","App-Version":"4.0.0")"));
    EXPECT_THAT(told, ElementsAre("hung up"));
    confirm();
    end(call, SessionEnd());
    EXPECT_TRUE(desk->is_idle());
    EXPECT_THAT(take_sent(), IsEmpty());
}

TEST_F(KazooDesk, a_plain_queue_gets_its_reply_without_a_process)
{
    deliver(PivotReq().with_queue(R"("callflow-7f00a1")"), 7);
    give_back(call, "status: 500");
    EXPECT_EQ(last.routing_key, "callflow-7f00a1");
    EXPECT_THAT(last.headers, IsEmpty());
}

TEST_F(KazooDesk, the_budget_ends_the_wait_and_a_late_flow_is_dropped)
{
    deliver(PivotReq().with("Request-Timeout", "2000"), 7);
    EXPECT_LT(asked.at(call).timeout, milliseconds(2'000)) << "the engine says so itself before";
    EXPECT_GT(asked.at(call).timeout, milliseconds(1'900));
    pass(milliseconds(1'999));
    EXPECT_THAT(take_sent(), IsEmpty());
    pass(milliseconds(1));
    EXPECT_THAT(take_sent(), ElementsAre("failed", "ack 7"));
    EXPECT_THAT(told, ElementsAre("hung up"));
    answer(call);
    confirm();
    EXPECT_THAT(take_sent(), IsEmpty());
}

TEST_F(KazooDesk, a_call_that_the_engine_refuses_has_failed_at_once)
{
    refusal = "overload: 1 calls are in flight";
    deliver(PivotReq(), 7);
    EXPECT_THAT(take_sent(), ElementsAre("failed", "ack 7"));
    confirm();
    EXPECT_TRUE(desk->is_idle());
}

TEST_F(KazooDesk, a_wrong_request_fails_and_one_that_nobody_can_be_told_of_is_dropped)
{
    deliver(PivotReq().with("HTTP-Method", R"("put")"), 1);
    EXPECT_THAT(take_sent(), ElementsAre("failed", "ack 1"));
    EXPECT_THAT(refused, ElementsAre(call));
    deliver(PivotReq().with_queue("null"), 2);
    EXPECT_THAT(take_sent(), ElementsAre("ack 2"));
    EXPECT_EQ(numbers.unreadable.value(), 1u);
    EXPECT_THAT(warned, ElementsAre("a request from kazoo_apps@apps1.example.com that cannot be "
                                    "answered: the call names no queue for replies"));
}

TEST_F(KazooDesk, requests_without_an_id_are_not_taken_for_each_other)
{
    deliver(PivotReq("", "c1"), 1);
    deliver(PivotReq("", "c1"), 2);
    EXPECT_THAT(take_sent(), ElementsAre("failed", "ack 1", "failed", "ack 2"));
}

TEST_F(KazooDesk, a_zipped_request_is_read_and_a_broken_one_is_dropped)
{
    for (const bool is_broken : {false, true}) {
        Delivery delivery;
        delivery.tag = 1;
        delivery.is_gzip = true;
        delivery.body = test::gzip(PivotReq(is_broken ? "m2" : "m1").text());
        if (is_broken) delivery.body.resize(delivery.body.size() / 2);
        desk->delivered(std::move(delivery));
        run();
    }
    EXPECT_EQ(sessions.size(), 1u);
    EXPECT_THAT(take_sent(), ElementsAre("ack 1"));
}

TEST_F(KazooDesk, a_request_that_is_not_utf_8_is_latin_1)
{
    Delivery delivery;
    delivery.tag = 1;
    delivery.body = PivotReq("m1", "Jose").text();
    const std::size_t at = delivery.body.find("Jose");
    delivery.body[at + 3] = '\xe9';
    desk->delivered(std::move(delivery));
    run();
    EXPECT_EQ(sessions.count("Jos\xc3\xa9"), 1u);
}

TEST_F(KazooDesk, an_answered_request_that_comes_again_gets_no_second_reply)
{
    deliver(PivotReq(), 7);
    give_back(call, "status: 500");
    confirm();
    end(call, SessionEnd());
    take_sent();
    deliver(PivotReq(), 8);
    EXPECT_THAT(take_sent(), ElementsAre("ack 8"));
    EXPECT_TRUE(sessions.empty());
    pass(std::chrono::seconds(61));
    deliver(PivotReq(), 9);
    EXPECT_EQ(sessions.size(), 1u) << "after a minute it is a new one";
}

TEST_F(KazooDesk, a_request_that_comes_again_while_in_flight_is_answered_once_by_its_new_tag)
{
    deliver(PivotReq(), 7);
    lose();
    answer(call);
    EXPECT_THAT(take_sent(), IsEmpty()) << "the request may be anybody's now";
    reopen();
    EXPECT_THAT(take_sent(), IsEmpty());
    deliver(PivotReq(), 1);
    EXPECT_THAT(take_sent(), ElementsAre("processing", "ack 1"));
    confirm();
    EXPECT_THAT(take_sent(), ElementsAre("CHANNEL_PIVOT"));
    EXPECT_EQ(sessions.size(), 1u);
}

TEST_F(KazooDesk, requests_that_died_with_the_queue_are_answered_without_a_tag)
{
    deliver(PivotReq("m1", "c1"), 7);
    deliver(PivotReq("m2", "c2"), 8);
    lose();
    answer("c1");
    reopen(true);
    EXPECT_THAT(take_sent(), ElementsAre("processing"));
    confirm();
    EXPECT_THAT(take_sent(), ElementsAre("CHANNEL_PIVOT"));
    give_back("c2", "status: 500");
    EXPECT_THAT(take_sent(), ElementsAre("failed"));
    EXPECT_EQ(numbers.in_flight.value(), 0u);
}

TEST_F(KazooDesk, an_outcome_whose_request_went_elsewhere_is_dropped_in_the_end)
{
    deliver(PivotReq(), 7);
    lose();
    answer(call);
    reopen();
    pass(milliseconds(9'751));
    EXPECT_THAT(take_sent(), IsEmpty());
    EXPECT_THAT(told, ElementsAre("hung up"));
    end(call, SessionEnd());
    EXPECT_TRUE(desk->is_idle());
    EXPECT_EQ(numbers.too_old.value(), 1u);
}

TEST_F(KazooDesk, a_flow_follows_a_reply_whose_fate_is_unknown)
{
    deliver(PivotReq(), 7);
    answer(call);
    take_sent();
    lose();
    EXPECT_EQ(numbers.unknown_fates.value(), 1u);
    reopen(true);
    EXPECT_THAT(take_sent(), ElementsAre("CHANNEL_PIVOT"));
    deliver(PivotReq(), 1);
    EXPECT_THAT(take_sent(), ElementsAre("ack 1")) << "no second reply";
    confirm();
    EXPECT_THAT(told, ElementsAre("moved", "hung up"));
}

TEST_F(KazooDesk, neither_a_failure_nor_a_flow_of_unknown_fate_is_repeated)
{
    deliver(PivotReq("m1", "c1"), 1);
    deliver(PivotReq("m2", "c2"), 2);
    give_back("c1", "status: 500");
    confirm();
    answer("c2");
    confirm();
    give_back("c1", "");
    take_sent();
    lose();
    reopen();
    EXPECT_THAT(take_sent(), IsEmpty());
    EXPECT_EQ(numbers.unknown_fates.value(), 1u);
    EXPECT_THAT(warned, ElementsAre(HasSubstr("If the caller hears nothing, hang up the channel")));
}

TEST_F(KazooDesk, what_the_broker_could_not_take_is_sent_again)
{
    deliver(PivotReq(), 7);
    answer(call);
    take_sent();
    confirm(false);
    EXPECT_THAT(take_sent(), ElementsAre("processing")) << "and acknowledged once";
    confirm();
    EXPECT_THAT(take_sent(), ElementsAre("CHANNEL_PIVOT"));
    confirm(false);
    EXPECT_THAT(take_sent(), ElementsAre("CHANNEL_PIVOT"));
    confirm();
    EXPECT_THAT(told, ElementsAre("moved", "hung up"));
    EXPECT_EQ(numbers.sent_again.value(), 2u);
    EXPECT_EQ(numbers.processing.value(), 1u);
}

TEST_F(KazooDesk, nothing_follows_a_reply_whose_queue_is_gone)
{
    deliver(PivotReq(), 7);
    answer(call);
    take_sent();
    desk->returned(last.body);
    confirm();
    EXPECT_THAT(take_sent(), IsEmpty());
    EXPECT_THAT(told, ElementsAre("hung up"));
    EXPECT_EQ(numbers.returned.value(), 1u);
}

TEST_F(KazooDesk, an_old_request_is_dropped_and_a_late_one_has_what_is_left)
{
    deliver(PivotReq("m1", "c1"), 1, epoch_us - 9'600'000);
    EXPECT_THAT(take_sent(), ElementsAre("ack 1"));
    EXPECT_EQ(numbers.too_old.value(), 1u);
    EXPECT_THAT(warned, ElementsAre(HasSubstr("the request is 9 s old")));
    deliver(PivotReq("m2", "c2"), 2, epoch_us - 9'000'000);
    EXPECT_LT(asked.at("c2").timeout, milliseconds(500));
    pass(milliseconds(500));
    EXPECT_THAT(take_sent(), ElementsAre("failed", "ack 2"));
}

TEST_F(KazooDesk, an_outcome_that_is_a_little_late_is_told)
{
    deliver(PivotReq(), 7, epoch_us - 5'000'000);
    desk->blocked(true);
    give_back(call, "timeout: no answer");
    pass(milliseconds(4'600));
    desk->blocked(false);
    run();
    EXPECT_THAT(take_sent(), ElementsAre("failed", "ack 7"));
}

TEST_F(KazooDesk, a_time_that_cannot_be_does_not_count)
{
    deliver(PivotReq("m1", "c1"), 1, epoch_us / 1'000'000);  // in seconds
    deliver(PivotReq("m2", "c2"), 2, epoch_us + 5'000'000);  // a clock that is ahead
    deliver(PivotReq("m3", "c3"), 3, epoch_us - 61'000'000);
    EXPECT_EQ(sessions.size(), 3u);
    EXPECT_GT(asked.at("c3").timeout, milliseconds(4'900));
}

TEST_F(KazooDesk, requests_wait_while_the_broker_is_blocked)
{
    deliver(PivotReq("m1", "c1"), 1);
    desk->blocked(true);
    answer("c1");
    deliver(PivotReq("m2", "c2"), 2);
    EXPECT_THAT(take_sent(), IsEmpty());
    EXPECT_EQ(asked.count("c2"), 0u);
    pass(milliseconds(3'000));
    desk->blocked(false);
    run();
    EXPECT_THAT(take_sent(), ElementsAre("processing", "ack 1"));
    EXPECT_EQ(asked.count("c2"), 1u);
}

TEST_F(KazooDesk, what_was_blocked_for_too_long_is_dropped)
{
    deliver(PivotReq("m1", "c1"), 1);
    desk->blocked(true);
    give_back("c1", "status: 500");
    deliver(PivotReq("m2", "c2"), 2);
    pass(milliseconds(10'000));
    take_sent();
    desk->blocked(false);
    run();
    EXPECT_THAT(take_sent(), ElementsAre("ack 2"));
    EXPECT_EQ(asked.count("c2"), 0u);
    EXPECT_EQ(numbers.too_old.value(), 2u);
}

TEST_F(KazooDesk, a_call_that_asks_anew_drops_its_request_before)
{
    deliver(PivotReq("m1", call), 1);
    Channel* const before = &channel(call);
    deliver(PivotReq("m2", call), 2);
    EXPECT_THAT(take_sent(), ElementsAre("ack 1"));
    EXPECT_THAT(told, ElementsAre("hung up"));
    before->ended(SessionEnd());
    answer(call);
    EXPECT_THAT(take_sent(), ElementsAre("processing", "ack 2"));
    EXPECT_EQ(numbers.superseded.value(), 1u);
}

TEST_F(KazooDesk, a_session_that_ends_by_itself_has_failed)
{
    deliver(PivotReq(), 7);
    end(call, SessionEnd());
    EXPECT_THAT(take_sent(), ElementsAre("failed", "ack 7"));
    confirm();
    EXPECT_TRUE(desk->is_idle());
}

TEST(KazooBudget, a_timeout_may_be_longer_where_the_operator_lets_it_but_not_than_kazoo_waits)
{
    DeskUnderTest desk(milliseconds(30'000));
    desk.deliver(PivotReq().with("Request-Timeout", "30000"), 1);
    EXPECT_LE(desk.asked.at(call).timeout, milliseconds(9'500));
    desk.pass(milliseconds(9'500));
    EXPECT_THAT(desk.take_sent(), ElementsAre("failed", "ack 1"));
}

}  // namespace
}  // namespace pivot
