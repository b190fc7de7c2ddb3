#include "pivot/load/load_window.hpp"

#include <gtest/gtest.h>

namespace pivot::tools {
namespace {

TEST(LoadWindow, of_a_duration_counts_what_finishes_in_it)
{
    LoadWindow window(0);
    EXPECT_TRUE(window.admit(10).may_start);
    EXPECT_FALSE(window.covers(10));
    window.close(200);
    window.open(100);
    EXPECT_FALSE(window.covers(99));
    EXPECT_TRUE(window.covers(100));
    EXPECT_TRUE(window.admit(199).may_start);
    EXPECT_FALSE(window.covers(200));
    EXPECT_FALSE(window.admit(200).may_start);
}

TEST(LoadWindow, of_a_count_admits_so_many_after_it_has_opened)
{
    LoadWindow window(2);
    for (int i = 0; i < 5; ++i) {
        const auto [may_start, may_count] = window.admit(10);
        EXPECT_TRUE(may_start);
        EXPECT_FALSE(may_count);
    }
    window.open(100);
    for (int i = 0; i < 2; ++i) {
        const auto [may_start, may_count] = window.admit(100 + i);
        EXPECT_TRUE(may_start);
        EXPECT_TRUE(may_count);
    }
    EXPECT_FALSE(window.admit(103).may_start);
}

}  // namespace
}  // namespace pivot::tools
