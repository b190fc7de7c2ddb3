#include "pivot/load/load_statistics.hpp"

#include "shown.hpp"

#include <gtest/gtest.h>

namespace pivot::tools {
namespace {

using test::Shown;

Outcome processed()
{
    Outcome outcome;
    outcome.kind = OutcomeKind::processed;
    outcome.exchange.emplace();
    outcome.exchange->status = 200;
    outcome.exchange->timings_us = {.dns = 1, .connect = 2, .tls = 3, .first_byte = 4, .total = 5};
    return outcome;
}

Outcome failed(Reason reason, std::string message)
{
    Outcome outcome;
    outcome.failure = Failure{reason, Phase::wait, std::move(message), {}};
    return outcome;
}

std::uint64_t pivots(const LoadStatistics& statistics, std::string_view name)
{
    for (const OutcomeCount& outcome : statistics.outcomes()) {
        if (outcome.name == name) return outcome.pivots;
    }
    return 999;
}

TEST(LoadStatistics, count_outcomes_by_reason_with_the_first_message)
{
    LoadStatistics statistics;
    statistics.add(Shown(processed()).view(), 100, 0, 0);
    statistics.add(Shown(failed(Reason::connect, "refused")).view(), 200, 0, 0);
    statistics.add(Shown(failed(Reason::connect, "unreachable")).view(), 300, 0, 0);
    EXPECT_EQ(statistics.pivots(), 3U);
    EXPECT_EQ(statistics.last(), 300);
    const auto outcomes = statistics.outcomes();
    ASSERT_EQ(outcomes.size(), 3U);
    EXPECT_EQ(outcomes[0].name, "processed");
    EXPECT_EQ(outcomes[0].pivots, 1U);
    EXPECT_EQ(outcomes[1].name, "connect");
    EXPECT_EQ(outcomes[1].pivots, 2U);
    EXPECT_EQ(outcomes[1].example, "refused");
    EXPECT_EQ(outcomes[2].name, "timeout");
    EXPECT_EQ(outcomes[2].pivots, 0U);
}

TEST(LoadStatistics, have_latency_from_when_a_pivot_was_due)
{
    LoadStatistics statistics;
    statistics.add(Shown(processed()).view(), 350, 250, 0);
    EXPECT_EQ(statistics.latency().max(), 100);
    EXPECT_EQ(statistics.timeout_lateness().count(), 0U);
    EXPECT_EQ(statistics.phases().dns.max(), 1'000);
    EXPECT_EQ(statistics.phases().total.max(), 5'000);
}

TEST(LoadStatistics, say_how_late_timeouts_were_and_that_one_was_early)
{
    LoadStatistics statistics;
    statistics.add(Shown(failed(Reason::timeout, "the time was up")).view(), 1'040, 0, 1'000);
    statistics.add(Shown(failed(Reason::timeout, "the time was up")).view(), 1'997, 0, 2'000);
    EXPECT_EQ(statistics.timeout_lateness().count(), 2U);
    EXPECT_EQ(statistics.timeout_lateness().min(), -3);
    EXPECT_EQ(statistics.timeout_lateness().max(), 40);
}

TEST(LoadStatistics, leave_out_the_first_byte_that_never_came)
{
    LoadStatistics statistics;
    Outcome silent = failed(Reason::timeout, "the time was up");
    silent.exchange.emplace();
    statistics.add(Shown(silent).view(), 10, 0, 5);
    EXPECT_EQ(statistics.phases().first_byte.count(), 0U);
    EXPECT_EQ(statistics.phases().total.count(), 1U);
}

TEST(LoadStatistics, of_several_reactors_add_up)
{
    LoadStatistics one;
    LoadStatistics other;
    one.add(Shown(processed()).view(), 100, 0, 0);
    other.add(Shown(processed()).view(), 200, 0, 0);
    other.add(Shown(failed(Reason::status, "503")).view(), 300, 0, 0);
    LoadStatistics all;
    all.add(one);
    all.add(other);
    EXPECT_EQ(all.pivots(), 3U);
    EXPECT_EQ(all.last(), 300) << "the last of all";
    EXPECT_EQ(pivots(all, "processed"), 2U);
    EXPECT_EQ(pivots(all, "status"), 1U);
    EXPECT_EQ(all.latency().max(), 300);
    EXPECT_EQ(all.outcomes().back().example, "503");
}

}  // namespace
}  // namespace pivot::tools
