// Requests that two pivots may have, because a connection was lost before a reply was confirmed:
// one of them goes on.
#include "switches/kazoo_desk.hpp"

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

class KazooClaims : public testing::Test, protected DeskUnderTest {
protected:
    // `processing` is out, and nobody knows whether the broker has taken it. There are others who
    // consume the queue.
    void lose_confirmation()
    {
        deliver(PivotReq(), 7);
        answer(call);
        take_sent();
        lose();
    }
};

TEST_F(KazooClaims, who_does_not_know_whether_a_reply_arrived_asks_the_others_first)
{
    lose_confirmation();
    reopen();
    EXPECT_THAT(take_sent(), ElementsAre("claim"));
    EXPECT_EQ(last.exchange, "callmgr");
    EXPECT_EQ(last.routing_key, "pivot.claim");
    EXPECT_THAT(last.body, HasSubstr(R"("Call-ID":"a1b2@10.26.0.158","Request-ID":"m1")"));
    EXPECT_THAT(last.body, HasSubstr(R"("Redelivered":"false")"));
    hear_own_claim();
    pass(milliseconds(249));
    EXPECT_THAT(take_sent(), IsEmpty());
    pass(milliseconds(1));
    EXPECT_THAT(take_sent(), ElementsAre("CHANNEL_PIVOT")) << "nobody else has it";
}

TEST_F(KazooClaims, who_has_replied_stands_back_for_another_who_has_the_request)
{
    lose_confirmation();
    reopen();
    take_sent();
    hear_claim("taken", "m1", call);
    EXPECT_THAT(told, ElementsAre("hung up"));
    end(call, SessionEnd());
    pass(milliseconds(1'000));
    EXPECT_THAT(take_sent(), IsEmpty());
    EXPECT_TRUE(desk->is_idle());
    EXPECT_EQ(numbers.repeated.value(), 1u);
    EXPECT_EQ(numbers.in_flight.value(), 0u);
}

TEST_F(KazooClaims, who_has_replied_stands_back_when_another_is_given_the_request)
{
    lose_confirmation();
    hear_claim("claim", "m1", call, true);
    EXPECT_THAT(told, ElementsAre("hung up"));
    end(call, SessionEnd());
    reopen();
    EXPECT_THAT(take_sent(), IsEmpty());
}

TEST_F(KazooClaims, a_flow_in_doubt_is_not_sent_once_its_call_has_asked_again)
{
    lose_confirmation();
    reopen();
    take_sent();
    Channel* const before = &channel(call);
    deliver(PivotReq("m2"), 1);
    EXPECT_THAT(told, ElementsAre("hung up")) << "KAZOO has gone on";
    EXPECT_EQ(numbers.superseded.value(), 1u);
    deliver_again(PivotReq("m1"), 2);
    EXPECT_THAT(take_sent(), ElementsAre("ack 2"));
    before->ended(SessionEnd());
    answer(call);
    EXPECT_THAT(take_sent(), ElementsAre("processing", "ack 1"));
}

TEST_F(KazooClaims, of_two_who_have_replied_each_goes_on)
{
    lose_confirmation();
    reopen();
    take_sent();
    hear_claim("claim", "m1", call, false);
    pass(milliseconds(250));
    EXPECT_THAT(take_sent(), ElementsAre("CHANNEL_PIVOT"));
}

TEST_F(KazooClaims, a_request_that_comes_back_was_not_answered_and_is_answered_again)
{
    lose_confirmation();
    reopen();
    take_sent();
    deliver_again(PivotReq(), 1);
    EXPECT_THAT(take_sent(), ElementsAre("processing", "ack 1"));
    confirm();  // the claim
    confirm();
    EXPECT_THAT(take_sent(), ElementsAre("CHANNEL_PIVOT"));
    EXPECT_EQ(sessions.size(), 1u);
    EXPECT_EQ(numbers.processing.value(), 1u);
}

TEST_F(KazooClaims, a_failure_that_comes_back_is_asked_anew)
{
    deliver(PivotReq(), 7);
    give_back(call, "status: 500");
    lose();
    end(call, SessionEnd());
    reopen();
    deliver_again(PivotReq(), 1);
    answer(call);
    pass(milliseconds(250));
    EXPECT_THAT(take_sent(), ElementsAre("failed", "ack 7", "claim", "processing", "ack 1"));
}

TEST_F(KazooClaims, a_request_that_somebody_has_had_before_is_answered_if_nobody_says_so)
{
    deliver_again(PivotReq(), 7);
    EXPECT_THAT(take_sent(), ElementsAre("claim"));
    EXPECT_THAT(last.body, HasSubstr(R"("Redelivered":"true")"));
    hear_own_claim();
    answer(call);
    EXPECT_THAT(take_sent(), IsEmpty());
    pass(milliseconds(250));
    EXPECT_THAT(take_sent(), ElementsAre("processing", "ack 7"));
}

TEST_F(KazooClaims, a_request_that_somebody_goes_on_with_is_left_to_them)
{
    for (const bool is_answered : {false, true}) {
        const std::string id = is_answered ? "m2" : "m1";
        deliver_again(PivotReq(id), 7);
        if (is_answered) answer(call);
        take_sent();
        hear_claim("taken", id, call);
        EXPECT_THAT(take_sent(), ElementsAre("ack 7"));
        end(call, SessionEnd());
        EXPECT_TRUE(desk->is_idle());
    }
    EXPECT_EQ(numbers.in_flight.value(), 0u);
}

TEST_F(KazooClaims, the_budget_is_kept_while_others_are_asked)
{
    deliver_again(PivotReq().with("Request-Timeout", "100"), 7);
    take_sent();
    pass(milliseconds(100));
    EXPECT_THAT(take_sent(), ElementsAre("failed", "ack 7"));
}

TEST_F(KazooClaims, requests_that_others_may_have_answered_are_not_answered_though_the_queue_is_new)
{
    hear_claim("claim", "", "");  // another has come
    deliver(PivotReq("m1", "c1"), 1);
    lose();
    answer("c1");
    reopen(true);
    lose();
    reopen(true);
    pass(milliseconds(1'000));
    EXPECT_THAT(take_sent(), IsEmpty()) << "the other may have answered, and died with the queue";
    deliver_again(PivotReq("m1", "c1"), 1);
    EXPECT_THAT(take_sent(), ElementsAre("processing", "ack 1"));
}

TEST_F(KazooClaims, who_was_alone_answers_what_was_lost_with_the_queue)
{
    deliver(PivotReq("m1", "c1"), 1);
    lose();
    answer("c1");
    reopen(true);
    EXPECT_THAT(take_sent(), ElementsAre("processing"));
}

TEST_F(KazooClaims, a_reply_in_doubt_is_asked_about_if_others_were_there)
{
    hear_claim("claim", "", "");
    lose_confirmation();
    reopen(true);
    EXPECT_THAT(take_sent(), ElementsAre("claim"));
    pass(milliseconds(250));
    EXPECT_THAT(take_sent(), ElementsAre("CHANNEL_PIVOT"));
}

TEST_F(KazooClaims, who_has_a_request_says_so)
{
    deliver(PivotReq("m1", "c1"), 1);  // no reply yet
    deliver(PivotReq("m2", "c2"), 2);  // KAZOO goes on
    answer("c2");
    confirm();
    deliver(PivotReq("m3", "c3"), 3);  // over
    give_back("c3", "status: 500");
    confirm();
    confirm();
    end("c3", SessionEnd());
    take_sent();
    for (const char* const id : {"1", "2", "3"}) {
        hear_claim("claim", fmt::format("m{}", id), fmt::format("c{}", id));
        EXPECT_THAT(take_sent(), ElementsAre("taken")) << id;
        EXPECT_THAT(last.body, HasSubstr(fmt::format(R"("Request-ID":"m{}")", id)));
    }
    hear_claim("claim", "m4", "c4");
    hear_claim("claim", "m1", "c2");
    EXPECT_THAT(take_sent(), IsEmpty());
}

TEST_F(KazooClaims, who_has_lost_a_request_or_left_it_to_another_does_not_claim_it)
{
    deliver(PivotReq("m1", "c1"), 1);
    lose();
    reopen();
    hear_claim("claim", "m1", "c1", true);
    EXPECT_THAT(take_sent(), IsEmpty());
    hear_claim("taken", "m1", "c1");
    end("c1", SessionEnd());
    hear_claim("claim", "m1", "c1", true);
    EXPECT_THAT(take_sent(), IsEmpty());
}

TEST_F(KazooClaims, a_claim_that_cannot_be_read_is_passed_over)
{
    lose_confirmation();
    reopen();
    take_sent();
    for (const char* const body : {"", "[]", "{", "{}", R"({"Event-Category":"pivot"})",
                                   R"({"Event-Category":"pivot","Event-Name":"taken"})"}) {
        desk->heard({"pivot.claim", false, body});
    }
    hear_claim("taken", "", "");
    pass(milliseconds(250));
    EXPECT_THAT(take_sent(), ElementsAre("CHANNEL_PIVOT"));
}

TEST_F(KazooClaims, a_bus_that_is_lost_while_others_are_asked_is_waited_for)
{
    lose_confirmation();
    reopen();
    lose();
    pass(milliseconds(1'000));
    reopen();
    EXPECT_THAT(take_sent(), ElementsAre("claim", "claim"));
    desk->blocked(true);
    pass(milliseconds(1'000));
    EXPECT_THAT(take_sent(), IsEmpty());
    desk->blocked(false);
    pass(milliseconds(250));
    EXPECT_THAT(take_sent(), ElementsAre("claim", "CHANNEL_PIVOT"));
}

}  // namespace
}  // namespace pivot
