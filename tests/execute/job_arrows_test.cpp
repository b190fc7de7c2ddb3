// The states of a job, as docs/design.md draws them: one test for each arrow, under its name.
#include "execute/contract.hpp"
#include "execute/event_queue.hpp"
#include "execute/fake_channel.hpp"
#include "execute/journal.hpp"
#include "places.hpp"
#include "reactor/run_until.hpp"

#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds second = 1'000'000'000;
constexpr LegId callee = 1;

class JobArrow : public testing::Test, private Contract::Witness {
protected:
    // Nothing happens by itself.
    void SetUp() override
    {
        for (const char* command : {"say", "record", "dial", "bridge", "dequeue", "stop"}) {
            channel.on(command, [](JobId) {});
        }
    }

    JobId begin(JobCommand command, LegId leg = caller)
    {
        const JobId job = contract.begin(leg, std::move(command), now);
        channel.commands.clear();
        return job;
    }

    // A playback for the caller, which may take a minute.
    JobId play()
    {
        Speech speech;
        speech.text = OpaqueText(std::string(150, 'a'));
        return begin(std::move(speech));
    }
    // A recording, which may take a minute.
    JobId record(LegId leg)
    {
        Recording recording;
        recording.length_max = 60s;
        return begin(std::move(recording), leg);
    }

    JobId dial()
    {
        Dial dial;
        dial.timeout = 20s;
        dial.targets.emplace_back().leg = callee;
        return begin(std::move(dial));
    }

    // What the verb sees of what the channel tells; nothing: it sees nothing.
    std::optional<Event> tell(Event event)
    {
        if (!contract.judge(event, now)) return std::nullopt;
        return event;
    }

    void expect_end(const std::optional<Event>& seen, JobId job, JobEnd how)
    {
        ASSERT_TRUE(seen);
        const auto* ended = std::get_if<JobEnded>(&*seen);
        ASSERT_NE(ended, nullptr);
        EXPECT_EQ(ended->job, job);
        EXPECT_EQ(ended->end, how);
        EXPECT_FALSE(contract.runs(job));
    }

    std::unique_ptr<reactor::Reactor> reactor;
    reactor::Deadline host{open_reactor(reactor), reactor::never};
    EventQueue events{reactor->clock(), host};
    FakeChannel channel{events};
    JobLimits limits;
    Contract contract{channel, *this, limits};
    Nanoseconds now = 0;
    unsigned warnings = 0;

private:
    void note_breach(std::string_view) override { ++warnings; }
};

TEST_F(JobArrow, begin)
{
    const JobId job = play();
    EXPECT_TRUE(contract.runs(job));
    EXPECT_EQ(contract.due(), 70 * second) << "its limit and ten seconds";
}

TEST_F(JobArrow, refuse)
{
    channel.lacks.insert("join");
    EXPECT_EQ(begin(Conference()), 0U);
    EXPECT_EQ(contract.due(), never);
    EXPECT_FALSE(contract.end_next(true)) << "nothing is left to end";
}

TEST_F(JobArrow, connect)
{
    const JobId job = begin(Dequeue{QueueName::of("q"), 20s});
    EXPECT_TRUE(tell(QueueBridged{job}));
    EXPECT_TRUE(contract.runs(job));
    EXPECT_EQ(contract.due(), never);
}

TEST_F(JobArrow, end)
{
    const JobId job = play();
    expect_end(tell(JobEnded{job, JobEnd::finished, ""}), job, JobEnd::finished);
    EXPECT_EQ(warnings, 0U);
}

TEST_F(JobArrow, mended_end)
{
    const JobId general = begin(Bridge(), callee);
    const auto seen = tell(JobEnded{general, JobEnd::stopped, ""});
    ASSERT_TRUE(seen);
    EXPECT_TRUE(std::holds_alternative<BridgeEnded>(*seen));
    EXPECT_EQ(warnings, 0U) << "the general end is for every kind";

    const JobId other = play();
    expect_end(tell(BridgeEnded{other}), other, JobEnd::finished);
    EXPECT_EQ(warnings, 1U);
}

TEST_F(JobArrow, answer)
{
    const JobId job = dial();
    const auto seen = tell(LegAnswered{callee, "", 0});
    ASSERT_TRUE(seen);
    EXPECT_EQ(std::get<LegAnswered>(*seen).job, job);
    EXPECT_FALSE(contract.runs(job));
}

TEST_F(JobArrow, stop)
{
    const JobId job = play();
    contract.stop(job, now);
    EXPECT_TRUE(contract.runs(job)) << "until its end comes";
    EXPECT_EQ(contract.due(), 2 * second);
    EXPECT_THAT(channel.commands, testing::ElementsAre("stop"));
    expect_end(tell(JobEnded{job, JobEnd::stopped, ""}), job, JobEnd::stopped);
}

TEST_F(JobArrow, leg_end)
{
    dial();
    tell(LegAnswered{callee, "", 0});
    const JobId job = record(callee);
    EXPECT_TRUE(tell(LegEnded{callee, {}}));
    EXPECT_TRUE(contract.runs(job)) << "its end is still to come";
    EXPECT_EQ(contract.due(), 2 * second);
}

TEST_F(JobArrow, crossed_answer)
{
    const JobId job = dial();
    contract.stop(job, now);
    const auto seen = tell(LegAnswered{callee, "", job});
    ASSERT_TRUE(seen);
    EXPECT_EQ(std::get<DialFailed>(*seen).job, job);
    EXPECT_THAT(channel.commands, testing::Contains("hang_up 1"));
}

TEST_F(JobArrow, ignored_stop)
{
    const JobId job = play();
    contract.stop(job, now);
    EXPECT_FALSE(contract.give_up(now + 2 * second - 1));
    expect_end(contract.give_up(now + 2 * second), job, JobEnd::stopped);
    EXPECT_EQ(warnings, 1U);
}

TEST_F(JobArrow, limit)
{
    const JobId job = play();
    EXPECT_FALSE(contract.give_up(now + 70 * second - 1));
    expect_end(contract.give_up(now + 70 * second), job, JobEnd::failed);
    EXPECT_THAT(channel.commands, testing::ElementsAre("stop"));
    EXPECT_EQ(warnings, 1U);
}

TEST_F(JobArrow, hang_up)
{
    const JobId job = record(caller);
    const auto seen = contract.end_next(true);
    ASSERT_TRUE(seen);
    EXPECT_EQ(std::get<RecordingEnded>(*seen).end, RecordingEnd::hung_up);
    EXPECT_FALSE(contract.runs(job));
}

TEST_F(JobArrow, move)
{
    const JobId job = play();
    expect_end(contract.end_next(false), job, JobEnd::stopped);
}

TEST_F(JobArrow, owed_end)
{
    const JobId job = play();
    contract.stop(job, now);
    contract.give_up(now + 2 * second);
    EXPECT_FALSE(tell(JobEnded{job, JobEnd::stopped, ""}));
    EXPECT_EQ(warnings, 1U) << "of the stop alone";
}

TEST_F(JobArrow, late_end)
{
    const JobId job = play();
    tell(JobEnded{job, JobEnd::finished, ""});
    EXPECT_FALSE(tell(JobEnded{job, JobEnd::finished, ""}));
    EXPECT_EQ(warnings, 1U);
}

// The first column of the table below the drawing: `begin`, `hang_up, move`, …
std::set<std::string> arrows_of_the_page()
{
    std::ifstream page(source_root() + "/docs/design.md");
    std::set<std::string> arrows;
    bool is_in_table = false;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("| arrow |")) is_in_table = true;
        if (is_in_table && line.empty()) break;
        if (!is_in_table || line.starts_with("| arrow") || line.starts_with("|---")) continue;
        std::istringstream names(line.substr(2, line.find(" |", 2) - 2));
        for (std::string name; std::getline(names >> std::ws, name, ',');) arrows.insert(name);
    }
    return arrows;
}

TEST(JobArrows, of_the_page_each_have_a_test)
{
    std::set<std::string> tested;
    const auto* unit = testing::UnitTest::GetInstance();
    for (int i = 0; i < unit->total_test_suite_count(); ++i) {
        const testing::TestSuite* suite = unit->GetTestSuite(i);
        if (std::string_view(suite->name()) != "JobArrow") continue;
        for (int k = 0; k < suite->total_test_count(); ++k) {
            tested.insert(suite->GetTestInfo(k)->name());
        }
    }
    EXPECT_EQ(arrows_of_the_page(), tested);
}

}  // namespace
}  // namespace pivot::test
