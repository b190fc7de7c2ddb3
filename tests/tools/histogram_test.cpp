#include "pivot/load/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace pivot::tools {
namespace {

constexpr Nanoseconds second_ns = 1'000'000'000;

// What a histogram of this one value says of it.
Nanoseconds recalled(Nanoseconds value)
{
    Histogram histogram;
    histogram.record(0);
    histogram.record(value);
    histogram.record(200 * second_ns);  // so that no maximum narrows the bucket
    return histogram.percentile(66);
}

TEST(Histogram, that_is_empty_says_zero)
{
    const Histogram histogram;
    EXPECT_EQ(histogram.count(), 0U);
    EXPECT_EQ(histogram.min(), 0);
    EXPECT_EQ(histogram.max(), 0);
    EXPECT_EQ(histogram.percentile(50), 0);
}

TEST(Histogram, is_exact_for_small_values)
{
    for (Nanoseconds value = 0; value < 1'024; ++value) EXPECT_EQ(recalled(value), value);
}

TEST(Histogram, is_less_than_a_fifth_of_a_percent_too_high_up_to_100_seconds)
{
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> exponents(0, std::log(100.0 * second_ns));
    for (int i = 0; i < 20'000; ++i) {
        const auto value = static_cast<Nanoseconds>(std::exp(exponents(random)));
        const Nanoseconds found = recalled(value);
        ASSERT_GE(found, value);
        ASSERT_LE(static_cast<double>(found), static_cast<double>(value) * 1.002);
    }
    for (int bit = 0; bit < 37; ++bit) {  // where one bucket width ends and the next begins
        for (Nanoseconds value = (Nanoseconds{1} << bit) - 1; value <= (Nanoseconds{1} << bit) + 1;
             ++value) {
            if (value > 100 * second_ns) continue;
            ASSERT_GE(recalled(value), value);
            ASSERT_LE(static_cast<double>(recalled(value)), static_cast<double>(value) * 1.002);
        }
    }
}

TEST(Histogram, has_the_percentiles_of_a_sorted_list)
{
    std::mt19937_64 random(11);
    std::lognormal_distribution<double> durations(13, 2);
    Histogram histogram;
    std::vector<Nanoseconds> values(10'000);
    for (Nanoseconds& value : values) {
        value = static_cast<Nanoseconds>(durations(random));
        histogram.record(value);
    }
    std::ranges::sort(values);
    EXPECT_EQ(histogram.count(), values.size());
    EXPECT_EQ(histogram.min(), values.front());
    EXPECT_EQ(histogram.max(), values.back());
    EXPECT_EQ(histogram.percentile(100), values.back());
    for (const double percent : {1.0, 50.0, 90.0, 99.0, 99.9}) {
        const auto rank = static_cast<std::size_t>(std::lround(percent * 100));
        const auto exact = static_cast<double>(values[rank - 1]);
        EXPECT_NEAR(static_cast<double>(histogram.percentile(percent)), exact, exact * 0.002);
    }
}

TEST(Histogram, keeps_what_is_out_of_range_in_its_minimum_and_maximum)
{
    Histogram histogram;
    histogram.record(-5);
    histogram.record(1'000 * second_ns);
    EXPECT_EQ(histogram.count(), 2U);
    EXPECT_EQ(histogram.min(), -5);
    EXPECT_EQ(histogram.max(), 1'000 * second_ns);
    EXPECT_EQ(histogram.percentile(50), 0);
}

TEST(Histogram, of_negative_values_has_negative_percentiles)
{
    Histogram histogram;
    histogram.record(-7);
    histogram.record(-5);
    EXPECT_EQ(histogram.max(), -5);
    EXPECT_EQ(histogram.percentile(99), -5);
}

TEST(Histogram, adds_another)
{
    Histogram one;
    Histogram other;
    Histogram both;
    for (Nanoseconds value = 1; value < 3'000; value += 7) {
        (value % 2 == 0 ? one : other).record(value * value);
        both.record(value * value);
    }
    one.add(other);
    EXPECT_EQ(one.count(), both.count());
    EXPECT_EQ(one.min(), both.min());
    EXPECT_EQ(one.max(), both.max());
    for (const double percent : {10.0, 50.0, 99.0}) {
        EXPECT_EQ(one.percentile(percent), both.percentile(percent));
    }
    one.add(Histogram());
    EXPECT_EQ(one.min(), both.min());
    EXPECT_EQ(one.max(), both.max());
}

}  // namespace
}  // namespace pivot::tools
