#include "pivot/load/load_report.hpp"

#include "base/json.hpp"
#include "pivot/load/load_progress.hpp"
#include "shown.hpp"

#include <gtest/gtest.h>

namespace pivot::tools {
namespace {

using test::Shown;

void add_pivots(LoadStatistics& statistics)
{
    Outcome processed;
    processed.kind = OutcomeKind::processed;
    processed.exchange.emplace();
    processed.exchange->status = 200;
    processed.exchange->timings_us.total = 900;
    statistics.add(Shown(processed).view(), 1'000'000, 0, 0);
    Outcome silent;
    silent.failure = Failure{Reason::timeout, Phase::wait, "the time was up", {}};
    statistics.add(Shown(silent).view(), 2'000'250, 0, 2'000'000);
}

void fill(LoadReport& report)
{
    report.url = "http://127.0.0.1/";
    report.concurrency = 8;
    report.reactors = 1;
    report.window_ns = 500'000'000;
    report.cpu = {.user_ns = 20'000, .system_ns = 40'000};
    report.rss_bytes_peak = 1'000;
    report.rss_bytes_per_call = 10;
    report.in_flight_max = 7;
    add_pivots(report.statistics);
}

TEST(LoadReport, is_one_json_object)
{
    LoadReport report;
    fill(report);
    EXPECT_EQ(report.to_json(),
              R"({"pivots":2,"seconds":0.500000,"rate":4.000,"concurrency":8,"reactors":1,)"
              R"("in_flight_max":7,"outcomes":{"processed":1,"timeout":1},)"
              R"("latency_us":{"p50":1000.447,"p90":2000.250,"p99":2000.250,"p99_9":2000.250,)"
              R"("max":2000.250},"phases_us":{"dns":{"p50":0.000,"p99":0.000},)"
              R"("connect":{"p50":0.000,"p99":0.000},"tls":{"p50":0.000,"p99":0.000},)"
              R"("first_byte":{"p50":0.000,"p99":0.000},"total":{"p50":900.000,"p99":900.000}},)"
              R"("timeout_lateness_us":{"count":1,"min":0.250,"p50":0.250,"p99":0.250,)"
              R"("p99_9":0.250,"max":0.250},)"
              R"("cpu_us_per_pivot":{"user":10.000,"system":20.000,"total":30.000},)"
              R"("rss_bytes":{"peak":1000,"per_call_in_flight":10}})");
}

TEST(LoadReport, without_pivots_is_json_too)
{
    json::Document document;
    const auto value = document.read(LoadReport().to_json());
    ASSERT_TRUE(value) << value.error().message;
    EXPECT_EQ(value->find("rate")->text(), "0.000");
}

TEST(LoadReport, is_a_table_for_people)
{
    LoadReport report;
    fill(report);
    const std::string text = report.to_text();
    for (const auto* part :
         {"8 at a time, each starting after its last one, 1 reactor\n", "2 in 0.50 s",
          "4.0 per second", "processed", "50.000 %", "the time was up", "latency",
          "timeouts late by", "30.00 µs per pivot: user 10.00, system 20.00",
          "for each of 7 calls in flight"}) {
        EXPECT_NE(text.find(part), std::string::npos) << part << '\n' << text;
    }
}

TEST(LoadReport, durations_have_three_digits)
{
    EXPECT_EQ(duration_text(250), "0.25 µs");
    EXPECT_EQ(duration_text(-250), "-0.25 µs");
    EXPECT_EQ(duration_text(870'400), "870 µs");
    EXPECT_EQ(duration_text(1'204'000), "1.20 ms");
    EXPECT_EQ(duration_text(45'000'000), "45 ms");
    EXPECT_EQ(duration_text(5'000'000'000), "5.00 s");
}

TEST(LoadProgress, tells_how_the_load_goes)
{
    LoadStatistics statistics;
    EXPECT_EQ(progress_text({.now = 10, .window_begin = never, .in_flight = 3}, statistics, 0),
              "warming up   3 in flight");
    add_pivots(statistics);
    EXPECT_EQ(progress_text({.now = 1'600'000'000, .window_begin = 100'000'000, .in_flight = 7},
                            statistics, 1'234),
              "1.5 s   1234/s   7 in flight   p50 1.00 ms   p99 2.00 ms   processed 1 timeout 1");
}

}  // namespace
}  // namespace pivot::tools
