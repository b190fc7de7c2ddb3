// Claim: ten thousand deadlines fire as exactly as a thread that only sleeps until the next one,
// whether a deadline is bare or belongs to a whole pivot in flight.
//
// Method: deadlines at random nanoseconds (seed 20260317), of which the first comes after the ramp.
// The floor is a thread on the same core, in the same seconds, that sleeps (clock_nanosleep(2),
// absolute) until each of as many other random times. Lateness is the clock when the deadline's
// owner knows, minus the deadline. Bare: coroutines that sleep on a reactor. Pivot: calls to a
// server that never answers, in a process on the other core; the clock is read in Done.
// Prints percentiles of each, their ratios, and how many were early (none may be: that fails). The
// checksum is the number of deadlines that fired.
#include "peers/crowd.hpp"
#include "reactor/reactor.hpp"
#include "reactor/scope.hpp"
#include "reactor/wait.hpp"
#include "rounds.hpp"

#include <pivot/engine.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <ctime>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace pivot::bench {
namespace {

using reactor::Deadline;
using reactor::Reactor;
using reactor::Scope;
using reactor::Task;

constexpr Nanoseconds millisecond_ns = 1'000'000;

struct Sizes {
    std::size_t deadlines;
    Nanoseconds ramp_ns;
    Nanoseconds spread_ns;  // the deadlines lie within this time after the ramp
};

using Random = std::mt19937_64;
using Lateness = std::vector<double>;  // in microseconds

double microseconds(Nanoseconds ns)
{
    return static_cast<double>(ns) / 1'000.0;
}

void sleep_until(Nanoseconds time)
{
    const timespec until{.tv_sec = time / 1'000'000'000, .tv_nsec = time % 1'000'000'000};
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) != 0) continue;
}

Lateness sleep_to_each(const Sizes& sizes, Nanoseconds start, Random random)
{
    std::uniform_int_distribution<Nanoseconds> after(0, sizes.spread_ns);
    std::vector<Nanoseconds> times(sizes.deadlines);
    for (Nanoseconds& time : times) time = start + sizes.ramp_ns + after(random);
    std::ranges::sort(times);

    Lateness late;
    late.reserve(times.size());
    for (const Nanoseconds time : times) {
        sleep_until(time);
        late.push_back(microseconds(monotonic_now() - time));
    }
    return late;
}

Task<> sleep_once(Nanoseconds until, Lateness& late, Deadline& deadline)
{
    reactor::Sleep sleep(until, deadline);
    co_await sleep;
    late.push_back(microseconds(monotonic_now() - until));
}

Lateness wait_on_reactor(const Sizes& sizes, Nanoseconds start, Random random)
{
    auto opened = Reactor::open();
    if (!opened) throw std::runtime_error(opened.error());
    Reactor& reactor = **opened;
    std::uniform_int_distribution<Nanoseconds> after(0, sizes.spread_ns);
    Lateness late;
    late.reserve(sizes.deadlines);

    Scope scope(reactor);
    Deadline unlimited(reactor, never);
    for (std::size_t i = 0; i < sizes.deadlines; ++i) {
        scope.spawn(sleep_once(start + sizes.ramp_ns + after(random), late, unlimited));
    }
    while (scope.running() > 0) reactor.turn(never);
    return late;
}

// What each Done adds to; the engine's thread alone writes, until all are done.
struct Timed {
    Lateness late;
    std::atomic<std::size_t> others = 0;     // outcomes other than a timeout
    std::atomic<std::size_t> unsettled = 0;  // timeouts before the request was sent: a slow ramp
    std::atomic<std::size_t> done = 0;
};

struct Pivot {
    Timed& timed;
    Nanoseconds deadline;
};

Lateness wait_in_pivots(const Sizes& sizes, Nanoseconds start, Random random, Engine& engine,
                        const std::string& url, std::size_t& unsettled)
{
    auto node =
        ActionNode::from_json(fmt::format(R"({{"voice_url":"{}","req_timeout_ms":1}})", url));
    if (!node || !node->action) throw std::runtime_error("the action is not valid");
    Request request{Call(), std::move(*node)};
    request.call.call_id = "1";

    // A timeout is in milliseconds, so it is the start that falls on a random nanosecond.
    std::uniform_int_distribution<Nanoseconds> after(0, sizes.spread_ns);
    Timed timed;
    timed.late.reserve(sizes.deadlines);
    std::vector<Pivot> pivots;
    pivots.reserve(sizes.deadlines);
    const Nanoseconds step_ns = sizes.ramp_ns / static_cast<Nanoseconds>(sizes.deadlines) * 3 / 4;
    for (std::size_t i = 0; i < sizes.deadlines; ++i) {
        const Nanoseconds due = start + step_ns * static_cast<Nanoseconds>(i);
        if (due > monotonic_now() + millisecond_ns) sleep_until(due);
        const Nanoseconds until = start + sizes.ramp_ns + after(random);
        const Nanoseconds now = monotonic_now();
        const Nanoseconds timeout_ms = std::max<Nanoseconds>((until - now) / millisecond_ns, 1);
        request.node.action->timeout = std::chrono::milliseconds(timeout_ms);
        Pivot& pivot = pivots.emplace_back(timed, now + timeout_ms * millisecond_ns);
        engine.start(request, [&pivot](const OutcomeView& outcome) {
            const Nanoseconds late = monotonic_now() - pivot.deadline;
            pivot.timed.late.push_back(microseconds(late));
            const bool is_timeout = outcome.failure && outcome.failure->reason == Reason::timeout;
            if (!is_timeout) {
                ++pivot.timed.others;
            } else if (outcome.failure->phase != Phase::wait) {
                ++pivot.timed.unsettled;
            }
            ++pivot.timed.done;
        });
    }
    while (timed.done != sizes.deadlines) sleep_until(monotonic_now() + 10 * millisecond_ns);
    if (timed.others != 0) throw std::runtime_error("a pivot did not time out");
    unsettled = timed.unsettled;
    return timed.late;
}

void add(Report& report, const std::string& name, Lateness late)
{
    std::ranges::sort(late);
    report.add(name + ", p50", "us late", percentile(late, 0.5));
    report.add(name + ", p99", "us late", percentile(late, 0.99));
    report.add(name + ", p99.9", "us late", percentile(late, 0.999));
    report.add(name + ", max", "us late", late.back());
    report.add(name + ", min", "us late", late.front());
    if (late.front() < 0) throw std::runtime_error(name + ": a deadline fired early");
}

void add_ratios(Report& report, const std::string& name, const std::string& floor)
{
    report.add_ratio(name + " ÷ nanosleep, p50", name + ", p50", floor + ", p50", 1.0);
    report.add_ratio(name + " ÷ nanosleep, p99.9", name + ", p99.9", floor + ", p99.9", 1.3);
}

int run(const Arguments& arguments)
{
    const Sizes sizes = arguments.is_small
                            ? Sizes{500, 200 * millisecond_ns, 300 * millisecond_ns}
                            : Sizes{10'000, 2'000 * millisecond_ns, 4'000 * millisecond_ns};
    Report report(arguments, "Ten thousand random deadlines fire as exactly as nanosleep");
    Random random(20260317);

    raise_descriptor_limit();
    run_on(Core::server);
    const test::Crowd crowd;
    run_on(Core::client);  // the engine's thread, and the floor's
    EngineConfig config;
    config.policy.allow = {"127.0.0.0/8"};
    config.action.timeout_max = std::chrono::seconds(60);
    auto engine = Engine::create(config);
    if (!engine) throw std::runtime_error(engine.error());

    std::uint64_t fired = 0;
    std::size_t unsettled = 0;
    // Runs one way of waiting with the floor beside it.
    const auto measure = [&](const std::string& name, const std::string& floor, auto wait) {
        const Nanoseconds start = monotonic_now() + 10 * millisecond_ns;
        Lateness slept;
        std::thread sleeper(
            [&, seed = random()] { slept = sleep_to_each(sizes, start, Random(seed)); });
        Lateness late = wait(start, Random(random()));
        sleeper.join();
        fired += late.size();
        add(report, floor, std::move(slept));
        add(report, name, std::move(late));
    };
    for (std::size_t round = 0; round < arguments.rounds(); ++round) {
        measure("bare", "nanosleep beside bare", [&](Nanoseconds start, Random seeded) {
            return wait_on_reactor(sizes, start, seeded);
        });
        measure("pivot", "nanosleep beside pivots", [&](Nanoseconds start, Random seeded) {
            return wait_in_pivots(sizes, start, seeded, **engine, crowd.url("/silent"), unsettled);
        });
        report.add("pivot, not yet sent", "pivots", static_cast<double>(unsettled));
        while ((*engine)->calls_in_flight() > 0) sleep_until(monotonic_now() + millisecond_ns);
    }
    add_ratios(report, "bare", "nanosleep beside bare");
    add_ratios(report, "pivot", "nanosleep beside pivots");
    return report.finish(fired);
}

}  // namespace
}  // namespace pivot::bench

int main(int count, char** values)
try {
    return pivot::bench::run(pivot::bench::Arguments(count, values));
} catch (const std::exception& error) {
    std::fprintf(stderr, "timeout_lateness: %s\n", error.what());
    return 1;
}
