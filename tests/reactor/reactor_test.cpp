#include "reactor/reactor.hpp"

#include "reactor/run_until.hpp"
#include "reactor/scope.hpp"
#include "reactor/task.hpp"
#include "reactor/wait.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace pivot::reactor {
namespace {

using test::open_reactor;
using test::run_until;
using test::run_until_idle;
using test::second_ns;

class ReactorTest : public testing::Test {
protected:
    ReactorTest() : reactor(open_reactor(opened_)), scope(reactor) {}
    ~ReactorTest() override
    {
        run_until_idle(reactor);
        EXPECT_EQ(scope.running(), 0U);
    }

private:
    std::unique_ptr<Reactor> opened_;

protected:
    Reactor& reactor;
    Scope scope;
};

Task<int> ready(int value, Reactor&)
{
    co_return value;
}

Task<> sum(int count, long& total, Reactor& reactor)
{
    for (int i = 0; i < count; ++i) {
        const int value = co_await ready(i, reactor);
        total += value;
    }
}

Task<> note(int value, std::vector<int>& order, Reactor&)
{
    order.push_back(value);
    co_return;
}

Task<> work_in_portions(int count, std::vector<int>& order, Deadline& deadline)
{
    for (int i = 0; i < count; ++i) {
        order.push_back(0);
        co_await Yield(deadline);
    }
}

TEST_F(ReactorTest, a_coroutine_that_yields_goes_on_in_the_next_turn)
{
    Deadline deadline(reactor, never);
    std::vector<int> order;
    scope.spawn(work_in_portions(3, order, deadline));
    scope.spawn(note(1, order, reactor));
    reactor.turn(never);
    EXPECT_EQ(order, (std::vector{0, 1}));
    EXPECT_EQ(reactor.next_turn(), reactor.now()) << "it does not wait for the kernel";
    scope.spawn(note(2, order, reactor));
    reactor.turn(never);
    EXPECT_EQ(order, (std::vector{0, 1, 2, 0})) << "what has come since goes first";
    run_until_idle(reactor);
    EXPECT_EQ(order.size(), 5U);
}

Task<> work(Nanoseconds about_ns, Reactor& reactor)
{
    reactor.worked(about_ns);
    co_return;
}

Task<> set_due(std::unique_ptr<Deadline>& due, Reactor& reactor)
{
    due = std::make_unique<Deadline>(reactor, reactor.now());
    co_return;
}

TEST_F(ReactorTest, the_clock_is_read_again_after_a_millisecond_of_work_and_not_before)
{
    for (const bool is_long : {false, true}) {
        std::unique_ptr<Deadline> due = std::make_unique<Deadline>(reactor, never);
        scope.spawn(set_due(due, reactor));
        scope.spawn(work(is_long ? 1'000'000 : 100'000, reactor));
        reactor.turn(0);
        EXPECT_EQ(due->has_expired(), is_long);
    }
}

Task<> compute_for(Nanoseconds ns, Reactor& reactor)
{
    while (monotonic_now() < reactor.now() + ns) continue;
    reactor.worked(ns);
    co_return;
}

TEST_F(ReactorTest, a_turn_that_lasts_long_leaves_the_rest_to_the_next_one)
{
    std::vector<int> order;
    scope.spawn(note(1, order, reactor));
    scope.spawn(compute_for(5'000'000, reactor));
    scope.spawn(note(2, order, reactor));
    scope.spawn(note(3, order, reactor));
    reactor.turn(never);
    EXPECT_EQ(order, std::vector{1});
    EXPECT_FALSE(reactor.is_idle());
    reactor.turn(never);
    EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

class Counted final : public Message {
public:
    static inline int seen = 0;
    static inline int taken = 0;

private:
    void arrived() override { ++seen; }
    void deliver() override { ++taken; }
};

// A deadline that counts from the start of a call cannot wait for the calls before it.
TEST_F(ReactorTest, all_messages_arrive_in_a_turn_though_some_are_delivered_later)
{
    Counted::seen = Counted::taken = 0;
    std::vector<Counted> messages(1'000);
    for (Counted& message : messages) reactor.post(message);
    reactor.turn(0);
    EXPECT_EQ(Counted::seen, 1'000);
    EXPECT_LT(Counted::taken, 1'000);
    run_until(reactor, [] { return Counted::taken == 1'000; });
    EXPECT_EQ(Counted::seen, 1'000);
}

class Slow final : public Message {
public:
    static inline int taken = 0;

private:
    void deliver() override
    {
        ++taken;
        const Nanoseconds end = monotonic_now() + millisecond_ns;
        while (monotonic_now() < end) continue;
    }
};

// The clock is looked at after every 16 of them.
TEST_F(ReactorTest, a_turn_without_time_for_all_messages_leaves_some_to_the_next)
{
    Slow::taken = 0;
    std::vector<Slow> messages(40);
    for (Slow& message : messages) reactor.post(message);
    reactor.turn(0, millisecond_ns);
    EXPECT_EQ(Slow::taken, 16);
    EXPECT_EQ(reactor.next_turn(), reactor.now());
    reactor.turn(0, 0);
    EXPECT_EQ(Slow::taken, 32) << "so that messages are never starved";
    reactor.turn(0, 0);
    EXPECT_EQ(Slow::taken, 40);
}

TEST_F(ReactorTest, a_loop_over_a_million_ready_children_does_not_nest)
{
    long total = 0;
    scope.spawn(sum(1'000'000, total, reactor));
    run_until_idle(reactor);
    EXPECT_EQ(total, 499'999'500'000);
}

Task<> sleep_and_note(Nanoseconds until, std::vector<Nanoseconds>& noted, Deadline& deadline)
{
    const bool was_reached = co_await Sleep(until, deadline);
    noted.push_back(was_reached ? deadline.reactor().now() : -1);
}

TEST_F(ReactorTest, a_sleep_ends_at_its_time_and_never_before)
{
    Deadline deadline(reactor, never);
    std::vector<Nanoseconds> noted;
    const Nanoseconds until = reactor.now() + 20'000'000;
    scope.spawn(sleep_and_note(until, noted, deadline));
    run_until(reactor, [&] { return scope.running() == 0; });
    EXPECT_GE(noted[0], until);
    EXPECT_LT(noted[0], until + 5 * second_ns);
}

TEST_F(ReactorTest, a_deadline_ends_every_wait_beneath_it)
{
    Deadline deadline(reactor, reactor.now() + 10'000'000);
    Deadline child(deadline);
    std::vector<Nanoseconds> noted;
    scope.spawn(sleep_and_note(never - 1, noted, deadline));
    scope.spawn(sleep_and_note(never - 1, noted, child));
    run_until(reactor, [&] { return scope.running() == 0; });
    EXPECT_EQ(noted, (std::vector<Nanoseconds>{-1, -1}));
    EXPECT_EQ(child.reason(), Reason::timeout);
    EXPECT_GE(reactor.now(), deadline.at());
}

TEST_F(ReactorTest, a_child_deadline_can_end_alone)
{
    Deadline deadline(reactor, never);
    Deadline child(deadline);
    std::vector<Nanoseconds> noted;
    scope.spawn(sleep_and_note(never - 1, noted, child));
    reactor.turn(0);
    child.expire(Reason::cancelled);
    run_until(reactor, [&] { return scope.running() == 0; });
    EXPECT_FALSE(deadline.has_expired());
    EXPECT_EQ(child.reason(), Reason::cancelled);
}

TEST_F(ReactorTest, a_wait_that_begins_after_the_deadline_ends_at_once)
{
    Deadline deadline(reactor, never);
    deadline.expire(Reason::cancelled);
    std::vector<Nanoseconds> noted;
    scope.spawn(sleep_and_note(never - 1, noted, deadline));
    run_until(reactor, [&] { return scope.running() == 0; });
    EXPECT_EQ(noted[0], -1);
}

TEST_F(ReactorTest, ten_thousand_waits_that_expire_together_are_interrupted_over_several_turns)
{
    Deadline deadline(reactor, never);
    std::vector<Nanoseconds> noted;
    for (int i = 0; i < 10'000; ++i) scope.spawn(sleep_and_note(never - 1, noted, deadline));
    run_until(reactor, [&] { return reactor.next_turn() > reactor.now(); });  // all wait
    deadline.expire(Reason::cancelled);
    reactor.turn(0);
    EXPECT_LT(noted.size(), 10'000U);
    run_until(reactor, [&] { return scope.running() == 0; });
}

Task<> wait_for(Event& event, std::vector<bool>& noted, Deadline& deadline)
{
    const bool has_happened = co_await event.wait(deadline);
    noted.push_back(has_happened);
}

TEST_F(ReactorTest, an_event_resumes_all_who_wait_and_a_deadline_those_it_ends)
{
    Deadline forever(reactor, never);
    Deadline soon(reactor, reactor.now() + 1'000'000);
    Event event;
    std::vector<bool> noted;
    scope.spawn(wait_for(event, noted, soon));
    run_until(reactor, [&] { return scope.running() == 0; });
    scope.spawn(wait_for(event, noted, forever));
    scope.spawn(wait_for(event, noted, forever));
    reactor.turn(0);
    event.happen();
    run_until(reactor, [&] { return scope.running() == 0; });
    EXPECT_EQ(noted, (std::vector{false, true, true}));
}

Task<> join(Scope& inner, bool& has_joined, Reactor&)
{
    co_await inner.join();
    has_joined = true;
}

TEST_F(ReactorTest, joining_a_scope_waits_for_all_its_children)
{
    Deadline deadline(reactor, never);
    std::vector<Nanoseconds> noted;
    Scope inner(reactor);
    bool has_joined = false;
    inner.spawn(sleep_and_note(reactor.now() + 1'000'000, noted, deadline));
    inner.spawn(sleep_and_note(reactor.now() + 2'000'000, noted, deadline));
    scope.spawn(join(inner, has_joined, reactor));
    run_until(reactor, [&] { return scope.running() == 0; });
    EXPECT_EQ(noted.size(), 2U);
}

class CountedMessage final : public Message {
public:
    std::atomic<int> delivered = 0;

private:
    void deliver() override { ++delivered; }
};

TEST_F(ReactorTest, messages_of_other_threads_are_delivered_once_each)
{
    std::vector<CountedMessage> messages(20'000);
    std::vector<std::thread> threads;
    for (std::size_t first = 0; first < 4; ++first) {
        threads.emplace_back([&, first] {
            for (std::size_t i = first; i < messages.size(); i += 4) reactor.post(messages[i]);
        });
    }
    run_until(reactor, [&] {
        for (const CountedMessage& message : messages) {
            if (message.delivered == 0) return false;
        }
        return true;
    });
    for (std::thread& thread : threads) thread.join();
    for (const CountedMessage& message : messages) EXPECT_EQ(message.delivered, 1);
}

// The descriptor on an epoll, which is told of changes and does not look by itself.
class Watched {
public:
    explicit Watched(int descriptor) : epoll_(::epoll_create1(EPOLL_CLOEXEC))
    {
        epoll_event event{.events = EPOLLIN, .data = {}};
        EXPECT_EQ(::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event), 0);
    }
    ~Watched() { ::close(epoll_); }

    bool is_readable() const
    {
        epoll_event event{};
        return ::epoll_wait(epoll_, &event, 1, 0) == 1;
    }

private:
    int epoll_;
};

TEST(PolledReactor, its_descriptor_becomes_readable_when_a_turn_has_something_to_do)
{
    ReactorConfig config;
    config.ring.is_polled = true;
    const auto opened = Reactor::open(config);
    ASSERT_TRUE(opened) << opened.error();
    Reactor& reactor = **opened;
    const Watched descriptor(reactor.descriptor());
    EXPECT_TRUE(descriptor.is_readable());  // the first turn is due
    reactor.turn(0);
    EXPECT_FALSE(descriptor.is_readable());

    for (int round = 1; round <= 3; ++round) {
        CountedMessage message;
        std::thread poster([&] { reactor.post(message); });
        poster.join();
        EXPECT_TRUE(descriptor.is_readable());
        run_until(reactor, [&] { return message.delivered == 1; });
        while (descriptor.is_readable()) reactor.turn(0);
    }
}

}  // namespace
}  // namespace pivot::reactor
