// Ten thousand scripted sessions at a time on one reactor.
#include "peers/crowd.hpp"

#include "switches/reception.hpp"

#include <gtest/gtest.h>

namespace pivot::test {
namespace {

TEST(CrowdOfSessions, ten_thousand_callers_press_a_key_or_hang_up_and_each_leaves_one_cdr)
{
    constexpr std::size_t calls = 10'000;
    const Crowd crowd;
    Reception reception(crowd.url("/gather"));
    reception.take(calls);
    std::size_t asked_again = 0;
    for (Caller& caller : reception.callers()) {
        const bool presses = ++asked_again % 2 == 0;
        if (presses) {
            caller.channel.press('1');
        } else {
            caller.channel.hang_up_caller();
        }
    }
    reception.close();
    const auto iterations = [](const Caller& caller) { return caller.channel.iterations(); };
    EXPECT_EQ(std::ranges::count(reception.callers(), 2, iterations), calls / 2);
    EXPECT_EQ(reception.cdrs(), calls);
}

}  // namespace
}  // namespace pivot::test
