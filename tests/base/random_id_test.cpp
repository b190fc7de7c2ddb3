#include "base/random_id.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

// How the kernel gives random bytes.
enum class Kernel {
    in_full,
    a_byte_at_a_time,
    interrupted_every_time,
    half_and_no_more,
    not_at_all
};

Kernel kernel = Kernel::in_full;
int calls = 0;

}  // namespace

// The linker takes this one before the C library's.
extern "C" ssize_t getrandom(void* bytes, size_t size, unsigned flags)
{
    const int call = calls++;
    switch (kernel) {
        case Kernel::in_full: break;
        case Kernel::a_byte_at_a_time: size = std::min<size_t>(size, 1); break;
        case Kernel::interrupted_every_time:
            if (call % 2 == 0) {
                errno = EINTR;
                return -1;
            }
            break;
        case Kernel::half_and_no_more:
            if (call % 2 == 1) return 0;
            size /= 2;
            break;
        case Kernel::not_at_all: errno = ENOSYS; return -1;
    }
    return ::syscall(SYS_getrandom, bytes, size, flags);
}

namespace pivot {
namespace {

// Among many random ids no two are equal, and no byte has the same value in all of them.
void expect_random(Kernel source)
{
    kernel = source;
    calls = 0;
    std::vector<std::string> ids;
    for (int i = 0; i < 50; ++i) ids.push_back(random_id());
    EXPECT_GE(calls, 50) << "the test's own kernel is asked";
    kernel = Kernel::in_full;
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
    for (const std::string& id : ids) {
        ASSERT_EQ(id.size(), 32U);
        EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), id.npos) << id;
    }
    for (std::size_t at = 0; at < 32; at += 2) {
        std::set<std::string> bytes;
        for (const std::string& id : ids) bytes.insert(id.substr(at, 2));
        EXPECT_GT(bytes.size(), 1U) << "byte " << at / 2 << " of " << ids.front();
    }
}

TEST(RandomId, is_128_random_bits)
{
    expect_random(Kernel::in_full);
}

TEST(RandomId, is_random_to_its_end_where_the_kernel_gives_a_byte_at_a_time)
{
    expect_random(Kernel::a_byte_at_a_time);
}

TEST(RandomId, is_random_where_signals_interrupt_the_kernel)
{
    expect_random(Kernel::interrupted_every_time);
}

TEST(RandomId, is_random_to_its_end_where_the_kernel_gives_half)
{
    expect_random(Kernel::half_and_no_more);
}

TEST(RandomId, is_random_where_the_kernel_gives_nothing)
{
    expect_random(Kernel::not_at_all);
}

}  // namespace
}  // namespace pivot
