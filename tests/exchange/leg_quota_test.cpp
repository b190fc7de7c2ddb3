#include "exchange/leg_quota.hpp"

#include <utility>

#include <gmock/gmock.h>

namespace pivot::test {
namespace {

using exchange::LegQuota;
using testing::HasSubstr;

TEST(LegQuota, has_a_leg_less_for_each_that_is_there)
{
    LegQuota quota;
    auto first = quota.take({.legs_max = 2}, 0);
    auto second = quota.take({.legs_max = 2}, 0);
    ASSERT_TRUE(first && second);
    EXPECT_THAT(quota.take({.legs_max = 2}, 0).error(),
                HasSubstr("2 legs are dialled, which is the limit (limits.legs_max"));
    first->reset();
    EXPECT_TRUE(quota.take({.legs_max = 2}, 0));
}

TEST(LegQuota, counts_what_began_within_a_minute_even_if_it_has_ended)
{
    LegQuota quota;
    const exchange::LegLimits limits{.legs_per_minute_max = 2};
    EXPECT_TRUE(quota.take(limits, 0));
    EXPECT_TRUE(quota.take(limits, 30 * second_ns));
    EXPECT_THAT(quota.take(limits, 60 * second_ns - 1).error(),
                HasSubstr("2 legs were dialled within a minute, which is the limit"));
    EXPECT_TRUE(quota.take(limits, 60 * second_ns));
    EXPECT_FALSE(quota.take(limits, 60 * second_ns));
    EXPECT_TRUE(quota.take(limits, 90 * second_ns));
}

TEST(LegQuota, without_limits_has_any_number)
{
    LegQuota quota;
    for (int count = 0; count < 1'000; ++count) EXPECT_TRUE(quota.take({}, 0));
}

}  // namespace
}  // namespace pivot::test
