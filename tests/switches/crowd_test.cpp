// Ten thousand scripted sessions at a time on one reactor.
#include "peers/crowd.hpp"

#include "switches/reception.hpp"

#include <gtest/gtest.h>

namespace pivot::test {
namespace {

class CountingSpool final : public CdrSpool {
public:
    void put(Cdr, Done) override { ++count; }
    void due(DueQuery, DueDone) override {}
    void remove(std::string, Done) override {}
    void failed(std::string, std::int64_t, Done) override {}

    std::size_t count = 0;
};

TEST(CrowdOfSessions, ten_thousand_callers_press_a_key_or_hang_up_and_each_leaves_one_cdr)
{
    constexpr std::size_t calls = 10'000;
    const Crowd crowd;
    CountingSpool cdrs;
    Reception reception(crowd.url("/gather"), &cdrs);
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
    const auto iterations = [](const Caller& caller) { return caller.session.iteration(); };
    EXPECT_EQ(std::ranges::count(reception.callers(), 2, iterations), calls / 2);
    EXPECT_EQ(cdrs.count, calls);
}

}  // namespace
}  // namespace pivot::test
