#include "base/backoff.hpp"

#include <set>

#include <gtest/gtest.h>

namespace pivot {
namespace {

constexpr Nanoseconds ms = 1'000'000;
constexpr Backoff backoff = {.pause_ns_min = 100 * ms, .pause_ns_max = 1'000 * ms};

TEST(Backoff, doubles_up_to_its_maximum_a_fifth_more_or_less)
{
    std::minstd_rand random;
    const Nanoseconds middles_ms[] = {100, 200, 400, 800, 1'000, 1'000};
    for (int i = 0; i < 1'000; ++i) {
        int failures = 0;
        for (const auto middle : middles_ms) {
            const auto pause_ms = backoff.pause_ns(failures++, random) / ms;
            EXPECT_GE(pause_ms, middle * 8 / 10);
            EXPECT_LE(pause_ms, std::min<Nanoseconds>(middle * 12 / 10, 1'000));
        }
    }
}

TEST(Backoff, parts_those_who_failed_together)
{
    std::minstd_rand random;
    std::set<Nanoseconds> pauses;
    for (int i = 0; i < 100; ++i) pauses.insert(backoff.pause_ns(0, random) / ms);
    EXPECT_GT(pauses.size(), 10u);
}

TEST(Backoff, stays_at_its_maximum_however_often_it_failed)
{
    std::minstd_rand random;
    EXPECT_LE(backoff.pause_ns(1'000'000, random), 1'000 * ms);
}

}  // namespace
}  // namespace pivot
