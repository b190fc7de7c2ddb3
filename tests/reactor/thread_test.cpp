#include "reactor/thread.hpp"

#include <atomic>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pivot::reactor {
namespace {

TEST(Thread, runs_its_work)
{
    std::atomic<bool> has_run = false;
    auto thread = start_thread("worker", [&] { has_run = true; });
    ASSERT_TRUE(thread) << thread.error();
    thread->join();
    EXPECT_TRUE(has_run);
}

// Limits of processes do not hold for root, so the child is nobody.
TEST(Thread, the_system_that_starts_none_is_told_with_the_limit_to_raise)
{
    const pid_t child = ::fork();
    if (child == 0) {
        const rlimit one{1, 1};
        ::setrlimit(RLIMIT_NPROC, &one);
        if (::getuid() == 0 && ::setuid(65534) != 0) ::_exit(2);
        auto thread = start_thread("worker", [] {});
        if (thread) {
            thread->join();
            ::_exit(3);
        }
        ::_exit(thread.error().find("ulimit -u") == std::string::npos ? 1 : 0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace pivot::reactor
