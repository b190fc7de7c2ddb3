#include "session/cdr_delivery.hpp"

#include "reactor/run_until.hpp"
#include "session/watched_spool.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using namespace std::chrono_literals;

// A CDR's URL says what its server answers: `https://h/200`, `https://h/503`, and `https://h/hang`.
class FakePoster final : public session::CdrPoster {
public:
    reactor::Task<Result<int>> post(const session::Cdr& cdr, reactor::Deadline& deadline) override
    {
        const auto origin = cdr.origin();
        posted.push_back(cdr.id);
        in_flight_max = std::max(in_flight_max, ++in_flight);
        origin_in_flight_max = std::max(origin_in_flight_max, ++of_origin_[origin]);
        const auto path = cdr.url.substr(cdr.url.rfind('/') + 1);
        if (path == "hang" && !is_up) co_await never_.wait(deadline);
        if (path == "slow") {
            reactor::Sleep sleep(deadline.reactor().now() + 1'000'000, deadline);
            co_await sleep;
        }
        --in_flight;
        --of_origin_[origin];
        if (path == "hang" && !is_up) {
            co_return fail(Reason::timeout, Phase::wait, "no answer");
        }
        if (path == "refused" && !is_up) {
            co_return fail(Reason::connect, Phase::connect, "connection refused");
        }
        co_return is_up || path == "slow" ? 200 : std::stoi(path);
    }

    std::ptrdiff_t count(std::string_view id) const { return std::ranges::count(posted, id); }

    bool is_up = false;  // all servers answer 200
    std::vector<std::string> posted;
    std::size_t in_flight = 0;
    std::size_t in_flight_max = 0;
    std::size_t origin_in_flight_max = 0;

private:
    std::map<std::string, std::size_t> of_origin_;
    reactor::Event never_;
};

class CdrDeliveryTest : public ::testing::Test {
protected:
    ~CdrDeliveryTest() override
    {
        if (closing_) stop();
    }

    void put(std::string id, std::string url, std::chrono::milliseconds age = 0ms)
    {
        spool_.put({.id = std::move(id),
                    .call_id = "c1",
                    .account_id = {},
                    .url = std::move(url),
                    .body = "Call-ID=c1",
                    .ended_unix_ms = reactor_->clock().unix_now_ms() - age.count(),
                    .is_recorded = false},
                   {});
    }

    void start()
    {
        delivery_.emplace(
            spool_, poster_, reactor_->clock(), config_,
            [this](LogLevel, std::string_view, std::string_view line) { log_.emplace_back(line); });
        closing_.emplace(*reactor_, never);
        scope_.spawn(delivery_->run(*closing_));
    }
    void stop()
    {
        closing_->expire(Reason::cancelled);
        run_until(*reactor_, [&] { return scope_.running() == 0; });
        closing_.reset();
        run_until_idle(*reactor_);
        EXPECT_EQ(poster_.in_flight, 0U);
    }
    void wait_until(std::predicate auto condition) { run_until(*reactor_, condition); }

    std::unique_ptr<reactor::Reactor> reactor_;
    reactor::Scope scope_{
        open_reactor(reactor_, {.ring = {}, .buffers = {}, .clock = reactor::Clock::Kind::manual})};
    WatchedSpool spool_{*reactor_};
    FakePoster poster_;
    session::CdrDeliveryConfig config_;
    std::optional<session::CdrDelivery> delivery_;
    std::optional<reactor::Deadline> closing_;
    std::vector<std::string> log_;
};

TEST_F(CdrDeliveryTest, what_is_due_is_delivered_once_and_removed)
{
    put("1", "https://h/200");
    put("2", "https://h/204");
    start();
    wait_until([&] { return spool_.size() == 0; });
    EXPECT_EQ(poster_.posted, (std::vector<std::string>{"1", "2"}));
    EXPECT_TRUE(log_.empty());
}

TEST_F(CdrDeliveryTest, what_is_put_later_is_seen)
{
    config_.look_after_min = 1h;
    start();
    wait_until([&] { return spool_.queries() == 1; });
    put("1", "https://h/200");
    delivery_->wake();
    wait_until([&] { return spool_.size() == 0; });
}

TEST_F(CdrDeliveryTest, without_a_wake_up_it_looks_now_and_then)
{
    start();
    wait_until([&] { return spool_.queries() >= 3; });
    put("1", "https://h/200");
    wait_until([&] { return spool_.size() == 0; });
}

TEST_F(CdrDeliveryTest, an_empty_spool_is_looked_at_once_a_minute_in_the_end)
{
    start();
    const auto passed = [this, began = reactor_->now()] { return reactor_->now() - began; };
    wait_until([&] { return passed() >= std::chrono::nanoseconds(1h).count(); });
    EXPECT_LE(spool_.queries(), 70);
    EXPECT_GE(spool_.queries(), 60);
    put("1", "https://h/200");
    delivery_->wake();
    const auto before = spool_.queries();
    wait_until([&] { return spool_.size() == 0; });
    EXPECT_LE(spool_.queries(), before + 3);
}

TEST_F(CdrDeliveryTest, what_has_failed_is_tried_again_when_its_time_has_come)
{
    config_.look_after_min = 1h;
    config_.look_after_max = 1h;
    put("1", "https://h/503");
    start();
    const auto began = reactor_->now();
    wait_until([&] { return poster_.count("1") == 3; });
    EXPECT_LE(reactor_->now() - began, std::chrono::nanoseconds(4s).count());
}

TEST_F(CdrDeliveryTest, what_fails_is_tried_again_until_it_is_delivered)
{
    for (const auto* path : {"503", "404", "302", "429", "refused"}) {
        put(path, fmt::format("https://{}.example/{}", path, path));
    }
    start();
    wait_until([&] {
        return spool_.attempts("503") >= 3 && spool_.attempts("404") >= 3 &&
               spool_.attempts("302") >= 3 && spool_.attempts("429") >= 3 &&
               spool_.attempts("refused") >= 3;
    });
    EXPECT_EQ(spool_.size(), 5U);
    poster_.is_up = true;
    wait_until([&] { return spool_.size() == 0; });
    EXPECT_TRUE(log_.empty());
}

TEST_F(CdrDeliveryTest, the_pause_is_doubled_with_each_failure_a_fifth_more_or_less)
{
    put("1", "https://h/404");
    start();
    auto pause = config_.backoff_min;
    for (int attempt = 1; attempt <= 12; ++attempt) {
        wait_until([&] { return spool_.attempts("1") == attempt; });
        const std::chrono::milliseconds next(spool_.next_at_unix_ms("1") -
                                             reactor_->clock().unix_now_ms());
        EXPECT_GE(next, pause * 8 / 10) << attempt;
        EXPECT_LE(next, pause * 12 / 10) << attempt;
        pause = std::min(2 * pause, config_.backoff_max);
    }
}

TEST_F(CdrDeliveryTest, a_bounded_number_is_in_flight)
{
    config_.in_flight_max = 5;
    config_.origin_in_flight_max = 2;
    for (int i = 0; i < 50; ++i) put(fmt::format("{}", i), fmt::format("https://h{}/slow", i % 10));
    start();
    wait_until([&] { return spool_.size() == 0; });
    EXPECT_EQ(poster_.in_flight_max, 5U);
    EXPECT_LE(poster_.origin_in_flight_max, 2U);
    EXPECT_EQ(poster_.posted.size(), 50U);
}

TEST_F(CdrDeliveryTest, a_server_that_hangs_starves_no_other)
{
    for (int i = 0; i < 100; ++i) put(fmt::format("a{}", i), "https://dead/hang");
    for (int i = 0; i < 100; ++i) put(fmt::format("b{}", i), "https://live/200");
    start();
    wait_until([&] { return spool_.size() == 100; });
    EXPECT_EQ(poster_.origin_in_flight_max, config_.origin_in_flight_max);
    EXPECT_FALSE(spool_.has("b99"));
}

TEST_F(CdrDeliveryTest, an_origin_in_trouble_is_left_alone)
{
    config_.backoff_min = 1h;
    config_.backoff_max = 1h;
    for (int i = 0; i < 100; ++i) put(fmt::format("a{}", i), "https://dead/503");
    put("b", "https://live/200");
    start();
    wait_until([&] { return !spool_.has("b"); });
    const auto queries = spool_.queries();
    wait_until([&] { return spool_.queries() >= queries + 3; });
    EXPECT_LE(poster_.posted.size(), config_.origin_in_flight_max + 1);
}

TEST_F(CdrDeliveryTest, a_cdr_that_is_refused_leaves_its_origin_at_work)
{
    config_.backoff_min = 1h;
    config_.backoff_max = 1h;
    put("a", "https://h/404");
    for (int i = 0; i < 50; ++i) put(fmt::format("b{}", i), "https://h/200");
    start();
    wait_until([&] { return spool_.size() == 1; });
    EXPECT_EQ(poster_.count("a"), 1);
}

TEST_F(CdrDeliveryTest, an_origin_that_comes_back_is_served_at_once)
{
    for (int i = 0; i < 20; ++i) put(fmt::format("{}", i), "https://h/503");
    start();
    wait_until([&] { return poster_.posted.size() >= 8; });
    poster_.is_up = true;
    wait_until([&] { return spool_.size() == 0; });
}

TEST_F(CdrDeliveryTest, one_that_is_too_old_is_given_up_with_a_line_in_the_log)
{
    put("old", "https://ann:secret@h/503", 7 * 24h + 1ms);
    put("older", "https://i/refused", 14 * 24h);
    put("delivered", "https://j/200", 14 * 24h);
    put("young", "https://k/503");
    start();
    wait_until([&] { return spool_.size() == 1; });
    EXPECT_TRUE(spool_.has("young"));
    std::ranges::sort(log_);
    EXPECT_EQ(
        log_,
        (std::vector<std::string>{
            "the CDR of call c1 is given up, undelivered for 168 hours: connection refused; it "
            "is for https://i/refused (Idempotency-Key: older): Call-ID=c1",
            "the CDR of call c1 is given up, undelivered for 168 hours: status 503; it is for "
            "https://[redacted]@h/503 (Idempotency-Key: old): Call-ID=c1"}));
}

TEST_F(CdrDeliveryTest, an_attempt_has_a_time_out)
{
    config_.attempt_max = 1ms;
    put("1", "https://h/hang");
    start();
    wait_until([&] { return spool_.attempts("1") >= 2; });
}

TEST_F(CdrDeliveryTest, closing_gives_back_what_comes_too_late)
{
    put("1", "https://h/hang");
    spool_.when_asked = [&] { closing_->expire(Reason::cancelled); };
    start();
    wait_until([&] { return spool_.queries() == 1; });
    stop();
    EXPECT_FALSE(spool_.is_handed_out("1"));
}

TEST_F(CdrDeliveryTest, closing_gives_back_what_is_in_flight)
{
    put("1", "https://h/hang");
    put("2", "https://i/hang");
    start();
    wait_until([&] { return poster_.in_flight == 2; });
    stop();
    EXPECT_FALSE(spool_.is_handed_out("1"));
    EXPECT_FALSE(spool_.is_handed_out("2"));
    poster_.is_up = true;
    start();
    wait_until([&] { return spool_.size() == 0; });
}

}  // namespace
}  // namespace pivot::test
