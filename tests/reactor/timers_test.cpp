#include "reactor/timers.hpp"

#include <algorithm>
#include <deque>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace pivot::reactor {
namespace {

class Recorded final : public Timer {
public:
    Recorded(std::vector<int>& fired, int name) : fired_(fired), name_(name) {}

private:
    void fired() override { fired_.push_back(name_); }

    std::vector<int>& fired_;
    int name_;
};

// The virtual clock: jumps from one timer to the next.
void run(Timers& timers)
{
    while (timers.earliest() != never) timers.fire(timers.earliest());
}

TEST(Timers, fire_in_the_order_of_time_whatever_the_order_of_setting)
{
    std::vector<int> fired;
    Timers timers;
    Recorded a(fired, 1), b(fired, 2), c(fired, 3);
    timers.set(c, 30);
    timers.set(a, 10);
    timers.set(b, 20);
    run(timers);
    EXPECT_EQ(fired, (std::vector{1, 2, 3}));
}

TEST(Timers, never_fire_a_nanosecond_early)
{
    std::vector<int> fired;
    Timers timers;
    Recorded timer(fired, 1);
    timers.set(timer, 1'000'000'000);
    timers.fire(999'999'999);
    EXPECT_TRUE(fired.empty());
    timers.fire(1'000'000'000);
    EXPECT_EQ(fired, std::vector{1});
    EXPECT_FALSE(timer.is_set());
}

TEST(Timers, of_the_same_time_fire_in_the_order_in_which_they_were_set)
{
    std::vector<int> fired;
    std::deque<Recorded> all;
    Timers timers;
    for (int name = 0; name < 100; ++name) timers.set(all.emplace_back(fired, name), 10);
    timers.set(all[0], 10);
    run(timers);
    ASSERT_EQ(fired.size(), 100u);
    EXPECT_EQ(fired.back(), 0);
    EXPECT_TRUE(std::is_sorted(fired.begin(), fired.end() - 1));
}

TEST(Timers, can_be_moved_and_stopped)
{
    std::vector<int> fired;
    Timers timers;
    Recorded a(fired, 1), b(fired, 2), c(fired, 3);
    timers.set(a, 10);
    timers.set(b, 20);
    timers.set(c, 30);
    timers.set(a, 25);
    timers.stop(b);
    timers.stop(b);
    run(timers);
    EXPECT_EQ(fired, (std::vector{1, 3}));
}

TEST(Timers, may_be_set_again_while_they_fire)
{
    class Repeating final : public Timer {
    public:
        explicit Repeating(Timers& timers) : timers_(timers) {}
        int count = 0;

    private:
        void fired() override
        {
            if (++count < 3) timers_.set(*this, 10 * (count + 1));
        }
        Timers& timers_;
    };
    Timers timers;
    Repeating timer(timers);
    timers.set(timer, 10);
    run(timers);
    EXPECT_EQ(timer.count, 3);
}

TEST(Timers, set_to_a_time_that_has_passed_fire_the_next_time)
{
    class Late final : public Timer {
    public:
        explicit Late(Timers& timers) : timers_(timers) {}
        ~Late() { timers_.stop(*this); }
        int count = 0;

    private:
        void fired() override
        {
            ++count;
            timers_.set(*this, 10);
        }
        Timers& timers_;
    };
    Timers timers;
    Late timer(timers);
    timers.set(timer, 10);
    timers.fire(20);
    EXPECT_EQ(timer.count, 1);
    timers.fire(20);
    EXPECT_EQ(timer.count, 2);
}

TEST(Timers, keep_the_order_through_a_hundred_thousand_random_changes)
{
    std::mt19937 random(20'26);
    std::vector<int> fired;
    std::deque<Recorded> all;
    std::vector<Nanoseconds> at(2'000, never);
    Timers timers;
    for (int name = 0; name < 2'000; ++name) all.emplace_back(fired, name);
    for (int change = 0; change < 100'000; ++change) {
        const std::size_t chosen = random() % all.size();
        if (random() % 4 == 0) {
            timers.stop(all[chosen]);
            at[chosen] = never;
        } else {
            at[chosen] = static_cast<Nanoseconds>(random() % 1'000'000);
            timers.set(all[chosen], at[chosen]);
        }
    }
    run(timers);
    EXPECT_EQ(fired.size(), static_cast<std::size_t>(std::ranges::count_if(
                                at, [](Nanoseconds t) { return t != never; })));
    EXPECT_TRUE(std::ranges::is_sorted(
        fired, {}, [&](int name) { return at[static_cast<std::size_t>(name)]; }));
}

}  // namespace
}  // namespace pivot::reactor
