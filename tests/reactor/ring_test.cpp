#include "reactor/ring.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <string>

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pivot::reactor {
namespace {

// Has io_uring_setup fail with `error` in this process from now on, as a container's filter does.
void forbid_io_uring(unsigned error)
{
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{sizeof program / sizeof *program, program};
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

// What opening a ring says in a process where io_uring_setup fails with `error`.
std::string refusal(unsigned error)
{
    int ends[2];
    if (::pipe(ends) != 0) return "no pipe";
    const pid_t child = ::fork();
    if (child == 0) {
        forbid_io_uring(error);
        Ring ring;
        const auto opened = ring.open({});
        const std::string said = opened ? "it opened" : opened.error();
        const bool is_written = ::write(ends[1], said.data(), said.size()) > 0;
        ::_exit(is_written ? 0 : 1);
    }
    ::close(ends[1]);
    char said[512];
    const ssize_t size = ::read(ends[0], said, sizeof said);
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return {said, size > 0 ? static_cast<std::size_t>(size) : 0};
}

TEST(Ring, that_is_forbidden_says_so)
{
    EXPECT_NE(refusal(EPERM).find("denies io_uring_setup"), std::string::npos) << refusal(EPERM);
}

TEST(Ring, on_a_kernel_without_io_uring_says_which_kernel_has_it)
{
    EXPECT_EQ(refusal(ENOSYS), "this kernel has no io_uring: Linux 6.1 or newer is needed");
}

TEST(Ring, on_an_old_kernel_says_what_is_missing)
{
    const std::string said = refusal(EINVAL);
    EXPECT_NE(said.find("lacks deferred task running"), std::string::npos) << said;
}

TEST(Ring, without_locked_memory_says_which_limit_to_raise)
{
    EXPECT_NE(refusal(ENOMEM).find("RLIMIT_MEMLOCK"), std::string::npos) << refusal(ENOMEM);
}

TEST(Ring, whose_table_is_full_closes_the_descriptor)
{
    RingConfig config;
    config.descriptors = 1;
    Ring ring;
    ASSERT_TRUE(ring.open(config));
    Slot slot = no_slot;
    EXPECT_EQ(ring.install(::dup(STDIN_FILENO), slot), 0);
    Slot none = no_slot;
    EXPECT_EQ(ring.install(::dup(STDIN_FILENO), none), -ENFILE);
    EXPECT_EQ(none, no_slot);
    ring.close(slot);
    while (ring.in_flight() > 0) ring.wait(never);
    EXPECT_EQ(ring.slots_free(), 1U);
}

class Poll final : public Operation {
public:
    bool has_completed = false;

private:
    void completed(int, std::uint32_t) override { has_completed = true; }
};

TEST(Ring, one_wait_reaps_all_that_has_happened)
{
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    Ring ring;
    ASSERT_TRUE(ring.open({}));
    std::array<Poll, 500> polls;
    for (Poll& poll : polls) {
        io_uring_sqe request{};
        io_uring_prep_poll_add(&request, ends[0], POLLIN);
        ring.submit(poll, request);
    }
    ring.wait(0);
    ASSERT_EQ(::write(ends[1], "x", 1), 1);
    ring.wait(never);
    EXPECT_EQ(std::ranges::count(polls, true, &Poll::has_completed), 500);
    while (ring.in_flight() > 0) ring.wait(never);
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST(Ring, that_was_busy_does_not_wait_long_for_more)
{
    Ring ring;
    ASSERT_TRUE(ring.open({}));
    std::array<Poll, 64> polls;
    for (Poll& poll : polls) {
        io_uring_sqe request{};
        io_uring_prep_nop(&request);
        ring.submit(poll, request);
    }
    ring.wait(never);
    ASSERT_EQ(ring.in_flight(), 0U);
    ring.wait(never);  // would last for ever
}

}  // namespace
}  // namespace pivot::reactor
