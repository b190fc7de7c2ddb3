// Ten thousand calls at once, of every kind, through one reactor.
#include "peers/crowd.hpp"
#include "engine/engine_fixture.hpp"

#include <array>
#include <atomic>
#include <filesystem>
#include <map>
#include <thread>
#include <vector>

namespace pivot::test {
namespace {

std::size_t descriptors_open()
{
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
        ++count;
    return count;
}

struct Kind {
    const char* target;
    std::optional<Reason> reason;  // none: processed
    bool is_brief = false;
};

constexpr std::array<Kind, 10> kinds{{{"/flow", std::nullopt},
                                      {"/invalid", Reason::invalid_callflow},
                                      {"/status/503", Reason::status},
                                      {"/redirect?to=/flow", std::nullopt},
                                      {"/slow?ms=200", std::nullopt},
                                      {"/drip", Reason::timeout, true},
                                      {"/silent", Reason::timeout, true},
                                      {"/close", Reason::closed},
                                      {"/reset", Reason::closed},
                                      {"/garbage", Reason::protocol}}};

// How many of these calls were processed.
std::size_t processed(std::vector<std::future<Outcome>>& calls)
{
    std::size_t count = 0;
    for (auto& call : calls) count += call.get().kind == OutcomeKind::processed;
    return count;
}

constexpr auto ten_seconds = R"(,"req_timeout_ms":10000)";

TEST(Crowd, two_thousand_answers_that_come_at_once_are_all_read)
{
    const Crowd crowd;
    Pivots pivots;
    std::vector<std::future<Outcome>> calls;
    for (int i = 0; i < 2000; ++i)
        calls.push_back(pivots.start(node(crowd.url("/flow"), ten_seconds)));
    EXPECT_EQ(processed(calls), 2000u);
}

TEST(Crowd, two_thousand_calls_one_after_another_are_all_answered)
{
    const Crowd crowd;
    Pivots pivots;
    for (int i = 0; i < 2000; ++i)
        ASSERT_TRUE(is_processed(pivots.run(node(crowd.url("/flow"), ten_seconds)))) << i;
}

TEST(Crowd, ten_thousand_calls_of_every_kind_each_have_one_outcome_and_leave_nothing)
{
    constexpr std::size_t calls = 10'000;
    const Crowd crowd;
    const auto before = descriptors_open();

    std::vector<std::atomic<int>> outcomes(calls);
    std::atomic<int> early = 0;
    std::atomic<std::size_t> done = 0;
    std::map<std::string, int> surprises;  // the reactor's, and after the engine is gone ours
    {
        Pivots pivots;
        // Methods of their own, so that a stale connection does not make them ask again.
        for (std::size_t i = 0; i < calls; ++i) {
            const auto k = i % kinds.size();
            const auto& kind = kinds[k];
            const auto text =
                node(crowd.url(kind.target), kind.is_brief ? brief : R"(,"method":"post")");
            const auto start = Clock::now();
            pivots.engine().start(request_of(text), [&, i, k, start](Outcome outcome) {
                const auto& kind = kinds[k];
                ++outcomes[i];
                const auto reason =
                    outcome.failure ? std::optional(outcome.failure->reason) : std::nullopt;
                if (reason != kind.reason) {
                    const auto what = outcome.failure
                                          ? std::string(name(outcome.failure->reason)) + " in " +
                                                std::string(name(outcome.failure->phase))
                                          : "processed";
                    ++surprises[std::string(kind.target) + ": " + what];
                }
                if (kind.is_brief && Clock::now() - start < brief_timeout) ++early;
                ++done;
            });
        }
        const auto end = Clock::now() + 100s;
        while (done != calls && Clock::now() < end) std::this_thread::sleep_for(10ms);
        EXPECT_EQ(done, calls);
        EXPECT_TRUE(eventually([&] { return pivots.engine().calls_in_flight() == 0; }));
    }
    for (std::size_t i = 0; i < calls; ++i) ASSERT_EQ(outcomes[i], 1) << i;
    EXPECT_EQ(surprises, (std::map<std::string, int>{}));
    EXPECT_EQ(early, 0);
    EXPECT_EQ(descriptors_open(), before);
}

}  // namespace
}  // namespace pivot::test
