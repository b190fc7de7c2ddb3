// What an engine has done so far, as Prometheus reads it.
#include "engine/whole_call_fixture.hpp"

#include <map>
#include <sstream>
#include <string>

#include <gmock/gmock.h>

namespace pivot::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Sample by sample. What is not a sample of a family that was begun before is not in it.
std::map<std::string, double> samples_of(const std::string& text)
{
    std::map<std::string, double> samples;
    std::istringstream lines(text);
    std::string family;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# HELP ")) family = line.substr(7, line.find(' ', 7) - 7);
        if (line.starts_with('#') || family.empty() || !line.starts_with(family)) continue;
        const std::size_t end = line.rfind(' ');
        EXPECT_TRUE(samples.emplace(line.substr(0, end), std::stod(line.substr(end))).second)
            << line;
    }
    return samples;
}

class Metrics : public SessionTest {
protected:
    double value(const std::string& sample)
    {
        const auto samples = samples_of(engine().metrics());
        const auto found = samples.find(sample);
        return found == samples.end() ? -1 : found->second;
    }
};

TEST_F(Metrics, count_outcomes_by_reason_and_phase)
{
    HttpPeer peer{answer()};
    HttpPeer busy{[](HttpPeer::Exchange& exchange) { exchange.reply(503, "text/plain", ""); }};
    const auto run = [&](const std::string& text) {
        std::promise<void> ended;
        engine().start(request_of(text), [&](Outcome) { ended.set_value(); });
        ended.get_future().wait();
    };
    run(node(peer.url("/")));
    run(node(peer.url("/")));
    run(node(peer.url("/"), R"(,"skip_module":true)"));
    run(node(busy.url("/")));
    EXPECT_EQ(value(R"(pivot_outcomes_total{outcome="processed",reason="",phase=""})"), 2);
    EXPECT_EQ(value(R"(pivot_outcomes_total{outcome="skipped",reason="",phase=""})"), 1);
    EXPECT_EQ(value(R"(pivot_outcomes_total{outcome="failed",reason="status",phase="read"})"), 1);
    EXPECT_EQ(value("pivot_exchange_duration_seconds_count"), 3);
    EXPECT_EQ(value(R"(pivot_exchange_duration_seconds_bucket{le="+Inf"})"), 3);
    EXPECT_GT(value("pivot_exchange_duration_seconds_sum"), 0);
    EXPECT_EQ(value(R"(pivot_dns_lookups_total{result="found"})"), 2) << "one for each connection";
    EXPECT_EQ(value(R"(pivot_phase_duration_seconds_count{phase="connect"})"), 2) << "likewise";
    EXPECT_EQ(value(R"(pivot_phase_duration_seconds_count{phase="tls"})"), 0);
    EXPECT_EQ(value(R"(pivot_attempts_total{kind="first"})"), 3);
}

TEST_F(Metrics, tell_retries_and_fallbacks_from_first_requests)
{
    HttpPeer peer{answer()};
    HttpPeer busy{[](HttpPeer::Exchange& exchange) { exchange.reply(503, "text/plain", ""); }};
    std::promise<void> ended;
    const std::string voice_url = busy.url("/#rc=2&rp=5xx");
    engine().start(request_of(node(voice_url, R"(,"fallback_url":")" + peer.url("/") + '"')),
                   [&](Outcome) { ended.set_value(); });
    ended.get_future().wait();
    EXPECT_EQ(value(R"(pivot_attempts_total{kind="first"})"), 1);
    EXPECT_EQ(value(R"(pivot_attempts_total{kind="retry"})"), 2);
    EXPECT_EQ(value(R"(pivot_attempts_total{kind="fallback"})"), 1);
}

TEST_F(Metrics, show_how_late_a_deadline_was)
{
    HttpPeer silent{[](HttpPeer::Exchange& exchange) { exchange.hold(); }};
    std::promise<void> ended;
    engine().start(request_of(node(silent.url("/"), R"(,"req_timeout_ms":1)")),
                   [&](Outcome) { ended.set_value(); });
    ended.get_future().wait();
    EXPECT_EQ(value("pivot_deadline_lateness_seconds_count"), 1);
    EXPECT_GE(value("pivot_deadline_lateness_seconds_sum"), 0);
}

TEST_F(Metrics, show_sessions_and_what_is_refused)
{
    config.calls_max = 1;
    page("/first", "<Say>Hello</Say>");
    Phone& caller = phone();
    caller.on("say", [](JobId) {});
    start(caller);
    ASSERT_TRUE(wait_until([&] { return caller.has_been("say"); }));
    EXPECT_EQ(value("pivot_sessions_in_flight"), 1);
    EXPECT_EQ(value("pivot_calls_in_flight"), 1);
    EXPECT_EQ(value("pivot_calls_limit"), 1);
    EXPECT_EQ(value(R"(pivot_calls_refused_total{reason="limit"})"), 0);
    EXPECT_EQ(value(R"(pivot_pool_connections{state="idle"})"), 1);
    EXPECT_EQ(value(R"(pivot_pool_connections{state="used"})"), 0);

    start(phone());
    EXPECT_EQ(value(R"(pivot_calls_refused_total{reason="limit"})"), 1);
    EXPECT_EQ(value("pivot_draining"), 0);
    engine().stop(0ms);
    EXPECT_EQ(value("pivot_sessions_in_flight"), 0);
    EXPECT_EQ(value("pivot_draining"), 1);
    Phone& late = phone();
    EXPECT_FALSE(engine().start(request(), late, late.ticket));
    EXPECT_EQ(value(R"(pivot_calls_refused_total{reason="stopping"})"), 1);
    EXPECT_EQ(value(R"(pivot_calls_refused_total{reason="limit"})"), 1);
}

TEST_F(Metrics, name_no_call_and_no_customer)
{
    page("/first", "<Hangup/>");
    ASSERT_TRUE(wait_for_end(start(phone())));
    EXPECT_THAT(engine().metrics(),
                AllOf(HasSubstr("pivot_build_info{version="), Not(HasSubstr("127.0.0.1")),
                      Not(HasSubstr("/first")), Not(HasSubstr(some_call().call_id + '"'))));
}

}  // namespace
}  // namespace pivot::test
