#include "reactor/clock.hpp"

#include "reactor/reactor.hpp"
#include "reactor/run_until.hpp"
#include "reactor/scope.hpp"
#include "reactor/wait.hpp"

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace pivot::reactor {
namespace {

constexpr Nanoseconds hour = 3'600 * second_ns;

Task<> sleep_and_note(Nanoseconds until, std::vector<Nanoseconds>& noted, Deadline& deadline)
{
    const bool was_reached = co_await Sleep(until, deadline);
    noted.push_back(was_reached ? deadline.reactor().now() : -1);
}

TEST(Clock, of_the_system_goes_on_with_each_read)
{
    Clock clock;
    const Nanoseconds before = clock.now();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQ(clock.now(), before);
    clock.read();
    EXPECT_GE(clock.now(), before + millisecond_ns);
}

TEST(Clock, that_is_manual_stands)
{
    Clock clock(Clock::Kind::manual);
    const Nanoseconds before = clock.now();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    clock.read();
    EXPECT_EQ(clock.now(), before);
    EXPECT_FALSE(clock.is_due());
    EXPECT_FALSE(clock.advance()) << "nothing is due, ever";
}

TEST(ManualReactor, takes_no_time_for_what_its_clock_says_are_hours)
{
    std::unique_ptr<Reactor> reactor;
    test::open_reactor(reactor, {.ring = {}, .buffers = {}, .clock = Clock::Kind::manual});
    const Nanoseconds began = reactor->now();
    const std::int64_t began_unix_ms = reactor->clock().unix_now_ms();
    const Nanoseconds began_really = monotonic_now();
    Deadline deadline(*reactor, began + 2 * hour);
    std::vector<Nanoseconds> noted;
    {
        Scope scope(*reactor);
        scope.spawn(sleep_and_note(began + hour, noted, deadline));
        scope.spawn(sleep_and_note(began + 3 * hour, noted, deadline));
        test::run_until(*reactor, [&] { return scope.running() == 0; });
    }
    EXPECT_EQ(noted, (std::vector<Nanoseconds>{began + hour, -1}));
    EXPECT_EQ(reactor->now(), began + 2 * hour);
    EXPECT_EQ(reactor->clock().unix_now_ms(), began_unix_ms + 2 * 3'600'000);
    EXPECT_LT(monotonic_now() - began_really, 60 * second_ns);
}

TEST(ManualReactor, does_not_pass_a_timer_by_itself)
{
    std::unique_ptr<Reactor> reactor;
    test::open_reactor(reactor, {.ring = {}, .buffers = {}, .clock = Clock::Kind::manual});
    Deadline deadline(*reactor, reactor->now() + millisecond_ns);
    for (int turn = 0; turn < 3; ++turn) reactor->turn(reactor->now() + 2 * millisecond_ns);
    EXPECT_FALSE(deadline.has_expired());
    reactor->clock().advance();
    EXPECT_TRUE(deadline.has_expired());
}

}  // namespace
}  // namespace pivot::reactor
