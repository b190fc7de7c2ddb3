#include "execute/contract.hpp"

#include "execute/fake_channel.hpp"
#include "session/session_fixture.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Nanoseconds second = 1'000'000'000;

class ContractTest : public testing::Test, protected Journal {
protected:
    bool judge(Event event)
    {
        judged = std::move(event);
        return contract.judge(judged, now);
    }

    // The legs are 1, 2, …
    JobId dial(unsigned legs)
    {
        Dial order;
        order.timeout = 20s;
        for (LegId leg = 1; leg <= legs; ++leg) order.targets.emplace_back().leg = leg;
        return contract.begin(order, now);
    }

    std::unique_ptr<reactor::Reactor> reactor_;

public:
    reactor::Deadline host{open_reactor(reactor_), reactor::never};
    FakeClock clock{*reactor_};
    EventQueue events{clock, host};
    FakeChannel channel{clock, events};
    Contract contract{channel, this};
    Nanoseconds now = 0;
    Event judged;
    std::vector<std::string> warnings;

private:
    void warn(std::string_view, std::string_view what) override { warnings.emplace_back(what); }
    void take_branch(std::string_view, std::string_view) override {}
};

TEST_F(ContractTest, each_kind_of_job_ends_with_its_own_end_and_with_the_general_one)
{
    struct Row {
        JobKind kind;
        std::size_t end;  // the variant's index
    };
    const Row rows[] = {
        {JobKind::playback, Event(JobEnded()).index()},
        {JobKind::recording, Event(RecordingEnded()).index()},
        {JobKind::speech, Event(SpeechHeard()).index()},
        {JobKind::dial, Event(DialFailed()).index()},
        {JobKind::bridge, Event(BridgeEnded()).index()},
        {JobKind::room, Event(JobEnded()).index()},
        {JobKind::queue, Event(QueueEnded()).index()},
        {JobKind::stream, Event(JobEnded()).index()},
        {JobKind::module, Event(JobEnded()).index()},
        {JobKind::move, Event(JobEnded()).index()},
    };
    for (const Row& row : rows) {
        const JobId job = contract.begin(row.kind, caller, now, unlimited);
        EXPECT_TRUE(judge(JobEnded{job, JobEnd::failed, ""}));
        EXPECT_EQ(judged.index(), row.end);
        EXPECT_EQ(job_ended(judged), job);
        EXPECT_FALSE(contract.runs(job));
    }
    EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(ContractTest, the_end_of_another_kind_is_mended_and_warned_of_once)
{
    const JobId recording = contract.begin(JobKind::recording, caller, now, 60s);
    EXPECT_TRUE(judge(BridgeEnded{recording}));
    ASSERT_TRUE(std::holds_alternative<RecordingEnded>(judged));
    EXPECT_EQ(std::get<RecordingEnded>(judged).job, recording);
    const JobId playback = contract.begin(JobKind::playback, caller, now, 60s);
    EXPECT_TRUE(judge(QueueEnded{playback, QueueEnd::bridged, "", {}, {}}));
    EXPECT_TRUE(std::holds_alternative<JobEnded>(judged));
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("ended a recording (job 1) as another kind ends")));
}

TEST_F(ContractTest, a_key_that_no_telephone_has_ends_no_recording)
{
    const JobId job = contract.begin(JobKind::recording, caller, now, 60s);
    EXPECT_TRUE(judge(RecordingEnded{job, RecordingEnd::key, 'x', "http://r/1", "r", {}}));
    EXPECT_EQ(std::get<RecordingEnded>(judged).end, RecordingEnd::stopped);
    EXPECT_EQ(std::get<RecordingEnded>(judged).url, "http://r/1");
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("told of a key")));
}

TEST_F(ContractTest, a_job_ends_once)
{
    const JobId job = contract.begin(JobKind::playback, caller, now, 60s);
    EXPECT_TRUE(judge(JobEnded{job, JobEnd::finished, ""}));
    EXPECT_FALSE(judge(JobEnded{job, JobEnd::finished, ""}));
    EXPECT_FALSE(judge(JobEnded{job + 7, JobEnd::finished, ""}));
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("ended job 1, which was not running")));
}

TEST_F(ContractTest, a_job_is_given_up_ten_seconds_after_its_limit_and_stopped)
{
    const JobId job = contract.begin(JobKind::playback, caller, now, 30s);
    channel.on("stop", [](JobId) {});
    EXPECT_EQ(contract.due(), 40 * second);
    EXPECT_FALSE(contract.give_up(40 * second - 1));
    const auto end = contract.give_up(40 * second);
    ASSERT_TRUE(end);
    EXPECT_EQ(std::get<JobEnded>(*end).end, JobEnd::failed);
    EXPECT_FALSE(contract.runs(job));
    EXPECT_EQ(contract.due(), never);
    EXPECT_THAT(channel.commands, ElementsAre("stop"));
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("has not ended a playback (job 1) within 10 s")));
}

TEST_F(ContractTest, a_stop_that_is_not_obeyed_is_waited_for_two_seconds)
{
    const JobId job = contract.begin(JobKind::bridge, caller, now, unlimited);
    EXPECT_EQ(contract.due(), never);
    channel.on("stop", [](JobId) {});
    contract.stop(job, second);
    contract.stop(job, 2 * second);  // the first one counts
    EXPECT_EQ(contract.due(), 3 * second);
    const auto end = contract.give_up(3 * second);
    ASSERT_TRUE(end);
    EXPECT_TRUE(std::holds_alternative<BridgeEnded>(*end));
    EXPECT_FALSE(judge(BridgeEnded{job}));  // later
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("has not ended a bridge (job 1) within 2 s"),
                                      HasSubstr("which was not running")));
}

TEST_F(ContractTest, what_runs_on_a_leg_has_to_end_with_it)
{
    dial(1);
    EXPECT_TRUE(judge(LegAnswered{1, "b", 0}));
    contract.begin(JobKind::bridge, 1, now, unlimited);
    EXPECT_TRUE(judge(LegEnded{1, {}}));
    EXPECT_EQ(contract.due(), 2 * second);
}

TEST_F(ContractTest, a_dial_of_which_no_leg_is_left_has_failed)
{
    dial(2);
    EXPECT_TRUE(judge(LegEnded{1, {}}));
    EXPECT_EQ(contract.due(), 30 * second);
    EXPECT_TRUE(judge(LegEnded{2, {}}));
    EXPECT_EQ(contract.due(), 2 * second);
    EXPECT_TRUE(std::holds_alternative<DialFailed>(*contract.give_up(2 * second)));
}

TEST_F(ContractTest, a_dial_is_answered_once_by_one_of_its_legs)
{
    const JobId job = dial(2);
    EXPECT_FALSE(judge(LegAnswered{9, "x", 0}));
    EXPECT_TRUE(judge(LegAnswered{2, "b", 0}));
    EXPECT_EQ(std::get<LegAnswered>(judged).job, job);
    EXPECT_FALSE(judge(LegAnswered{2, "b", 0}));
    EXPECT_THAT(channel.commands, IsEmpty());
    EXPECT_FALSE(judge(LegAnswered{1, "c", 0}));
    EXPECT_THAT(channel.commands, ElementsAre("hang_up 1"));
    EXPECT_FALSE(judge(DialFailed{job, {}}));
}

TEST_F(ContractTest, a_leg_that_answers_while_its_dial_is_stopped_is_hung_up_and_ends_it)
{
    const JobId job = dial(1);
    channel.on("stop", [](JobId) {});
    contract.stop(job, now);
    EXPECT_TRUE(judge(LegAnswered{1, "b", 0}));
    EXPECT_TRUE(std::holds_alternative<DialFailed>(judged));
    EXPECT_THAT(channel.commands, ElementsAre("stop", "hang_up 1"));
    EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(ContractTest, legs_of_an_earlier_dial_may_end_late)
{
    const JobId job = dial(1);
    EXPECT_TRUE(judge(DialFailed{job, {}}));
    Dial again;
    again.targets.emplace_back().leg = 2;
    contract.begin(again, now);
    EXPECT_FALSE(judge(LegEnded{1, {}}));
    EXPECT_THAT(warnings, IsEmpty());
    EXPECT_FALSE(judge(LegEnded{3, {}}));
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("leg 3")));
}

TEST_F(ContractTest, news_of_what_does_not_run_is_dropped)
{
    const JobId job = contract.begin(JobKind::playback, caller, now, 60s);
    EXPECT_FALSE(judge(QueueBridged{job}));
    EXPECT_FALSE(judge(ConferenceHappened{7, ConferenceEventKind::start, ""}));
    EXPECT_FALSE(judge(SpeechHeard{job, "one", "", true}));
    EXPECT_TRUE(contract.runs(job));
    EXPECT_FALSE(judge(LegRinging{4}));
    EXPECT_FALSE(judge(KeyPressed{4, '1'}));
    EXPECT_FALSE(judge(KeyPressed{caller, 'x'}));
    EXPECT_TRUE(judge(KeyPressed{caller, 'D'}));
}

TEST_F(ContractTest, one_who_is_taken_out_of_a_queue_may_talk_as_long_as_the_two_like)
{
    const JobId job = contract.begin(JobKind::queue, caller, now, 20s);
    EXPECT_EQ(contract.due(), 30 * second);
    EXPECT_TRUE(judge(QueueBridged{job}));
    EXPECT_EQ(contract.due(), never);
}

TEST_F(ContractTest, the_end_of_the_call_ends_all_jobs)
{
    contract.begin(JobKind::recording, caller, now, unlimited);
    contract.begin(JobKind::queue, caller, now, unlimited);
    auto end = contract.end_next(true);
    ASSERT_TRUE(end);
    EXPECT_EQ(std::get<RecordingEnded>(*end).end, RecordingEnd::hung_up);
    end = contract.end_next(true);
    ASSERT_TRUE(end);
    EXPECT_EQ(std::get<QueueEnded>(*end).end, QueueEnd::hung_up);
    EXPECT_FALSE(contract.end_next(true));
    EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(ContractTest, a_limit_is_known_for_what_has_one)
{
    Speech speech;
    speech.text = OpaqueText(std::string(100, 'a'));
    EXPECT_EQ(limit_of(speech), 50s);
    EXPECT_EQ(limit_of(Media(WebUrl::of("http://h/a.mp3"))), 1h);
    EXPECT_EQ(limit_of(Media(SoundName::of("local_stream://default"))), unlimited);
    EXPECT_EQ(limit_of(Media(Tone::of("%(500,500,480);loops=-1"))), unlimited);
    Recording recording;
    recording.length_max = 60s;
    EXPECT_EQ(limit_of(recording), 60s);
    recording.runs_beside = true;
    EXPECT_EQ(limit_of(recording), unlimited);
    EXPECT_GE(limit_of_keys("1W2w", 200ms), 1900ms);
}

}  // namespace
}  // namespace pivot::test
