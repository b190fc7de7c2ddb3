#include "switches/kazoo/settled_requests.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace pivot::switches::kazoo {
namespace {

constexpr Nanoseconds kept_ns = SettledRequests::kept_ns;

TEST(KazooSettledRequests, one_is_recognised_for_its_time)
{
    SettledRequests settled;
    EXPECT_FALSE(settled.contains("a", 1));
    settled.add("a", 1);
    EXPECT_TRUE(settled.contains("a", 1));
    EXPECT_TRUE(settled.contains("a", kept_ns));
    EXPECT_FALSE(settled.contains("a", kept_ns + 1));
    EXPECT_FALSE(settled.contains("b", 1));
    settled.add("a", kept_ns + 1);
    EXPECT_TRUE(settled.contains("a", 2 * kept_ns));
}

TEST(KazooSettledRequests, a_thousand_a_second_are_told_apart_however_long_they_come)
{
    constexpr int seconds = 150;
    constexpr int rate = 1'000;
    const auto key = [](int number) { return fmt::format("message-{}\ncall-{}", number, number); };
    SettledRequests settled;
    for (int i = 0; i < seconds * rate; ++i) {
        const Nanoseconds now = i * (second_ns / rate);
        const std::string added = key(i);
        ASSERT_FALSE(settled.contains(added, now)) << i;
        settled.add(added, now);
        const int before = i - 60 * rate;
        if (i % 97 != 0) continue;
        if (before + 1 >= 0) {
            ASSERT_TRUE(settled.contains(key(before + 1), now)) << i;
        }
        if (before >= 0) {
            ASSERT_FALSE(settled.contains(key(before), now)) << i;
        }
    }
}

}  // namespace
}  // namespace pivot::switches::kazoo
