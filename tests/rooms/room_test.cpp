// A conference that the engine keeps.
#include "rooms/room.hpp"

#include "rooms/shown_orders.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Shown = std::vector<std::string>;

// Member 1 is `call-1`, and so on. Nobody beeps.
class RoomTest : public testing::Test {
protected:
    static Message someone(MemberId member)
    {
        Message message;
        message.kind = Message::Kind::join;
        message.member = member;
        message.call_id = fmt::format("call-{}", member);
        return message;
    }
    Shown join(const Message& message)
    {
        Orders orders;
        room_.join(message, orders);
        return shown(orders);
    }
    Shown join(MemberId member) { return join(someone(member)); }

    Shown leave(MemberId member, bool has_failed = false)
    {
        Message message;
        message.member = member;
        message.has_failed = has_failed;
        Orders orders;
        room_.leave(message, orders);
        return shown(orders);
    }

    rooms::Room room_{"pivot-1"};
};

TEST_F(RoomTest, one_who_is_alone_waits)
{
    EXPECT_THAT(join(1), ElementsAre("1 join call-1"));
    EXPECT_FALSE(room_.empty());
}

TEST_F(RoomTest, begins_with_the_second_and_both_are_mixed_before_they_are_told)
{
    join(1);
    EXPECT_THAT(join(2), ElementsAre("1 mix", "2 mix", "1 join call-2", "2 join call-2?", "1 start",
                                     "2 start?"));
}

TEST_F(RoomTest, the_third_is_mixed_at_once_and_hears_that_it_has_begun)
{
    join(1);
    join(2);
    EXPECT_THAT(join(3), ElementsAre("3 mix", "1 join call-3", "2 join call-3?", "3 join call-3?",
                                     "3 start?"));
}

TEST_F(RoomTest, waits_for_a_moderator)
{
    Message guest = someone(1);
    guest.is_moderator = false;
    join(guest);
    guest.member = 2;
    EXPECT_THAT(join(guest), ElementsAre("1 join call-1", "2 join call-1?"));
    EXPECT_THAT(join(3), ElementsAre("1 mix", "2 mix", "3 mix", "1 join call-3", "2 join call-3?",
                                     "3 join call-3?", "1 start", "2 start?", "3 start?"));
}

TEST_F(RoomTest, goes_on_without_its_moderator)
{
    Message guest = someone(1);
    guest.is_moderator = false;
    join(guest);
    guest.member = 2;
    join(guest);
    join(3);
    EXPECT_THAT(leave(3), ElementsAre("1 leave call-3", "2 leave call-3?", "3 leave call-3?",
                                      "3 end finished"));
}

TEST_F(RoomTest, one_who_is_alone_again_is_taken_out_of_the_mix_and_put_back_for_the_next)
{
    join(1);
    join(2);
    EXPECT_THAT(leave(1),
                ElementsAre("1 leave call-1?", "2 leave call-1", "1 end finished", "2 hold"));
    EXPECT_THAT(join(3),
                ElementsAre("2 mix", "3 mix", "2 join call-3", "3 join call-3?", "3 start?"));
}

TEST_F(RoomTest, ends_when_the_last_one_leaves)
{
    join(1);
    EXPECT_THAT(leave(1), ElementsAre("1 leave call-1", "1 end", "1 end finished"));
    EXPECT_TRUE(room_.empty());
}

TEST_F(RoomTest, ends_for_all_with_one_who_ends_it)
{
    join(1);
    Message host = someone(2);
    host.ends_with_caller = true;
    join(host);
    join(3);
    EXPECT_THAT(leave(2), ElementsAre("1 leave call-2", "2 leave call-2?", "3 leave call-2?",
                                      "1 leave call-1", "2 leave call-1?", "3 leave call-1?",
                                      "1 leave call-3", "2 leave call-3?", "3 leave call-3?",
                                      "1 end call-2", "2 end call-2?", "3 end call-2?",
                                      "1 end finished", "3 end finished", "2 end finished"));
    EXPECT_TRUE(room_.empty());
}

TEST_F(RoomTest, the_first_one_tells_what_happens_and_then_the_next)
{
    join(1);
    join(2);
    EXPECT_THAT(join(3), testing::Contains("1 join call-3"));
    EXPECT_THAT(leave(1), ElementsAre("1 leave call-1?", "2 leave call-1", "3 leave call-1?",
                                      "1 end finished"));
    EXPECT_THAT(leave(3),
                ElementsAre("2 leave call-3", "3 leave call-3?", "3 end finished", "2 hold"));
}

TEST_F(RoomTest, beeps_for_those_who_talk_when_one_enters_and_when_one_leaves)
{
    Message loud = someone(1);
    loud.beeps_on_enter = true;
    loud.beeps_on_exit = true;
    EXPECT_THAT(join(loud), ElementsAre("1 join call-1"));
    loud.member = 2;
    EXPECT_THAT(join(loud), testing::Contains("1 beep"));
    loud.member = 3;
    const Shown joined = join(loud);
    EXPECT_THAT(joined, testing::IsSupersetOf({"1 beep", "2 beep"}));
    EXPECT_THAT(joined, testing::Not(testing::Contains("3 beep")));
    EXPECT_THAT(leave(3), testing::IsSupersetOf({"1 beep", "2 beep"}));
    EXPECT_THAT(leave(2), testing::Not(testing::Contains("1 beep")));  // alone, with music
}

TEST_F(RoomTest, takes_no_more_than_the_first_one_lets_in)
{
    Message first = someone(1);
    first.size_max = 2;
    join(first);
    EXPECT_THAT(join(2), testing::IsSupersetOf({"1 mix 2", "2 mix 2"}));
    EXPECT_THAT(join(3), ElementsAre("3 end failed"));
    EXPECT_THAT(leave(3), IsEmpty());
    leave(2);
    EXPECT_THAT(join(4), testing::Contains("4 mix 2"));
}

TEST_F(RoomTest, one_whom_the_switch_could_not_connect_is_told_so)
{
    join(1);
    join(2);
    EXPECT_THAT(leave(2, true), testing::Contains("2 end failed"));
    EXPECT_THAT(leave(1), testing::Contains("1 end finished"));
}

TEST_F(RoomTest, one_who_is_not_in_it_leaves_without_effect)
{
    join(1);
    EXPECT_THAT(leave(7), IsEmpty());
    leave(1);
    EXPECT_THAT(leave(1), IsEmpty());
}

}  // namespace
}  // namespace pivot::test
