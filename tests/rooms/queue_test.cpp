// A queue that the engine keeps.
#include "rooms/queue.hpp"

#include "rooms/shown_orders.hpp"

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

using Shown = std::vector<std::string>;

// Member 1 is `call-1`, and so on.
class QueueTest : public testing::Test {
protected:
    using Do = void (rooms::Queue::*)(const Message& message, Orders& orders);

    Shown enqueue(MemberId member, unsigned size_max = 0)
    {
        return shown(take(&rooms::Queue::enqueue, member, size_max));
    }
    Shown dequeue(MemberId member) { return shown(take(&rooms::Queue::dequeue, member)); }
    Shown leave(MemberId member) { return shown(take(&rooms::Queue::leave, member)); }

    // Dequeues with a greeting; has heard the one of `taker`.
    Shown greet(MemberId member)
    {
        Message message = of(member);
        message.greeting.url = "/hello";
        return shown(take(&rooms::Queue::dequeue, message));
    }
    Shown ready(MemberId caller, MemberId taker)
    {
        Message message = of(caller);
        message.taker = taker;
        return shown(take(&rooms::Queue::ready, message));
    }

    Orders take(Do what, MemberId member, unsigned size_max = 0, bool has_failed = false)
    {
        Message message = of(member);
        message.size_max = size_max;
        message.has_failed = has_failed;
        return take(what, message);
    }
    Orders take(Do what, const Message& message)
    {
        Orders orders;
        (queue_.*what)(message, orders);
        return orders;
    }
    Message of(MemberId member) const
    {
        Message message;
        message.member = member;
        message.call_id = fmt::format("call-{}", member);
        message.at = now_.count();
        return message;
    }

    void pass(std::chrono::seconds time) { now_ += time; }

    rooms::Queue queue_;
    std::chrono::nanoseconds now_ = 100s;
};

TEST_F(QueueTest, a_caller_waits_and_is_told_where)
{
    EXPECT_THAT(enqueue(1), ElementsAre("1 stands 1 of 1, 0 s"));
    EXPECT_THAT(enqueue(2), ElementsAre("1 stands 1 of 2, 0 s", "2 stands 2 of 2, 0 s"));
}

TEST_F(QueueTest, the_first_is_taken_and_the_others_move_up)
{
    enqueue(1);
    enqueue(2);
    pass(20s);
    EXPECT_THAT(dequeue(9), ElementsAre("1 mix 2", "1 bridged", "9 mix 2", "9 bridged",
                                        "2 stands 1 of 1, 20 s"));
}

TEST_F(QueueTest, whoever_dequeues_while_nobody_waits_gets_the_next_caller)
{
    EXPECT_THAT(dequeue(8), IsEmpty());
    EXPECT_THAT(dequeue(9), IsEmpty());
    EXPECT_THAT(enqueue(1), ElementsAre("1 stands 1 of 1, 0 s", "1 mix 2", "1 bridged", "8 mix 2",
                                        "8 bridged"));
    EXPECT_THAT(enqueue(2), testing::IsSupersetOf({"2 bridged", "9 bridged"}));
}

TEST_F(QueueTest, either_of_the_two_parts_them_and_both_are_told_with_whom_and_for_how_long)
{
    for (const MemberId leaving : {MemberId{1}, MemberId{9}}) {
        enqueue(1);
        pass(20s);
        dequeue(9);
        pass(65s);
        EXPECT_THAT(leave(leaving), ElementsAre("1 end bridged with call-9, 20 s, 65 s",
                                                "9 end bridged with call-1, 20 s, 65 s"));
        EXPECT_TRUE(queue_.empty());
    }
}

TEST_F(QueueTest, each_pair_has_a_mix_of_its_own)
{
    std::set<std::string> mixes;
    for (const MemberId caller : {MemberId{1}, MemberId{2}, MemberId{3}}) {
        enqueue(caller);
        const Orders orders = take(&rooms::Queue::dequeue, caller + 10);
        EXPECT_EQ(orders[0].mix, orders[2].mix);
        mixes.insert(orders[0].mix);
    }
    EXPECT_EQ(mixes.size(), 3U);
}

TEST_F(QueueTest, one_who_leaves_is_told_how_long_they_waited_and_the_others_move_up)
{
    enqueue(1);
    enqueue(2);
    pass(7s);
    EXPECT_THAT(leave(1), ElementsAre("1 end left, 7 s, 0 s", "2 stands 1 of 1, 0 s"));
}

TEST_F(QueueTest, one_who_dequeues_may_give_up)
{
    dequeue(9);
    pass(30s);
    EXPECT_THAT(leave(9), ElementsAre("9 end left, 30 s, 0 s"));
    EXPECT_TRUE(queue_.empty());
    EXPECT_THAT(enqueue(1), ElementsAre("1 stands 1 of 1, 0 s"));
}

TEST_F(QueueTest, a_caller_for_whom_it_is_full_is_refused)
{
    enqueue(1);
    enqueue(2, 2);
    EXPECT_THAT(enqueue(3, 2), ElementsAre("3 end full, 0 s, 0 s"));
    EXPECT_THAT(leave(3), IsEmpty());
    dequeue(9);
    EXPECT_THAT(enqueue(4, 2), testing::Contains("4 stands 2 of 2, 0 s"));
}

TEST_F(QueueTest, the_average_is_of_those_who_were_taken)
{
    enqueue(1);
    pass(10s);
    dequeue(8);
    enqueue(2);
    pass(20s);
    dequeue(9);
    EXPECT_THAT(enqueue(3), ElementsAre("3 stands 1 of 1, 15 s"));
}

TEST_F(QueueTest, a_caller_hears_the_greeting_before_the_two_are_connected)
{
    enqueue(1);
    pass(20s);
    EXPECT_THAT(greet(9),
                ElementsAre("1 greet with /hello of call-9, 20 s", "1 bridged", "9 expect"));
    pass(5s);
    EXPECT_THAT(ready(1, 9), ElementsAre("1 mix 2", "1 bridged", "9 mix 2", "9 bridged"));
    pass(65s);
    EXPECT_THAT(leave(1), ElementsAre("1 end bridged with call-9, 20 s, 65 s",
                                      "9 end bridged with call-1, 20 s, 65 s"));
    EXPECT_TRUE(queue_.empty());
}

TEST_F(QueueTest, whoever_greets_while_nobody_waits_greets_the_next_caller)
{
    EXPECT_THAT(greet(9), IsEmpty());
    EXPECT_THAT(enqueue(1),
                ElementsAre("1 stands 1 of 1, 0 s", "1 greet with /hello of call-9, 0 s",
                            "1 bridged", "9 expect"));
}

TEST_F(QueueTest, a_caller_who_leaves_during_the_greeting_leaves_the_taker_to_the_next_caller)
{
    enqueue(1);
    enqueue(2);
    greet(9);
    pass(3s);
    EXPECT_THAT(leave(1),
                ElementsAre("1 end left, 3 s, 0 s", "9 hold", "9 stands 1 of 1, 0 s",
                            "2 greet with /hello of call-9, 3 s", "2 bridged", "9 expect"));
    EXPECT_THAT(ready(2, 9), ElementsAre("2 mix 2", "2 bridged", "9 mix 2", "9 bridged"));
}

TEST_F(QueueTest, a_taker_whose_caller_is_gone_gets_a_caller_before_those_who_came_later)
{
    enqueue(1);
    greet(8);
    dequeue(9);
    EXPECT_THAT(leave(1), ElementsAre("1 end left, 0 s, 0 s", "8 hold", "8 stands 1 of 2, 0 s"));
    EXPECT_THAT(enqueue(2), testing::Contains("2 greet with /hello of call-8, 0 s"));
    EXPECT_THAT(enqueue(3), testing::IsSupersetOf({"3 bridged", "9 bridged"}));
}

TEST_F(QueueTest, a_caller_whose_taker_is_gone_stands_in_front_again_and_has_waited_on)
{
    enqueue(1);
    enqueue(2);
    pass(20s);
    greet(8);
    pass(5s);
    EXPECT_THAT(leave(8), ElementsAre("8 end left, 5 s, 0 s", "1 hold", "1 stands 1 of 2, 0 s",
                                      "2 stands 2 of 2, 0 s"));
    EXPECT_THAT(greet(9), ElementsAre("1 greet with /hello of call-9, 25 s", "1 bridged",
                                      "9 expect", "2 stands 1 of 1, 0 s"));
}

TEST_F(QueueTest, a_caller_whose_taker_is_gone_is_taken_by_one_who_waits)
{
    enqueue(1);
    greet(8);
    dequeue(9);
    EXPECT_THAT(leave(8), ElementsAre("8 end left, 0 s, 0 s", "1 hold", "1 stands 1 of 1, 0 s",
                                      "1 mix 2", "1 bridged", "9 mix 2", "9 bridged"));
}

TEST_F(QueueTest, callers_who_come_back_keep_their_order)
{
    for (const bool first_comes_first : {true, false}) {
        enqueue(1);
        enqueue(2);
        greet(8);
        greet(9);
        enqueue(3);
        leave(first_comes_first ? 8 : 9);
        leave(first_comes_first ? 9 : 8);
        for (const MemberId caller : {1, 2, 3}) {
            EXPECT_THAT(dequeue(caller + 10), testing::Contains(fmt::format("{} bridged", caller)));
        }
        for (const MemberId caller : {1, 2, 3}) leave(caller);
        EXPECT_TRUE(queue_.empty());
    }
}

TEST_F(QueueTest, takers_who_come_back_keep_their_order)
{
    for (const bool first_comes_first : {true, false}) {
        greet(7);
        greet(8);
        greet(9);
        enqueue(1);
        enqueue(2);
        leave(first_comes_first ? 1 : 2);
        leave(first_comes_first ? 2 : 1);
        for (const MemberId taker : {7, 8, 9}) {
            EXPECT_THAT(enqueue(taker + 10), testing::Contains(fmt::format("{} expect", taker)));
        }
        for (const MemberId taker : {7, 8, 9}) {
            leave(taker + 10);
            leave(taker);
        }
        EXPECT_TRUE(queue_.empty());
    }
}

TEST_F(QueueTest, a_greeting_that_was_heard_when_its_taker_had_just_left_connects_nobody)
{
    enqueue(1);
    greet(8);
    leave(8);
    EXPECT_THAT(ready(1, 8), IsEmpty());
    greet(9);
    EXPECT_THAT(ready(1, 8), IsEmpty());
    EXPECT_THAT(ready(1, 9), ElementsAre("1 mix 2", "1 bridged", "9 mix 2", "9 bridged"));
    EXPECT_THAT(ready(1, 9), IsEmpty());
}

TEST_F(QueueTest, those_who_leave_during_the_greeting_do_not_count_in_the_average)
{
    enqueue(1);
    pass(10s);
    greet(8);
    leave(8);
    pass(30s);
    greet(9);
    EXPECT_THAT(enqueue(2), ElementsAre("2 stands 1 of 1, 0 s"));
    pass(5s);
    EXPECT_THAT(ready(1, 9), testing::Contains("2 stands 1 of 1, 40 s"));
}

TEST_F(QueueTest, two_whom_the_switch_could_not_connect_are_told_so)
{
    enqueue(1);
    dequeue(9);
    EXPECT_THAT(
        shown(take(&rooms::Queue::leave, 1, 0, true)),
        ElementsAre("1 end failed with call-9, 0 s, 0 s", "9 end failed with call-1, 0 s, 0 s"));
}

TEST_F(QueueTest, one_who_is_not_in_it_leaves_without_effect)
{
    enqueue(1);
    EXPECT_THAT(leave(7), IsEmpty());
    leave(1);
    EXPECT_THAT(leave(1), IsEmpty());
}

}  // namespace
}  // namespace pivot::test
