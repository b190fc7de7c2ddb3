#include "reactor/receiver.hpp"

#include "reactor/run_until.hpp"
#include "reactor/scope.hpp"
#include "reactor/task.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pivot::reactor {
namespace {

using test::open_reactor;
using test::run_until;
using test::run_until_idle;

class ReceiverTest : public testing::Test {
protected:
    explicit ReceiverTest(const BufferConfig& buffers = {})
        : reactor(open_reactor(opened_, {.ring = {}, .buffers = buffers})), scope(reactor)
    {
    }
    ~ReceiverTest() override
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

// A connected pair: one end in the ring's table, the other for the test to write to.
struct Pair {
    explicit Pair(Reactor& reactor)
    {
        int ends[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
        EXPECT_EQ(reactor.ring().install(ends[0], slot), 0);
        peer = ends[1];
    }
    void write(std::string_view bytes) const
    {
        EXPECT_EQ(::write(peer, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    }

    Slot slot = no_slot;
    int peer = -1;
};

// Reads what a started receiver yields until its peer ends.
Task<> read_rest(Receiver& receiver, Slot slot, std::string& text, int& end, Deadline& deadline)
{
    while (true) {
        Receiver::Arrival arrival = co_await receiver.receive(deadline);
        if (arrival.result <= 0) {
            end = arrival.result;
            break;
        }
        text += arrival.buffer.bytes();
    }
    co_await receiver.stop();
    deadline.reactor().ring().close(slot);
}

Task<> read_all(Receiver& receiver, Slot slot, std::string& text, int& end, Deadline& deadline)
{
    receiver.start(slot);
    return read_rest(receiver, slot, text, end, deadline);
}

TEST_F(ReceiverTest, what_arrives_is_received_in_order_until_the_end)
{
    Deadline deadline(reactor, never);
    const Pair pair(reactor);
    Receiver receiver(reactor);
    std::string text;
    int end = -1;
    scope.spawn(read_all(receiver, pair.slot, text, end, deadline));
    std::string sent;
    for (int i = 0; i < 100; ++i) {
        const std::string line = "line " + std::to_string(i) + "\n";
        pair.write(line);
        sent += line;
        reactor.turn(0);
    }
    ::close(pair.peer);
    run_until(reactor, [&] { return scope.running() == 0; });
    EXPECT_EQ(text, sent);
    EXPECT_EQ(end, 0);
}

TEST_F(ReceiverTest, a_receive_that_is_cancelled_leaves_nothing_behind)
{
    Deadline deadline(reactor, reactor.now() + 5'000'000);
    const Pair pair(reactor);
    Receiver receiver(reactor);
    std::string text;
    int end = 0;
    scope.spawn(read_all(receiver, pair.slot, text, end, deadline));
    run_until(reactor, [&] { return scope.running() == 0; });
    EXPECT_EQ(end, -ECANCELED);
    ::close(pair.peer);
}

TEST(Receiver, bytes_beyond_all_buffers_arrive_when_some_are_given_back)
{
    ReactorConfig config;
    config.buffers = {.count = 2, .size_bytes = 16};
    std::unique_ptr<Reactor> opened;
    Reactor& reactor = open_reactor(opened, config);
    {
        Scope scope(reactor);
        Deadline deadline(reactor, never);
        const Pair pair(reactor);
        Receiver receiver(reactor);
        const std::string sent(1'000, 'x');
        pair.write(sent);
        ::close(pair.peer);
        std::string text;
        int end = -1;
        scope.spawn(read_all(receiver, pair.slot, text, end, deadline));
        run_until(reactor, [&] { return scope.running() == 0; });
        EXPECT_EQ(text, sent);
    }
    run_until_idle(reactor);
}

// Eight slices for two connections, one of which is never received from.
class UnheardPeerTest : public ReceiverTest {
protected:
    UnheardPeerTest()
        : ReceiverTest({.count = 8, .size_bytes = 16}), unheard(reactor), unheard_pair(reactor)
    {
        unheard.start(unheard_pair.slot);
    }

    // A byte at a time, so that each takes a slice for as long as any is to be had.
    void speak_unheard(std::string_view bytes)
    {
        for (const char byte : bytes) {
            unheard_pair.write({&byte, 1});
            reactor.turn(0);
        }
    }

    // What the unheard peer has said, when somebody listens at last.
    std::string hear(int& end)
    {
        std::string text;
        Deadline deadline(reactor, never);
        scope.spawn(read_rest(unheard, unheard_pair.slot, text, end, deadline));
        run_until(reactor, [&] { return scope.running() == 0; });
        return text;
    }

    Receiver unheard;
    const Pair unheard_pair;
};

TEST_F(UnheardPeerTest, leaves_the_slices_to_the_others)
{
    speak_unheard("twelve bytes");
    EXPECT_LE(reactor.buffers().lent(), 2U);

    Deadline deadline(reactor, reactor.now() + 10 * test::second_ns);
    const Pair pair(reactor);
    Receiver receiver(reactor);
    std::string text;
    int end = -1;
    scope.spawn(read_all(receiver, pair.slot, text, end, deadline));
    pair.write("hello");
    ::close(pair.peer);
    run_until(reactor, [&] { return scope.running() == 0; });
    EXPECT_EQ(text, "hello");
    EXPECT_EQ(end, 0);

    ::close(unheard_pair.peer);
    hear(end);
}

TEST_F(UnheardPeerTest, is_heard_to_its_end_when_somebody_listens_at_last)
{
    std::string said;
    for (int i = 0; i < 50; ++i) said += "line " + std::to_string(i) + "\n";
    speak_unheard(said.substr(0, 20));
    unheard_pair.write(said.substr(20));
    ::close(unheard_pair.peer);
    reactor.turn(0);
    int end = -1;
    EXPECT_EQ(hear(end), said);
    EXPECT_EQ(end, 0);
}

Task<> stop(Receiver& receiver, Slot slot, Reactor& reactor)
{
    co_await receiver.stop();
    reactor.ring().close(slot);
}

TEST_F(UnheardPeerTest, may_be_left_unheard)
{
    speak_unheard("twelve bytes");
    scope.spawn(stop(unheard, unheard_pair.slot, reactor));
    run_until(reactor, [&] { return scope.running() == 0; });
    ::close(unheard_pair.peer);
}

}  // namespace
}  // namespace pivot::reactor
