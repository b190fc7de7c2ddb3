#include "reactor/pulse.hpp"

#include "reactor/run_until.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace pivot::reactor {
namespace {

TEST(Pulse, beats_again_after_a_turn_and_not_before)
{
    Pulse pulse;
    std::unique_ptr<Reactor> reactor;
    EXPECT_TRUE(pulse.beats());
    EXPECT_TRUE(pulse.beats());
    pulse.follow(&test::open_reactor(reactor));
    EXPECT_TRUE(pulse.beats());
    EXPECT_FALSE(pulse.beats());
    EXPECT_FALSE(pulse.beats());
    reactor->turn(0);
    EXPECT_TRUE(pulse.beats());
    EXPECT_FALSE(pulse.beats());
    pulse.follow(nullptr);
    EXPECT_TRUE(pulse.beats());
    reactor.reset();  // which still delivers it
}

}  // namespace
}  // namespace pivot::reactor
