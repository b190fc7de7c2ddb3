// What an engine promises about its calls: one outcome each, where and when it says.
#include "engine/engine_fixture.hpp"

#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

#include <poll.h>

namespace pivot::test {
namespace {

using namespace std::string_literals;

std::size_t descriptors_open()
{
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
        ++count;
    return count;
}

HttpPeer::Handler silence()
{
    return [](HttpPeer::Exchange& exchange) { exchange.hold(); };
}

// An engine on this thread.
class HostDriven {
public:
    HostDriven()
    {
        auto config = loopback();
        config.reactors = 0;
        engine_ = std::move(Engine::create(config).value());
    }

    Engine& engine() { return *engine_; }
    void destroy() { engine_.reset(); }

    // Polls and runs until `condition`, which the engine makes true, or for a minute.
    bool run_until(std::predicate auto condition)
    {
        const auto end = Clock::now() + 1min;
        while (!condition()) {
            if (Clock::now() > end) return false;
            const auto wait = engine_->run();
            if (condition()) return true;
            pollfd ready{.fd = engine_->descriptor(), .events = POLLIN, .revents = 0};
            const auto left =
                std::chrono::duration_cast<std::chrono::nanoseconds>(end - Clock::now());
            const auto until = wait < 0ns || wait > left ? left : wait;
            const timespec time{.tv_sec = until.count() / 1'000'000'000,
                                .tv_nsec = until.count() % 1'000'000'000};
            ::ppoll(&ready, 1, &time, nullptr);
        }
        return true;
    }

private:
    std::unique_ptr<Engine> engine_;
};

TEST(Engine, an_outcome_comes_on_a_thread_of_the_engine_and_not_inside_start)
{
    HttpPeer peer{answer()};
    const auto skip = R"(,"skip_module":true)";
    const std::vector<std::string> texts{node(peer.url("/")), node(peer.url("/"), skip),
                                         node("http://10.0.0.1/"), R"({"voice_url":7})"};
    // What a Done touches outlives the engine.
    std::mutex starting;
    std::vector<std::promise<std::thread::id>> threads(texts.size());
    Pivots pivots;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        {
            // Held while start() runs: an outcome inside it would wait for itself.
            const std::lock_guard lock(starting);
            pivots.engine().start(request_of(texts[i]), [&starting, &thread = threads[i]](Outcome) {
                const std::lock_guard inner(starting);
                thread.set_value(std::this_thread::get_id());
            });
        }
        EXPECT_NE(threads[i].get_future().get(), std::this_thread::get_id());
    }
}

TEST(Engine, a_call_may_be_cancelled)
{
    HttpPeer peer{silence()};
    Pivots pivots;
    auto [call, ticket] = pivots.start_with_ticket(request_of(node(peer.url("/"))));
    ASSERT_TRUE(eventually([&] { return peer.requests().size() == 1; }));
    pivots.engine().cancel(ticket);
    EXPECT_TRUE(has_failed(call.get(), Reason::cancelled, Phase::wait));
    EXPECT_TRUE(eventually([&] { return peer.connections_open() == 0; }));
    EXPECT_TRUE(eventually([&] { return pivots.engine().calls_in_flight() == 0; }));
}

TEST(Engine, a_call_may_be_cancelled_in_any_phase)
{
    DnsServer dns;
    dns.answer("silent.example", DnsType::a, {.reply = DnsReply::silence});
    dns.answer("silent.example", DnsType::aaaa, {.reply = DnsReply::silence});
    const UnansweringPort port;
    HttpPeer mute{answer(), {.on_connect = [](HttpPeer::Exchange& exchange) { exchange.hold(); }}};
    HttpPeer drip{[](HttpPeer::Exchange& exchange) {
        exchange.drip(ordinary_answer(200, "application/json", hello), 1s);
    }};
    Pivots pivots{loopback(dns)};
    for (const auto& url :
         {"http://silent.example/"s, "http://127.0.0.1:" + std::to_string(port.port()) + "/",
          "https://127.0.0.1:" + std::to_string(mute.port()) + "/", drip.url("/")}) {
        auto [call, ticket] = pivots.start_with_ticket(request_of(node(url)));
        std::this_thread::sleep_for(50ms);
        pivots.engine().cancel(ticket);
        EXPECT_TRUE(has_failed(call.get(), Reason::cancelled)) << url;
    }
}

TEST(Engine, a_call_may_be_cancelled_as_soon_as_it_was_started)
{
    HttpPeer peer{silence()};
    Pivots pivots;
    const auto text = node(peer.url("/"), R"(,"req_timeout_ms":5000)");
    for (int i = 0; i < 5; ++i) {
        auto [call, ticket] = pivots.start_with_ticket(request_of(text));
        pivots.engine().cancel(ticket);
        EXPECT_TRUE(has_failed(call.get(), Reason::cancelled)) << i;
    }
}

TEST(Engine, cancelling_what_is_over_is_harmless)
{
    HttpPeer peer{answer()};
    Pivots pivots;
    auto [call, ticket] = pivots.start_with_ticket(request_of(node(peer.url("/"))));
    EXPECT_TRUE(is_processed(call.get()));
    for (int i = 0; i < 3; ++i) pivots.engine().cancel(ticket);
    pivots.engine().cancel({});
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    pivots.engine().cancel(ticket);
}

TEST(Engine, a_ticket_of_an_earlier_call_does_not_cancel_a_later_one)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        exchange.sleep(20ms);
        exchange.reply(200, "application/json", hello);
    }};
    Pivots pivots;
    std::optional<Engine::Ticket> earlier;
    for (int i = 0; i < 10; ++i) {
        auto [call, ticket] = pivots.start_with_ticket(request_of(node(peer.url("/"))));
        if (earlier) pivots.engine().cancel(*earlier);
        EXPECT_TRUE(is_processed(call.get()));
        earlier = ticket;
    }
}

TEST(Engine, cancelling_in_a_race_leaves_one_outcome)
{
    HttpPeer peer{answer()};
    Pivots pivots;
    for (int i = 0; i < 300; ++i) {
        auto [call, ticket] = pivots.start_with_ticket(request_of(node(peer.url("/"))));
        std::this_thread::sleep_for(std::chrono::microseconds(i));
        pivots.engine().cancel(ticket);
        const auto outcome = call.get();
        if (outcome.kind == OutcomeKind::failed) {
            EXPECT_TRUE(has_failed(outcome, Reason::cancelled));
        }
    }
}

TEST(Engine, a_done_may_start_and_cancel_calls)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        if (exchange.request.target.starts_with("/silent")) exchange.hold();
        exchange.reply(200, "application/json", hello);
    }};
    Pivots pivots;
    std::promise<Outcome> cancelled;
    pivots.engine().start(request_of(node(peer.url("/"))), [&](Outcome) {
        const auto ticket = pivots.engine().start(
            request_of(node(peer.url("/silent"), R"(,"req_timeout_ms":5000)")),
            [&](Outcome outcome) { cancelled.set_value(std::move(outcome)); });
        pivots.engine().cancel(ticket);
    });
    EXPECT_TRUE(has_failed(cancelled.get_future().get(), Reason::cancelled));
}

TEST(Engine, one_call_more_than_the_limit_is_an_overload)
{
    auto config = loopback();
    config.calls_max = 2;
    HttpPeer peer{silence()};
    Pivots pivots{config};
    auto [first, first_ticket] = pivots.start_with_ticket(request_of(node(peer.url("/"))));
    auto [second, second_ticket] = pivots.start_with_ticket(request_of(node(peer.url("/"))));
    EXPECT_EQ(pivots.engine().calls_in_flight(), 2u);
    EXPECT_TRUE(has_failed(pivots.run(node(peer.url("/"))), Reason::overload, Phase::queue));

    EXPECT_TRUE(eventually([&] { return peer.requests().size() == 2; }));
    pivots.engine().cancel(first_ticket);
    EXPECT_TRUE(has_failed(first.get(), Reason::cancelled));
    EXPECT_TRUE(eventually([&] { return pivots.engine().calls_in_flight() == 1; }));
    auto [third, third_ticket] = pivots.start_with_ticket(request_of(node(peer.url("/"))));
    EXPECT_TRUE(eventually([&] { return peer.requests().size() == 3; }));
    pivots.engine().cancel(second_ticket);
    pivots.engine().cancel(third_ticket);
    EXPECT_TRUE(has_failed(second.get(), Reason::cancelled));
    EXPECT_TRUE(has_failed(third.get(), Reason::cancelled));
}

TEST(Engine, destroying_it_cancels_what_is_in_flight)
{
    const auto before = descriptors_open();
    {
        HttpPeer peer{silence()};
        Pivots pivots;
        std::vector<std::future<Outcome>> calls;
        for (int i = 0; i < 20; ++i) calls.push_back(pivots.start(node(peer.url("/"))));
        EXPECT_TRUE(eventually([&] { return peer.requests().size() >= 10; }));
        pivots.destroy();
        for (auto& call : calls) {
            ASSERT_EQ(call.wait_for(0s), std::future_status::ready) << "before the destructor ends";
            EXPECT_TRUE(has_failed(call.get(), Reason::cancelled));
        }
        EXPECT_TRUE(eventually([&] { return peer.connections_open() == 0; }));
    }
    EXPECT_EQ(descriptors_open(), before);
}

TEST(Engine, destroying_it_closes_idle_connections)
{
    HttpPeer peer{answer()};
    Pivots pivots;
    EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
    pivots.destroy();
    EXPECT_TRUE(eventually([&] { return peer.connections_open() == 0; }));
}

TEST(Engine, draining_waits_for_what_is_in_flight_and_takes_no_more)
{
    HttpPeer peer{[](HttpPeer::Exchange& exchange) {
        exchange.sleep(200ms);
        exchange.reply(200, "application/json", hello);
    }};
    Pivots pivots;
    auto call = pivots.start(node(peer.url("/")));
    pivots.engine().drain();
    ASSERT_EQ(call.wait_for(0s), std::future_status::ready);
    EXPECT_TRUE(is_processed(call.get()));
    EXPECT_EQ(pivots.engine().calls_in_flight(), 0u);
    EXPECT_TRUE(has_failed(pivots.run(node(peer.url("/"))), Reason::overload));
    EXPECT_EQ(peer.requests().size(), 1u);
}

TEST(Engine, several_reactors_share_the_calls)
{
    auto config = loopback();
    config.reactors = 3;
    HttpPeer peer{answer()};
    std::mutex mutex;
    std::set<std::thread::id> threads;
    std::atomic<int> done = 0;
    Pivots pivots{config};
    for (int i = 0; i < 60; ++i)
        pivots.engine().start(request_of(node(peer.url("/"))), [&](Outcome outcome) {
            EXPECT_TRUE(is_processed(outcome));
            const std::lock_guard lock(mutex);
            threads.insert(std::this_thread::get_id());
            ++done;
        });
    EXPECT_TRUE(eventually([&] { return done == 60; }));
    const std::lock_guard lock(mutex);
    EXPECT_EQ(threads.size(), 3u);
}

TEST(Engine, several_threads_may_start_calls)
{
    auto config = loopback();
    config.reactors = 2;
    HttpPeer peer{answer()};
    Pivots pivots{config};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int k = 0; k < 25; ++k) EXPECT_TRUE(is_processed(pivots.run(node(peer.url("/")))));
        });
    threads.clear();
    EXPECT_EQ(peer.requests().size(), 100u);
    EXPECT_TRUE(eventually([&] { return pivots.engine().calls_in_flight() == 0; }));
}

TEST(HostDriven, calls_are_made_on_the_threads_own_loop)
{
    HttpPeer peer{answer()};
    HostDriven host;
    int done = 0;
    for (int i = 0; i < 10; ++i)
        host.engine().start(request_of(node(peer.url("/"))), [&](Outcome outcome) {
            EXPECT_TRUE(is_processed(outcome));
            ++done;
        });
    EXPECT_EQ(done, 0) << "not inside start()";
    EXPECT_TRUE(host.run_until([&] { return done == 10; }));
    EXPECT_TRUE(host.run_until([&] { return host.engine().calls_in_flight() == 0; }));
}

// Both outcomes are delivered in one turn, which the first one's host holds up.
TEST(HostDriven, an_outcome_that_a_long_turn_makes_late_says_so)
{
    HostDriven host;
    const auto skipped = request_of(node("http://a.example/", R"(,"skip_module":true)"));
    std::optional<Outcome> late;
    host.engine().start(skipped, [](Outcome) { std::this_thread::sleep_for(50ms); });
    host.engine().start(skipped, [&](Outcome outcome) { late = std::move(outcome); });
    ASSERT_TRUE(host.run_until([&] { return late.has_value(); }));
    EXPECT_GE(late->elapsed, 50ms);
}

TEST(HostDriven, a_call_of_another_thread_makes_the_descriptor_readable)
{
    HttpPeer peer{answer()};
    HostDriven host;
    while (host.engine().run() == 0ns) continue;
    bool is_done = false;
    std::jthread other([&] {
        std::this_thread::sleep_for(50ms);
        host.engine().start(request_of(node(peer.url("/"))), [&](Outcome) { is_done = true; });
    });
    EXPECT_TRUE(host.run_until([&] { return is_done; }));
}

TEST(HostDriven, a_timeout_is_on_time)
{
    HttpPeer peer{silence()};
    HostDriven host;
    std::optional<Outcome> outcome;
    const auto start = Clock::now();
    host.engine().start(request_of(node(peer.url("/"), brief)),
                        [&](Outcome ended) { outcome = std::move(ended); });
    ASSERT_TRUE(host.run_until([&] { return outcome.has_value(); }));
    EXPECT_TRUE(has_failed(*outcome, Reason::timeout, Phase::wait));
    EXPECT_GE(Clock::now() - start, brief_timeout);
    EXPECT_LT(Clock::now() - start, brief_timeout + 10s);
    EXPECT_TRUE(host.run_until([&] { return host.engine().calls_in_flight() == 0; }));
    EXPECT_TRUE(eventually([&] { return peer.connections_open() == 0; }));
}

TEST(HostDriven, destroying_it_cancels_what_is_in_flight)
{
    HttpPeer peer{silence()};
    HostDriven host;
    std::optional<Outcome> outcome;
    host.engine().start(request_of(node(peer.url("/"))),
                        [&](Outcome ended) { outcome = std::move(ended); });
    EXPECT_TRUE(eventually([&] {
        host.engine().run();
        return peer.requests().size() == 1;
    }));
    host.destroy();
    ASSERT_TRUE(outcome);
    EXPECT_TRUE(has_failed(*outcome, Reason::cancelled));
}

TEST(HostDriven, a_call_that_never_ran_is_cancelled_too)
{
    HttpPeer peer{silence()};
    HostDriven host;
    std::optional<Outcome> outcome;
    host.engine().start(request_of(node(peer.url("/"))),
                        [&](Outcome ended) { outcome = std::move(ended); });
    host.destroy();
    ASSERT_TRUE(outcome);
    EXPECT_TRUE(has_failed(*outcome, Reason::cancelled));
}

TEST(HostDriven, draining_returns_at_once)
{
    HttpPeer peer{answer()};
    HostDriven host;
    int processed = 0;
    int overloads = 0;
    const auto count = [&](Outcome outcome) {
        processed += outcome.kind == OutcomeKind::processed;
        overloads += outcome.failure && outcome.failure->reason == Reason::overload;
    };
    host.engine().start(request_of(node(peer.url("/"))), count);
    host.engine().drain();
    EXPECT_EQ(processed, 0);
    host.engine().start(request_of(node(peer.url("/"))), count);
    EXPECT_TRUE(host.run_until([&] { return host.engine().calls_in_flight() == 0; }));
    EXPECT_EQ(processed, 1);
    EXPECT_EQ(overloads, 1);
}

TEST(Engine, tells_with_what_limits_its_actions_are_read)
{
    auto config = loopback();
    config.action.timeout_max = 1234ms;
    config.action.coerce_types = true;
    Pivots pivots{config};
    const ActionLimits limits = pivots.engine().action_limits();
    EXPECT_EQ(limits.timeout_max, 1234ms);
    EXPECT_TRUE(limits.coerce_types);
}

}  // namespace
}  // namespace pivot::test
