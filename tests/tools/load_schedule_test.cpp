#include "pivot/load/load_schedule.hpp"

#include <gtest/gtest.h>

namespace pivot::tools {
namespace {

constexpr double each_100_ns = 1e7;
constexpr double each_1000_ns = 1e6;

LoadSchedule closed(std::size_t callers)
{
    return LoadSchedule(LoadLoop::closed, callers, LoadPace(500, each_100_ns), each_1000_ns);
}

LoadSchedule open(std::size_t callers)
{
    return LoadSchedule(LoadLoop::open, callers, LoadPace(500, each_100_ns));
}

TEST(LoadPace, does_not_drift)
{
    LoadPace pace(0, 3);
    for (int i = 0; i < 300'000; ++i) pace.take();
    EXPECT_EQ(pace.next(), Nanoseconds{100'000} * 1'000'000'000);
}

TEST(LoadSchedule, of_a_closed_loop_has_each_caller_begin_at_the_pace)
{
    auto schedule = closed(2);
    EXPECT_EQ(schedule.next(), 500);
    EXPECT_FALSE(schedule.take(499));
    EXPECT_EQ(schedule.take(510)->caller, 0U);
    EXPECT_FALSE(schedule.take(599));
    EXPECT_FALSE(schedule.have_all_begun());
    const auto last = schedule.take(777);
    EXPECT_EQ(last->caller, 1U);
    EXPECT_EQ(last->at, 777) << "who starts late has no debt";
    EXPECT_TRUE(schedule.have_all_begun());
    EXPECT_EQ(schedule.next(), never);
    EXPECT_FALSE(schedule.take(1'000'000));
}

TEST(LoadSchedule, of_a_closed_loop_lets_those_who_rest_begin_again_at_a_pace_of_their_own)
{
    auto schedule = closed(3);
    while (schedule.take(10'000)) continue;
    schedule.rest(0, 20'000);
    schedule.rest(1, 20'000);
    schedule.rest(2, 20'000);
    EXPECT_EQ(schedule.next(), 20'000);
    EXPECT_TRUE(schedule.take(20'000));
    EXPECT_FALSE(schedule.take(20'999));
    EXPECT_TRUE(schedule.take(21'000));
    EXPECT_TRUE(schedule.take(22'000));
    EXPECT_EQ(schedule.next(), never);

    schedule.rest(0, 90'000);
    schedule.rest(1, 90'000);
    EXPECT_TRUE(schedule.take(90'000));
    EXPECT_FALSE(schedule.take(90'999)) << "restarts that nobody wanted are not made up for";
}

TEST(LoadSchedule, of_an_open_loop_has_pivots_due_whatever_happens)
{
    auto schedule = open(2);
    EXPECT_EQ(schedule.next(), 500);
    EXPECT_FALSE(schedule.take(499));
    EXPECT_EQ(schedule.take(620)->at, 500);
    EXPECT_EQ(schedule.take(620)->at, 600);
    EXPECT_FALSE(schedule.take(690));
    EXPECT_FALSE(schedule.take(750)) << "one is due, and nobody is idle";
    schedule.rest(1, 950);
    const auto late = schedule.take(950);
    EXPECT_EQ(late->caller, 1U);
    EXPECT_EQ(late->at, 700) << "its latency counts from when it was due";
    EXPECT_EQ(schedule.next(), 800);
}

TEST(LoadSchedule, of_an_open_loop_keeps_to_few_callers)
{
    auto schedule = open(100);
    for (Nanoseconds now = 500; now < 5'000; now += 100) {
        const auto due = schedule.take(now);
        ASSERT_TRUE(due);
        EXPECT_EQ(due->caller, 0U);
        schedule.rest(due->caller, now + 50);
    }
}

}  // namespace
}  // namespace pivot::tools
