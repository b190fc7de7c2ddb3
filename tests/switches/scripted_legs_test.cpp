#include "switches/scripted_call.hpp"

namespace pivot::test {
namespace {

using namespace std::chrono_literals;
using switches::scripted::DialBehaviour;
using switches::scripted::LegBehaviour;
using switches::scripted::LegKeys;
using switches::scripted::Ringing;

LegBehaviour answering(std::chrono::milliseconds after)
{
    LegBehaviour leg;
    leg.ringing.emplace().after = after;
    return leg;
}

LegBehaviour failing(std::string cause)
{
    LegBehaviour leg;
    leg.ringing.emplace().end = Ringing::End::fails;
    leg.ringing->cause.name = std::move(cause);
    return leg;
}

LegBehaviour silent()
{
    LegBehaviour leg;
    leg.ringing.emplace().end = Ringing::End::never;
    return leg;
}

class ScriptedLegs : public ScriptedCall {
protected:
    void plan(LegBehaviour leg, unsigned place = 0, std::string address = "")
    {
        DialBehaviour dial;
        dial.parts.push_back({place, std::move(address), std::move(leg)});
        channel.plan(dial);
    }

    Events dial(Dial order, std::chrono::milliseconds time = 60s)
    {
        channel.dial(1, order);
        return events(time);
    }
};

TEST_F(ScriptedLegs, answer_and_hang_up_by_themselves)
{
    EXPECT_THAT(dial(dial_of({"+1"})),
                ElementsAre("leg 1 rings", "leg 1 answers", "leg 1 gone NORMAL_CLEARING"));
    EXPECT_THAT(lines(),
                ElementsAre("PIVOT dials +1", "LEG 1 rings", "LEG 1 answers", "LEG 1 hangs up"));
}

TEST_F(ScriptedLegs, of_an_address_wait_for_the_dial_that_calls_it)
{
    plan(failing("USER_BUSY"), 0, "+2");
    plan(failing("CALL_REJECTED"), 0, "+2");
    plan(failing("NO_ROUTE_DESTINATION"));
    EXPECT_THAT(dial(dial_of({"+1"})), testing::Contains("leg 1 gone NO_ROUTE_DESTINATION"));
    EXPECT_THAT(dial(dial_of({"+2", "+1"})), testing::Contains("leg 1 gone USER_BUSY"));
    EXPECT_THAT(dial(dial_of({"+2"})), testing::Contains("leg 1 gone CALL_REJECTED"));
    EXPECT_THAT(dial(dial_of({"+2"})), testing::Contains("leg 1 answers"));
}

TEST_F(ScriptedLegs, tell_why_they_are_not_reached)
{
    LegBehaviour leg = failing("GATEWAY_DOWN");
    leg.ringing->why = "the trunk is down";
    plan(leg);
    EXPECT_THAT(dial(dial_of({"+1"})),
                testing::Contains("leg 1 gone GATEWAY_DOWN: the trunk is down"));
    EXPECT_EQ(lines().back(), "LEG 1 does not answer: GATEWAY_DOWN: the trunk is down");
}

TEST_F(ScriptedLegs, are_given_up_when_another_answers)
{
    plan(answering(1s), 2);
    EXPECT_THAT(dial(dial_of({"+1", "+2"}), 2s),
                ElementsAre("leg 1 rings", "leg 2 rings", "leg 2 answers", "leg 1 gone LOSE_RACE"));
}

TEST_F(ScriptedLegs, fail_the_dial_when_all_have_failed)
{
    plan(failing("USER_BUSY"), 1);
    plan(failing("CALL_REJECTED"), 0, "SIP:ann@example.com");
    EXPECT_THAT(dial(dial_of({"+1", "sip:Ann@example.com"})),
                ElementsAre("leg 1 rings", "leg 2 rings", "leg 1 gone USER_BUSY",
                            "leg 2 gone CALL_REJECTED", "1 failed CALL_REJECTED"));
}

TEST_F(ScriptedLegs, ring_until_the_dial_is_over)
{
    plan(silent());
    Dial order = dial_of({"+1"});
    order.timeout = 20s;
    EXPECT_THAT(dial(order, 19s), ElementsAre("leg 1 rings"));
    EXPECT_THAT(events(2s), ElementsAre("leg 1 gone ORIGINATOR_CANCEL", "1 failed NO_ANSWER"));
}

TEST_F(ScriptedLegs, have_a_time_of_their_own)
{
    plan(silent());
    Dial order = dial_of({"+1", "+2"});
    order.targets[0].timeout = 5s;
    order.targets[1].timeout = 5s;
    order.targets[1].delay = 2s;
    EXPECT_THAT(dial(order), ElementsAre("leg 1 rings", "leg 2 rings", "leg 1 gone NO_ANSWER",
                                         "leg 2 gone NO_ANSWER", "1 failed NO_ANSWER"));
}

TEST_F(ScriptedLegs, ring_one_after_the_other)
{
    plan(failing("USER_BUSY"), 1);
    Dial order = dial_of({"+1", "+2"});
    order.is_sequential = true;
    EXPECT_THAT(dial(order, 10s),
                ElementsAre("leg 1 rings", "leg 1 gone USER_BUSY", "leg 2 rings", "leg 2 answers"));
}

TEST_F(ScriptedLegs, are_named_after_their_place_among_those_dialled_together)
{
    plan(failing("USER_BUSY"), 1);
    plan(answering(2s), 2);
    plan(failing("CALL_REJECTED"), 3);
    Dial order = dial_of({"+1", "+2", "+3"});
    order.is_sequential = true;
    dial(order, 6s);
    channel.hang_up(2, {});  // they decline, and the next one is called
    order.targets.erase(order.targets.begin(), order.targets.begin() + 2);
    order.targets[0].leg = 7;
    dial(order);
    order.targets[0].leg = 8;
    dial(order);
    EXPECT_THAT(lines(),
                ElementsAre("PIVOT dials +1, +2, +3, one after the other", "LEG 1 rings",
                            "LEG 1 does not answer: USER_BUSY", "LEG 2 rings", "LEG 2 answers",
                            "PIVOT lets LEG 2 go", "LEG 2 hangs up", "PIVOT dials +3",
                            "LEG 3 rings", "LEG 3 does not answer: CALL_REJECTED", "PIVOT dials +3",
                            "LEG 1 rings", "LEG 1 answers", "LEG 1 hangs up"));
    EXPECT_EQ(deeds[4].subject, "LEG 2");
}

TEST_F(ScriptedLegs, behave_dial_by_dial)
{
    plan(failing("USER_BUSY"));
    plan(failing("CALL_REJECTED"));
    LegBehaviour leaving;
    leaving.hangs_up_after = 1s;
    plan(leaving);  // of the second dial, too, of which it was not said yet
    EXPECT_EQ(dial(dial_of({"+1"})).back(), "1 failed USER_BUSY");
    EXPECT_EQ(dial(dial_of({"+1"})).back(), "1 failed CALL_REJECTED");
    EXPECT_EQ(dial(dial_of({"+1"})).back(), "leg 1 gone NORMAL_CLEARING");
}

TEST_F(ScriptedLegs, take_what_is_said_of_an_address_before_a_place_before_all)
{
    plan(failing("OF_ALL"));
    plan(failing("OF_PLACE"), 2);
    plan(failing("OF_ADDRESS"), 0, "+3");
    plan(failing("OF_ITS_PLACE"), 3);
    EXPECT_THAT(dial(dial_of({"+1", "+2", "+3"})),
                ElementsAre("leg 1 rings", "leg 2 rings", "leg 3 rings", "leg 1 gone OF_ALL",
                            "leg 2 gone OF_PLACE", "leg 3 gone OF_ADDRESS", "1 failed OF_ADDRESS"));
}

TEST_F(ScriptedLegs, press_keys)
{
    LegBehaviour pressing;
    pressing.keys = LegKeys{"12", 2s};
    plan(pressing);
    EXPECT_THAT(dial(dial_of({"+1"}), 9s),
                ElementsAre("leg 1 rings", "leg 1 answers", "1 presses 1", "1 presses 2"));
}

TEST_F(ScriptedLegs, part_from_the_caller_when_they_hang_up)
{
    dial(dial_of({"+1"}), 4s);
    channel.bridge(2, 1);
    EXPECT_THAT(events(), ElementsAre("leg 1 gone NORMAL_CLEARING", "2 parted"));
}

TEST_F(ScriptedLegs, end_after_the_bridge_when_the_caller_hangs_up)
{
    dial(dial_of({"+1"}), 4s);
    channel.bridge(2, 1);
    channel.hang_up_caller();
    EXPECT_THAT(events(),
                ElementsAre("2 parted", "leg 1 gone ORIGINATOR_CANCEL", "gone NORMAL_CLEARING"));
}

TEST_F(ScriptedLegs, fail_the_dial_when_the_last_one_is_given_up)
{
    dial(dial_of({"+1", "+2"}), 1s);
    channel.hang_up(1, {});
    EXPECT_THAT(events(0s), ElementsAre("leg 1 gone NORMAL_CLEARING"));
    channel.hang_up(2, CauseName::of("USER_BUSY"));
    EXPECT_THAT(events(), ElementsAre("leg 2 gone USER_BUSY", "1 failed USER_BUSY"));
}

TEST_F(ScriptedLegs, that_are_nobody_fail_the_dial)
{
    EXPECT_THAT(dial(dial_of({})), ElementsAre("1 failed NO_ROUTE_DESTINATION"));
}

}  // namespace
}  // namespace pivot::test
