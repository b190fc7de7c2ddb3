#include "peers/process.hpp"

#include <chrono>
#include <csignal>

#include <gtest/gtest.h>

namespace pivot::test {

namespace {

TEST(Process, a_program_is_heard_and_ends_when_its_input_is_closed)
{
    Process shell{"/bin/sh", {"-c", "echo \"$1\"; cat; exit 3", "sh", "a line"}};
    EXPECT_EQ(shell.first_line(), "a line");
    EXPECT_EQ(::kill(shell.pid(), 0), 0);
    EXPECT_EQ(shell.stop(), 3);
    EXPECT_EQ(shell.stop(), 3);
}

TEST(Process, a_program_that_ignores_its_input_is_asked_to_end)
{
    Process sleeper{
        "/bin/sh", {"-c", "echo ready; exec sleep 1000"}, std::chrono::milliseconds(50)};
    EXPECT_EQ(sleeper.stop(), -SIGTERM);
}

TEST(Process, a_program_that_ignores_that_too_is_killed)
{
    Process deaf{"/bin/sh",
                 {"-c", "trap '' TERM; echo ready; exec sleep 1000"},
                 std::chrono::milliseconds(50)};
    EXPECT_EQ(deaf.stop(), -SIGKILL);
}

TEST(Process, a_program_that_says_nothing_is_a_failure)
{
    EXPECT_THROW(Process{"/bin/true"}, std::runtime_error);
    EXPECT_THROW(Process{"/absent"}, std::runtime_error);
}

}  // namespace

}  // namespace pivot::test
