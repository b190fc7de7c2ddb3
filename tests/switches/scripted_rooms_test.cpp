#include "switches/scripted_call.hpp"

namespace pivot::test {
namespace {

using namespace std::chrono_literals;
using switches::scripted::QueueBehaviour;
using switches::scripted::QueueWaiting;
using switches::scripted::RoomBehaviour;

class ScriptedRooms : public ScriptedCall {
protected:
    void plan(QueueWaiting::End end, std::chrono::milliseconds after = 20s)
    {
        QueueBehaviour queue;
        queue.waiting = QueueWaiting{end, after};
        channel.plan(queue);
    }

    Events enqueue()
    {
        channel.enqueue(1, {});
        return events();
    }
};

TEST_F(ScriptedRooms, a_conference_begins_with_a_second_one_and_ends_for_all)
{
    channel.join(1, {});
    EXPECT_THAT(events(),
                ElementsAre("1 join call-1", "1 join someone-1", "1 start ", "1 leave someone-1",
                            "1 leave call-1", "1 end ", "1 finished"));
}

TEST_F(ScriptedRooms, a_mix_lasts_until_it_is_stopped)
{
    channel.mix(1, MixName::of("pivot-1"), 2);
    EXPECT_THAT(events(), IsEmpty());
    channel.stop(1);
    EXPECT_THAT(events(), ElementsAre("1 stopped"));
}

TEST_F(ScriptedRooms, others_come_and_go)
{
    channel.join(1, {});
    EXPECT_THAT(events(1s), ElementsAre("1 join call-1"));
    channel.join_someone();
    channel.join_someone();
    channel.part_someone();
    EXPECT_THAT(events(10s), ElementsAre("1 join someone-1", "1 start ", "1 join someone-2",
                                         "1 leave someone-2"));
    channel.stop(1);
    EXPECT_THAT(events(), ElementsAre("1 leave call-1", "1 stopped")) << "it goes on without him";
}

TEST_F(ScriptedRooms, a_conference_that_ends_with_the_caller_does)
{
    Conference conference;
    conference.ends_with_caller = true;
    channel.join(1, conference);
    events(10s);
    channel.hang_up_caller();
    EXPECT_THAT(events(),
                ElementsAre("1 leave call-1", "1 end ", "1 stopped", "gone NORMAL_CLEARING"));
}

TEST_F(ScriptedRooms, one_who_joins_before_the_caller_is_there_from_the_beginning)
{
    channel.part_someone();
    channel.join_someone();
    channel.join(1, {});
    EXPECT_THAT(events(1s), ElementsAre("1 join call-1", "1 join someone-1", "1 start "));
}

TEST_F(ScriptedRooms, a_conference_takes_what_was_said_of_it)
{
    RoomBehaviour room;
    room.starts_after = std::chrono::milliseconds::max();
    channel.plan(room);
    channel.join(1, {});
    EXPECT_THAT(events(1h), ElementsAre("1 join call-1"));
    channel.hang_up_caller();
    EXPECT_THAT(events(),
                ElementsAre("1 leave call-1", "1 end ", "1 stopped", "gone NORMAL_CLEARING"))
        << "it ends even if nobody else ever came";
}

TEST_F(ScriptedRooms, a_queue_connects_the_caller)
{
    QueueBehaviour queue;
    queue.ends_after = 4s;
    channel.plan(queue);
    plan(QueueWaiting::End::bridges, 7s);
    EXPECT_THAT(enqueue(),
                ElementsAre("1 stands 1 of 1", "1 bridged", "1 queue bridged, 7 s, 4 s"));
    EXPECT_THAT(enqueue(),
                ElementsAre("1 stands 1 of 1", "1 bridged", "1 queue bridged, 20 s, 10 s"));
}

TEST_F(ScriptedRooms, a_queue_is_full_or_fails_or_never_ends)
{
    plan(QueueWaiting::End::full);
    plan(QueueWaiting::End::fails);
    plan(QueueWaiting::End::never);
    EXPECT_THAT(enqueue(), ElementsAre("1 queue full, 0 s, 0 s"));
    EXPECT_THAT(enqueue(), ElementsAre("1 queue failed, 0 s, 0 s"));
    EXPECT_THAT(enqueue(), ElementsAre("1 stands 1 of 1"));
    channel.stop(1);
    EXPECT_THAT(events(), ElementsAre(testing::StartsWith("1 queue left, 6")));
}

TEST_F(ScriptedRooms, the_caller_is_connected_with_the_first_of_a_queue)
{
    channel.dequeue(1, QueueName::of("support"), 5s);
    EXPECT_THAT(events(), ElementsAre("1 bridged", "1 queue bridged, 0 s, 10 s"));
    plan(QueueWaiting::End::empty);
    channel.dequeue(2, QueueName::of("support"), 5s);
    EXPECT_THAT(events(), ElementsAre("2 queue left, 5 s, 0 s"));
    plan(QueueWaiting::End::fails);
    channel.dequeue(3, QueueName::of("support"), 5s);
    EXPECT_THAT(events(), ElementsAre("3 queue failed, 0 s, 0 s"));
    plan(QueueWaiting::End::empty);
    channel.dequeue(4, QueueName::of("support"), unlimited);
    EXPECT_THAT(events(1h), IsEmpty());
}

}  // namespace
}  // namespace pivot::test
