#include "base/near_miss.hpp"

#include <string>

#include <gtest/gtest.h>

namespace pivot {
namespace {

TEST(NearMiss, is_a_letter_or_two_away)
{
    constexpr std::string_view known[] = {"press", "leg", "expect"};
    EXPECT_EQ(near_miss("prss", known), "press");
    EXPECT_EQ(near_miss("EXPECT", known), "expect");
    EXPECT_EQ(near_miss("lag", known), "leg");
    EXPECT_EQ(near_miss("x", known), "");
    EXPECT_EQ(near_miss("", known), "");
    EXPECT_EQ(near_miss(std::string(1'000, 'e'), known), "");
}

}  // namespace
}  // namespace pivot
