#include "reactor/ring.hpp"

#include "peers/temporary_folder.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <span>
#include <string>

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pivot::reactor {
namespace {

void install(std::span<sock_filter> program)
{
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

// Has a system call fail with `error` in this process from now on, as a container's filter does.
void forbid(unsigned call, unsigned error)
{
    std::array program = {
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    install(program);
}

// The same of one of the things that io_uring_register does.
void forbid_register(unsigned opcode, unsigned error)
{
    constexpr unsigned second_argument = offsetof(seccomp_data, args) + sizeof(std::uint64_t);
    std::array program = {
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_register, 0, 3),
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, second_argument),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, opcode, 0, 1),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    install(program);
}

// What a ring says that opens in a child after `prepare`: the size of its table, or why not.
std::string opening(const std::function<void()>& prepare)
{
    int ends[2];
    if (::pipe(ends) != 0) return "no pipe";
    const pid_t child = ::fork();
    if (child == 0) {
        prepare();
        Ring ring;
        const auto opened = ring.open({});
        const std::string said =
            opened ? std::to_string(ring.slots_max()) + " slots" : opened.error();
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

std::string refusal(unsigned error)
{
    return opening([error] { forbid(SYS_io_uring_setup, error); });
}

TEST(Ring, that_is_forbidden_says_so)
{
    EXPECT_NE(refusal(EPERM).find("denies io_uring_setup"), std::string::npos) << refusal(EPERM);
}

TEST(Ring, that_a_filter_hides_says_so_and_which_kernel_has_it)
{
    const std::string said = refusal(ENOSYS);
    EXPECT_NE(said.find("a seccomp filter (a container's?) hides io_uring_setup"), said.npos);
    EXPECT_NE(said.find("this kernel has no io_uring: Linux 6.1 or newer is needed"), said.npos);
}

// The setting itself would concern the whole machine.
TEST(Ring, that_is_switched_off_says_by_what_and_who_may_still_have_it)
{
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to show this process another setting";
    const test::TemporaryFolder folder;
    const auto switched_off = [&](const char* value) {
        return opening([&] {
            const std::string file = folder.path() / "disabled";
            std::ofstream(file) << value;
            const bool is_shown =
                ::unshare(CLONE_NEWNS) == 0 &&
                ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                ::mount(file.c_str(), "/proc/sys/kernel/io_uring_disabled", nullptr, MS_BIND,
                        nullptr) == 0;
            if (is_shown) forbid(SYS_io_uring_setup, EPERM);
        });
    };
    const std::string for_all = switched_off("2\n");
    if (for_all.ends_with(" slots")) GTEST_SKIP() << "a mount namespace is forbidden here";
    EXPECT_EQ(for_all,
              "io_uring is switched off (kernel.io_uring_disabled = 2): set it to 0 with sysctl");
    EXPECT_NE(switched_off("1\n").find("run in the group kernel.io_uring_group"),
              std::string::npos);
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

TEST(Ring, that_may_not_begin_says_so)
{
    const std::string said = opening([] { forbid_register(IORING_REGISTER_ENABLE_RINGS, ENOMEM); });
    EXPECT_EQ(said,
              "the kernel does not enable the io_uring (IORING_REGISTER_ENABLE_RINGS: Cannot "
              "allocate memory)");
}

TEST(RingDeathTest, that_the_kernel_serves_no_more_ends_the_process_with_a_sentence)
{
    const auto wait = [](bool is_polled) {
        Ring ring;
        if (!ring.open({.is_polled = is_polled})) return;
        forbid(SYS_io_uring_enter, EPERM);
        ring.wait(never);
    };
    EXPECT_EXIT(
        wait(false), testing::ExitedWithCode(2),
        "pivot: the kernel no longer serves io_uring .io_uring_enter: Operation not permitted");
    EXPECT_EXIT(wait(true), testing::ExitedWithCode(2),
                "pivot: the kernel no longer serves io_uring");
}

TEST(RingDeathTest, that_is_polled_and_may_not_begin_ends_the_process_with_a_sentence)
{
    const auto wait = [] {
        Ring ring;
        if (!ring.open({.is_polled = true})) return;
        forbid_register(IORING_REGISTER_ENABLE_RINGS, EPERM);
        ring.wait(never);
    };
    EXPECT_EXIT(wait(), testing::ExitedWithCode(2),
                "pivot: the kernel does not enable the io_uring");
}

class Nop final : public Operation {
    void completed(int, std::uint32_t) override {}
};

// It used to ask the kernel again and again.
TEST(RingDeathTest, keeps_requests_that_the_kernel_takes_only_later)
{
    const auto submit = [] {
        Ring ring;
        if (!ring.open({.requests = 16})) return;
        forbid(SYS_io_uring_enter, EBUSY);
        std::array<Nop, 100> nops;
        for (Nop& nop : nops) {
            io_uring_sqe request{};
            io_uring_prep_nop(&request);
            ring.submit(nop, request);
        }
        ring.wait(0);
        std::_Exit(ring.has_unsubmitted() ? 7 : 1);
    };
    EXPECT_EXIT(submit(), testing::ExitedWithCode(7), "");
}

void limit_descriptors(rlim_t soft, rlim_t hard)
{
    const rlimit limit{soft, hard};
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

TEST(Ring, has_the_table_that_the_hard_limit_of_open_files_allows_whatever_the_soft_one)
{
    rlimit own{};
    ::getrlimit(RLIMIT_NOFILE, &own);
    for (const rlim_t hard : {64, 100, 256, 1'024, 4'096, 16'384, 20'000}) {
        for (const rlim_t soft : {64, 100, 256, 1'024, 4'096, 8'192, 16'384, 20'000}) {
            if (soft > hard || hard > own.rlim_max) continue;
            const std::string said = opening([=] { limit_descriptors(soft, hard); });
            EXPECT_EQ(said, std::to_string(std::min<rlim_t>(hard, 16'384)) + " slots")
                << soft << " " << hard;
        }
    }
}

TEST(RingDeathTest, whose_table_is_full_says_which_limit_to_raise)
{
    const auto open = [] {
        limit_descriptors(64, 64);
        Ring ring;
        if (!ring.open({.descriptors = 16'384})) return;
        std::fputs(ring.explain_full().c_str(), stderr);
        std::_Exit(7);
    };
    EXPECT_EXIT(open(), testing::ExitedWithCode(7),
                "all 64 connections of this reactor are in use: raise the limit of open files "
                ".ulimit -n, LimitNOFILE. from 64 to 16384");
}

TEST(RingDeathTest, without_a_descriptor_says_which_limit_to_raise)
{
    const auto open = [] {
        limit_descriptors(64, 64);
        while (::dup(STDERR_FILENO) >= 0) continue;
        Ring ring;
        const auto opened = ring.open({});
        std::fputs(opened ? "it opened" : opened.error().c_str(), stderr);
        std::_Exit(7);
    };
    EXPECT_EXIT(
        open(), testing::ExitedWithCode(7),
        "no descriptor is left: raise the limit of open files .ulimit -n, LimitNOFILE. from "
        "64 to 4096");
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
