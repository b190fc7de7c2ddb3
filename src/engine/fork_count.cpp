#include "engine/fork_count.hpp"

#include <atomic>

#include <pthread.h>

namespace pivot::engine {

namespace {

std::atomic<unsigned> forks = 0;

void count_fork()
{
    forks.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

unsigned fork_count()
{
    [[maybe_unused]] static const int registered = pthread_atfork(nullptr, nullptr, count_fork);
    return forks.load(std::memory_order_relaxed);
}

}  // namespace pivot::engine
