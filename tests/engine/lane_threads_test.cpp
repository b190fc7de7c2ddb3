// The threads of an engine, as its host hears of them and places them.
#include "engine/engine_fixture.hpp"

#include <pivot/sinks.hpp>

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

namespace pivot::test {
namespace {

using testing::HasSubstr;

// The processors on which this thread may run.
std::vector<unsigned> own_cpus()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    ::sched_getaffinity(0, sizeof set, &set);
    std::vector<unsigned> cpus;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
    }
    return cpus;
}

class Threads final : public Sinks {
public:
    struct Thread {
        pid_t id;
        std::string name;
        std::vector<unsigned> cpus;
        int ends = 0;
    };

    void thread_begins(unsigned reactor) override
    {
        char name[16] = "";
        pthread_getname_np(pthread_self(), name, sizeof name);
        const std::scoped_lock lock(mutex_);
        EXPECT_TRUE(threads.try_emplace(reactor, Thread{::gettid(), name, own_cpus()}).second);
    }
    void thread_ends(unsigned reactor) override
    {
        const std::scoped_lock lock(mutex_);
        Thread& thread = threads.at(reactor);
        EXPECT_EQ(thread.id, ::gettid());
        ++thread.ends;
    }

    std::map<unsigned, Thread> threads;  // by reactor, for whoever knows that they are still

private:
    std::mutex mutex_;
};

TEST(LaneThreads, begin_and_end_with_a_word_to_the_host)
{
    Threads host;
    auto config = loopback();
    config.reactors = 3;
    config.sinks = &host;
    auto engine = Engine::create(config);
    ASSERT_TRUE(engine);
    ASSERT_EQ(host.threads.size(), 3U);
    for (const auto& [reactor, thread] : host.threads) {
        EXPECT_EQ(thread.name, fmt::format("pivot/{}", reactor));
        EXPECT_NE(thread.id, ::gettid());
        EXPECT_EQ(thread.ends, 0);
    }
    engine->reset();
    for (const auto& [reactor, thread] : host.threads) EXPECT_EQ(thread.ends, 1);
}

TEST(LaneThreads, are_not_there_if_the_host_runs_the_engine)
{
    Threads host;
    auto config = loopback();
    config.reactors = 0;
    config.sinks = &host;
    ASSERT_TRUE(Engine::create(config));
    EXPECT_TRUE(host.threads.empty());
}

TEST(LaneThreads, run_on_the_processors_of_the_configuration_in_turn)
{
    const auto cpus = own_cpus();
    Threads host;
    auto config = loopback();
    config.reactors = 3;
    config.cpus = {cpus.back(), cpus.front()};
    config.sinks = &host;
    ASSERT_TRUE(Engine::create(config));
    for (const auto& [reactor, thread] : host.threads) {
        EXPECT_EQ(thread.cpus, std::vector{config.cpus[reactor % 2]});
    }
    EXPECT_EQ(own_cpus(), cpus) << "the host's own thread stays where it was";
}

TEST(LaneThreads, a_processor_that_is_not_there_is_an_error)
{
    Threads host;
    auto config = loopback();
    config.reactors = 2;
    config.sinks = &host;
    for (const unsigned cpu : {1'023U, 5'000U}) {
        config.cpus = {own_cpus().front(), cpu};
        EXPECT_THAT(Engine::create(config).error(),
                    HasSubstr(fmt::format("cpus: there is no processor {}", cpu)));
        EXPECT_EQ(host.threads.at(0).ends, 1) << "the first has begun and ended";
        host.threads.clear();
    }
}

}  // namespace
}  // namespace pivot::test
