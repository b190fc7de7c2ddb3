// Mistakes that a host can make with an engine, and what it can rely on nevertheless.
#include "engine/engine_fixture.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <latch>
#include <set>
#include <stdexcept>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace pivot::test {
namespace {

const std::string skipped = R"({"voice_url":"http://h.example/","skip_module":true})";

// A signal that the host would wait for with sigwait(), and who took it instead.
std::atomic<pid_t> taken_by = 0;

void take(int)
{
    taken_by = ::gettid();
}

std::set<std::string> thread_names()
{
    std::set<std::string> names;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::string name;
        std::getline(std::ifstream(task.path() / "comm"), name);
        names.insert(name);
    }
    return names;
}

TEST(EngineGuard, a_ticket_is_written_before_anything_can_be_called_back)
{
    constexpr Engine::Ticket overwritten{nullptr, 0xdddd};
    Pivots pivots;
    for (int round = 0; round < 2'000; ++round) {
        Engine::Ticket ticket;
        std::latch done{1};
        pivots.engine().start(
            request_of(skipped),
            [&](const OutcomeView&) {
                ticket = overwritten;
                done.count_down();
            },
            ticket);
        done.wait();
        ASSERT_EQ(ticket.serial, overwritten.serial) << "in round " << round;
    }
}

TEST(EngineGuard, a_refusal_counts_as_in_flight_until_it_is_delivered)
{
    auto config = loopback();
    config.reactors = 0;
    const auto engine = std::move(Engine::create(config).value());
    engine->drain();
    int refused = 0;
    engine->start(request_of(skipped), [&](const OutcomeView&) { ++refused; });
    EXPECT_EQ(engine->calls_in_flight(), 1u);
    for (int turn = 0; turn < 10 && refused == 0; ++turn) engine->run();
    EXPECT_EQ(refused, 1);
    EXPECT_EQ(engine->calls_in_flight(), 0u);
}

TEST(EngineGuard, threads_of_the_engine_have_names_and_take_no_signals)
{
    taken_by = 0;
    auto config = loopback();
    config.reactors = 2;
    Pivots pivots{config};
    EXPECT_TRUE(thread_names().contains("pivot/0"));
    EXPECT_TRUE(thread_names().contains("pivot/1"));

    const auto before = std::signal(SIGUSR1, take);
    sigset_t usr1;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &usr1, nullptr);
    ::kill(::getpid(), SIGUSR1);
    const timespec at_once{};
    EXPECT_EQ(::sigtimedwait(&usr1, nullptr, &at_once), SIGUSR1) << "taken by " << taken_by;
    pthread_sigmask(SIG_UNBLOCK, &usr1, nullptr);
    std::signal(SIGUSR1, before);
}

TEST(EngineGuard, a_callback_may_be_empty_or_throw)
{
    Pivots pivots;
    pivots.engine().start(request_of(skipped), nullptr);
    pivots.engine().start(request_of(skipped),
                          [](const OutcomeView&) { throw std::runtime_error("the host's"); });
    EXPECT_EQ(pivots.run(skipped).kind, OutcomeKind::skipped);
}

TEST(EngineGuard, draining_from_a_callback_does_not_wait_for_itself)
{
    Pivots pivots;
    std::promise<bool> drained;
    pivots.engine().start(request_of(skipped), [&](const OutcomeView&) {
        const bool is_inside = pivots.engine().is_in_callback();
        pivots.engine().drain();
        drained.set_value(is_inside);
    });
    EXPECT_TRUE(drained.get_future().get());
    EXPECT_FALSE(pivots.engine().is_in_callback());
    EXPECT_EQ(pivots.run(skipped).failure->reason, Reason::overload);
}

TEST(EngineGuard, an_engine_with_threads_has_no_descriptor_and_is_not_run)
{
    Pivots pivots;
    EXPECT_EQ(pivots.engine().descriptor(), -1);
    EXPECT_LT(pivots.engine().run().count(), 0);
}

TEST(EngineGuard, another_thread_than_the_first_does_not_run_a_host_driven_engine)
{
    auto config = loopback();
    config.reactors = 0;
    const auto engine = std::move(Engine::create(config).value());
    engine->run();
    bool is_skipped = false;
    std::thread([&] {
        EXPECT_FALSE(engine->is_of_this_thread());
        engine->start(request_of(skipped), [&](const OutcomeView&) { is_skipped = true; });
        EXPECT_LT(engine->run().count(), 0);
    }).join();
    EXPECT_FALSE(is_skipped);
    for (int turn = 0; turn < 10 && !is_skipped; ++turn) engine->run();
    EXPECT_TRUE(is_skipped);
}

TEST(EngineGuard, in_a_fork_an_engine_does_nothing_and_waits_for_nobody)
{
    for (const unsigned reactors : {0u, 2u}) {
        auto config = loopback();
        config.reactors = reactors;
        auto engine = std::move(Engine::create(config).value());
        EXPECT_FALSE(engine->is_forked());
        const pid_t child = ::fork();
        if (child == 0) {
            ::alarm(10);
            bool was_called = false;
            Engine::Ticket ticket;
            engine->start(
                request_of(skipped), [&](const OutcomeView&) { was_called = true; }, ticket);
            engine->cancel(ticket);
            engine->drain();
            engine->run();
            const bool is_quiet = engine->is_forked() && !was_called && ticket.call == nullptr;
            engine.reset();
            ::_exit(is_quiet ? 0 : 1);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << reactors << ": " << status;
        EXPECT_FALSE(engine->is_forked());
    }
}

}  // namespace
}  // namespace pivot::test
