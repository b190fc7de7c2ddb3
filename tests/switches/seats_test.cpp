#include "switches/asterisk/seats.hpp"

#include "reactor/run_until.hpp"
#include "reactor/scope.hpp"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace pivot::switches::asterisk {
namespace {

using reactor::Deadline;
using reactor::Reactor;
using reactor::Scope;
using reactor::Task;

class SeatsTest : public testing::Test {
protected:
    SeatsTest() : reactor(test::open_reactor(opened_)), scope(reactor) {}

    // Notes `number` when it has a seat, and its negative if it has given up.
    void spawn(int number, Deadline& deadline) { scope.spawn(take(number, deadline)); }

    void turn() { reactor.turn(0); }

private:
    Task<> take(int number, Deadline& deadline)
    {
        const bool has_seat = co_await seats.take(deadline);
        seated.push_back(has_seat ? number : -number);
    }

    std::unique_ptr<Reactor> opened_;

protected:
    Reactor& reactor;
    Scope scope;
    Seats seats{2};
    std::vector<int> seated;
};

TEST_F(SeatsTest, those_who_wait_are_seated_in_order)
{
    Deadline deadline(reactor, never);
    for (int number = 1; number <= 4; ++number) spawn(number, deadline);
    turn();
    EXPECT_EQ(seated, (std::vector{1, 2}));
    seats.leave();
    spawn(5, deadline);  // which comes now and does not go first
    turn();
    EXPECT_EQ(seated, (std::vector{1, 2, 3}));
    seats.leave();
    seats.leave();
    turn();
    EXPECT_EQ(seated, (std::vector{1, 2, 3, 4, 5}));
}

TEST_F(SeatsTest, one_that_gives_up_takes_no_seat)
{
    Deadline deadline(reactor, never);
    Deadline cancelled(reactor, never);
    spawn(1, deadline);
    spawn(2, deadline);
    spawn(3, cancelled);
    spawn(4, deadline);
    turn();
    cancelled.expire(Reason::cancelled);
    turn();
    EXPECT_EQ(seated, (std::vector{1, 2, -3}));
    seats.leave();
    turn();
    EXPECT_EQ(seated, (std::vector{1, 2, -3, 4}));
    spawn(5, cancelled);
    turn();
    EXPECT_EQ(seated.back(), -5);
}

}  // namespace
}  // namespace pivot::switches::asterisk
