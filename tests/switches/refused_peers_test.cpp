#include "switches/asterisk/refused_peers.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::switches::asterisk {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr Nanoseconds minute = RefusedPeers::period_ns;

TEST(RefusedPeers, are_named_at_once_and_then_once_a_minute_with_the_number_of_tries)
{
    RefusedPeers refused;
    EXPECT_THAT(refused.refuse("10.0.0.5", 0), StartsWith("10.0.0.5 may not connect"));
    for (int i = 1; i <= 3; ++i) EXPECT_THAT(refused.refuse("10.0.0.5", i * second_ns), IsEmpty());
    EXPECT_THAT(refused.take_due(minute - 1), IsEmpty());
    EXPECT_THAT(refused.take_due(minute),
                ElementsAre(StartsWith("10.0.0.5 was refused 3 more times: ")));
    EXPECT_THAT(refused.refuse("10.0.0.5", minute + second_ns), IsEmpty());
    EXPECT_THAT(refused.take_due(2 * minute), ElementsAre(HasSubstr("refused 1 more time: ")));
}

TEST(RefusedPeers, who_stop_are_new_when_they_come_again)
{
    RefusedPeers refused;
    refused.refuse("10.0.0.5", 0);
    EXPECT_THAT(refused.take_due(minute), IsEmpty());
    EXPECT_THAT(refused.refuse("10.0.0.5", minute), StartsWith("10.0.0.5 may not connect"));
}

TEST(RefusedPeers, beyond_a_number_are_counted_together)
{
    RefusedPeers refused;
    for (std::size_t i = 0; i < RefusedPeers::peers_max; ++i) {
        EXPECT_THAT(refused.refuse(fmt::format("10.0.0.{}", i), 0), HasSubstr("may not connect"));
    }
    EXPECT_THAT(refused.refuse("10.0.1.1", 0), StartsWith("another address may not connect"));
    EXPECT_THAT(refused.refuse("10.0.1.2", 0), IsEmpty());
    EXPECT_THAT(refused.refuse("10.0.0.1", 0), IsEmpty());
    EXPECT_THAT(refused.take_due(minute), ElementsAre(StartsWith("10.0.0.1 was refused 1"),
                                                      StartsWith("another address was")));
}

}  // namespace
}  // namespace pivot::switches::asterisk
