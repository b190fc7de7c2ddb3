// The two phases in which a deadline expires, and the races between them.
#include "reactor/deadline.hpp"

#include "reactor/reactor.hpp"
#include "reactor/run_until.hpp"
#include "reactor/scope.hpp"
#include "reactor/task.hpp"
#include "reactor/wait.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace pivot::reactor {
namespace {

using test::run_until_idle;

// Counts how often it delivers an outcome.
class Outcome final : public Deadline {
public:
    using Deadline::Deadline;

    int delivered = 0;

private:
    void notify_expired() override { ++delivered; }
};

class DeadlineTest : public testing::Test {
protected:
    DeadlineTest() : reactor(test::open_reactor(opened_)), scope(reactor) {}
    ~DeadlineTest() override
    {
        run_until_idle(reactor);
        EXPECT_EQ(scope.running(), 0U);
    }

    static Task<> sleep(int& resumed, Deadline& deadline)
    {
        co_await Sleep(never, deadline);
        ++resumed;
    }

private:
    std::unique_ptr<Reactor> opened_;

protected:
    Reactor& reactor;
    Scope scope;
};

TEST_F(DeadlineTest, delivers_its_outcome_at_once_and_interrupts_its_waits_later)
{
    constexpr int waits = 200;
    Outcome deadline(reactor, never);
    int resumed = 0;
    for (int i = 0; i < waits; ++i) scope.spawn(sleep(resumed, deadline));
    reactor.turn(0);

    deadline.expire(Reason::cancelled);
    EXPECT_EQ(deadline.delivered, 1);
    EXPECT_EQ(resumed, 0);
    reactor.turn(0);
    EXPECT_GT(resumed, 0);
    EXPECT_LT(resumed, waits) << "a bounded number a turn";
    run_until_idle(reactor);
    EXPECT_EQ(resumed, waits);
}

TEST_F(DeadlineTest, keeps_its_first_reason_and_expires_once)
{
    Outcome deadline(reactor, never);
    deadline.expire(Reason::cancelled);
    deadline.expire(Reason::timeout);
    EXPECT_EQ(deadline.reason(), Reason::cancelled);
    EXPECT_EQ(deadline.delivered, 1);
    EXPECT_EQ(deadline.failure(Phase::wait).message, "cancelled");
}

TEST_F(DeadlineTest, of_a_child_expires_with_its_parents_reason)
{
    Outcome parent(reactor, never);
    Outcome child(parent);
    parent.expire(Reason::cancelled);
    EXPECT_EQ(child.delivered, 0) << "it is a waiter, so it comes in the second phase";
    reactor.turn(0);
    EXPECT_EQ(child.delivered, 1);
    EXPECT_EQ(child.reason(), Reason::cancelled);
}

TEST_F(DeadlineTest, of_a_child_that_has_expired_is_left_alone_by_its_parent)
{
    Outcome parent(reactor, never);
    Outcome child(parent);
    child.expire(Reason::timeout);
    parent.expire(Reason::cancelled);
    run_until_idle(reactor);
    EXPECT_EQ(child.reason(), Reason::timeout);
    EXPECT_EQ(child.delivered, 1);
}

TEST_F(DeadlineTest, of_a_child_that_begins_too_late_has_expired)
{
    Outcome parent(reactor, never);
    parent.expire(Reason::cancelled);
    const Deadline child(parent);
    EXPECT_TRUE(child.has_expired());
    EXPECT_EQ(child.reason(), Reason::cancelled);
}

Request read_request(int descriptor, char& byte, Deadline& deadline)
{
    io_uring_sqe request{};
    io_uring_prep_read(&request, descriptor, &byte, 1, 0);
    return Request(request, deadline);
}

Task<> read(int descriptor, std::vector<int>& results, Deadline& deadline)
{
    char byte = 0;
    const int result = co_await read_request(descriptor, byte, deadline);
    results.push_back(result);
}

TEST_F(DeadlineTest, does_not_lose_bytes_that_win_the_race)
{
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    std::vector<int> results;
    Outcome deadline(reactor, never);
    scope.spawn(read(ends[0], results, deadline));
    reactor.turn(0);

    ASSERT_EQ(::write(ends[1], "x", 1), 1);
    deadline.expire(Reason::cancelled);
    run_until_idle(reactor);
    EXPECT_EQ(results, std::vector{1});

    scope.spawn(read(ends[0], results, deadline));
    run_until_idle(reactor);
    EXPECT_EQ(results, (std::vector{1, -ECANCELED}))
        << "a wait that begins afterwards ends at once";
    for (const int end : ends) ::close(end);
}

TEST_F(DeadlineTest, lets_the_kernel_finish_a_request_that_is_cancelled)
{
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    std::vector<int> results;
    Outcome deadline(reactor, never);
    scope.spawn(read(ends[0], results, deadline));
    reactor.turn(0);

    deadline.expire(Reason::timeout);
    EXPECT_TRUE(results.empty()) << "its buffer is the kernel's until the completion comes";
    run_until_idle(reactor);
    ASSERT_EQ(results.size(), 1U);
    EXPECT_LT(results.front(), 0);
    for (const int end : ends) ::close(end);
}

}  // namespace
}  // namespace pivot::reactor
