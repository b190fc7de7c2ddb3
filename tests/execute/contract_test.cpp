#include "execute/contract.hpp"

#include "execute/fake_channel.hpp"
#include "session/session_fixture.hpp"

#include <iterator>
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
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Nanoseconds second = 1'000'000'000;

std::string why_of(const Event& event)
{
    return std::visit(
        [](const auto& told) -> std::string {
            if constexpr (requires { told.why; }) return told.why;
            return {};
        },
        event);
}

// A command of each kind of job.
std::vector<JobCommand> commands_of_each_kind()
{
    std::vector<JobCommand> commands;
    commands.emplace_back(Media());
    commands.emplace_back(Speech());
    commands.emplace_back(SentKeys());
    commands.emplace_back(Recording());
    commands.emplace_back(Speaking());
    commands.emplace_back(pivot::Stream());
    commands.emplace_back(Dial());
    commands.emplace_back(Bridge());
    commands.emplace_back(Conference());
    commands.emplace_back(Queue());
    commands.emplace_back(Dequeue());
    commands.emplace_back(Mix());
    commands.emplace_back(Refer());
    commands.emplace_back(Transfer());
    commands.emplace_back(Park());
    commands.emplace_back(HostModule());
    commands.emplace_back(HostFlow());
    return commands;
}

// It may take so long, if that is half a minute or more.
Speech speech_of(milliseconds limit)
{
    Speech speech;
    speech.text = OpaqueText(std::string(static_cast<std::size_t>((limit - 30s) / 200ms), 'a'));
    return speech;
}

class ContractTest : public testing::Test, protected Contract::Witness {
protected:
    // Nothing happens by itself.
    void SetUp() override
    {
        for (const char* command : {"play", "say", "send_keys", "record", "listen", "stream",
                                    "dial", "bridge", "join", "enqueue", "dequeue", "mix", "refer",
                                    "transfer", "park", "run_module", "run_flow", "stop"}) {
            channel.on(command, [](JobId) {});
        }
    }

    JobId begin(JobCommand command, LegId leg = caller)
    {
        const JobId job = contract.begin(leg, std::move(command), now);
        channel.commands.clear();
        return job;
    }
    JobId record()
    {
        Recording recording;
        recording.length_max = 60s;
        return begin(std::move(recording));
    }

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
        return begin(std::move(order));
    }

    std::unique_ptr<reactor::Reactor> reactor_;

public:
    reactor::Deadline host{open_reactor(reactor_), reactor::never};
    EventQueue events{reactor_->clock(), host};
    FakeChannel channel{events};
    JobLimits limits;
    Contract contract{channel, *this, limits};
    Nanoseconds now = 0;
    Event judged;
    std::vector<std::string> warnings;

private:
    void note_breach(std::string_view what) override { warnings.emplace_back(what); }
};

TEST_F(ContractTest, each_kind_of_job_ends_with_its_own_end_and_with_the_general_one)
{
    const std::size_t job_end = Event(JobEnded()).index();
    const std::size_t queue_end = Event(QueueEnded()).index();
    const std::size_t ends[] = {job_end,
                                job_end,
                                job_end,
                                Event(RecordingEnded()).index(),
                                Event(SpeechHeard()).index(),
                                job_end,
                                Event(DialFailed()).index(),
                                Event(BridgeEnded()).index(),
                                job_end,
                                queue_end,
                                queue_end,
                                job_end,
                                Event(Referred()).index(),
                                job_end,
                                job_end,
                                job_end,
                                job_end};
    const std::vector<JobCommand> commands = commands_of_each_kind();
    ASSERT_EQ(std::size(ends), commands.size());
    for (std::size_t i = 0; i < commands.size(); ++i) {
        const JobId job = begin(commands[i]);
        EXPECT_TRUE(judge(JobEnded{job, JobEnd::failed, "", "the disk is full"}));
        EXPECT_EQ(judged.index(), ends[i]);
        EXPECT_EQ(why_of(judged), "the disk is full");
        EXPECT_EQ(job_ended(judged), job);
        EXPECT_FALSE(contract.runs(job));
    }
    EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(ContractTest, a_cause_that_is_told_as_a_sip_status_gets_its_name)
{
    Event event = LegEnded{1, {"", 486}};
    name_cause(event);
    EXPECT_EQ(std::get<LegEnded>(event).cause.name, "USER_BUSY");
    event = DialFailed{1, {"", 480}};
    name_cause(event);
    EXPECT_EQ(std::get<DialFailed>(event).cause.name, "NO_USER_RESPONSE");
    event = HungUp{{"", 487}};
    name_cause(event);
    EXPECT_EQ(std::get<HungUp>(event).cause.name, "ORIGINATOR_CANCEL");
    event = HungUp{{"GONE_FISHING", 486}};
    name_cause(event);
    EXPECT_EQ(std::get<HungUp>(event).cause.name, "GONE_FISHING");
    event = HungUp{{"", 200}};
    name_cause(event);
    EXPECT_EQ(std::get<HungUp>(event).cause.name, "");
}

TEST_F(ContractTest, speech_without_words_is_silence)
{
    for (const HearingEnd end : {HearingEnd::words, HearingEnd::silence}) {
        EXPECT_TRUE(judge(SpeechHeard{begin(Speaking()), "", "", end}));
        EXPECT_EQ(std::get<SpeechHeard>(judged).end, HearingEnd::silence);
    }
    EXPECT_TRUE(judge(SpeechHeard{begin(Speaking()), "yes", "", HearingEnd::words}));
    EXPECT_EQ(std::get<SpeechHeard>(judged).end, HearingEnd::words);
    EXPECT_TRUE(judge(JobEnded{begin(Speaking()), JobEnd::stopped, ""}));
    EXPECT_EQ(std::get<SpeechHeard>(judged).end, HearingEnd::silence);
    EXPECT_TRUE(judge(JobEnded{begin(Speaking()), JobEnd::failed, ""}));
    EXPECT_EQ(std::get<SpeechHeard>(judged).end, HearingEnd::failed);
    EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(ContractTest, each_command_is_given_to_the_channel_as_what_it_is)
{
    const char* given[] = {"play url",   "say",     "send_keys  0", "record  PUT  0",  "listen",
                           "stream",     "dial 0",  "bridge 0",     "join  moderator", "enqueue",
                           "dequeue  0", "mix  0",  "refer",        "transfer",        "park",
                           "run_module", "run_flow"};
    channel.on("run_flow", [this](JobId) { channel.commands.push_back("run_flow"); });
    const std::vector<JobCommand> commands = commands_of_each_kind();
    ASSERT_EQ(std::size(given), std::variant_size_v<JobCommand>);
    ASSERT_EQ(commands.size(), std::variant_size_v<JobCommand>);
    for (std::size_t i = 0; i < commands.size(); ++i) {
        EXPECT_EQ(commands[i].index(), i);
        const JobId job = contract.begin(caller, commands[i], now);
        judge(JobEnded{job, JobEnd::finished, ""});
    }
    EXPECT_THAT(channel.commands, testing::ElementsAreArray(given));
}

// One that plays, and notes where the words are.
class Reader final : public Channel {
public:
    void answer() override {}
    void reject(int, const ReasonPhrase&) override {}
    void hang_up(LegId, const CauseName&) override {}
    void ended(const SessionEnd&) override {}
    void stop(JobId) override {}
    bool say(JobId, LegId, const Speech& speech) override
    {
        shown.push_back(&speech);
        return true;
    }

    std::vector<const Speech*> shown;
};

TEST_F(ContractTest, a_command_stays_where_it_is_until_the_channel_has_told_the_end_of_its_job)
{
    Reader reader;
    Contract reading(reader, *this, limits);
    const auto say = [&](std::string_view words) {
        Speech speech;
        speech.text = OpaqueText(words);
        return reading.begin(caller, std::move(speech), now);
    };
    const JobId stopped = say("stopped, and never told");
    reading.stop(stopped, now);
    ASSERT_TRUE(reading.give_up(2 * second));
    const JobId late = say("beyond its limit, and told late");
    ASSERT_TRUE(reading.give_up(1'000 * second));
    say("the call is over");
    ASSERT_TRUE(reading.end_next(true));
    for (unsigned i = 0; i < 100; ++i) {
        Event ended = JobEnded{say("another"), JobEnd::finished, ""};
        EXPECT_TRUE(reading.judge(ended, now));
    }
    EXPECT_EQ(reader.shown[0]->text.bytes(), "stopped, and never told");
    EXPECT_EQ(reader.shown[1]->text.bytes(), "beyond its limit, and told late");
    EXPECT_EQ(reader.shown[2]->text.bytes(), "the call is over");
    Event end = JobEnded{late, JobEnd::finished, ""};
    EXPECT_FALSE(reading.judge(end, now));
    EXPECT_EQ(reader.shown[0]->text.bytes(), "stopped, and never told");
}

TEST_F(ContractTest, a_channel_that_cannot_do_it_is_told_no_more_of_the_job)
{
    channel.lacks.insert("enqueue");
    EXPECT_EQ(begin(Queue()), 0U);
    EXPECT_EQ(contract.due(), never);
    EXPECT_FALSE(contract.end_next(true));
    EXPECT_EQ(begin(Conference()), 2U) << "numbers are not used again";
}

TEST_F(ContractTest, the_end_of_another_kind_is_mended_and_warned_of_once)
{
    const JobId recording = record();
    EXPECT_TRUE(judge(BridgeEnded{recording}));
    ASSERT_TRUE(std::holds_alternative<RecordingEnded>(judged));
    EXPECT_EQ(std::get<RecordingEnded>(judged).job, recording);
    const JobId playback = begin(speech_of(60s));
    EXPECT_TRUE(judge(QueueEnded{playback, QueueEnd::bridged, "", {}, {}}));
    EXPECT_TRUE(std::holds_alternative<JobEnded>(judged));
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("ended a recording (job 1) as another kind ends")));
}

TEST_F(ContractTest, a_key_that_no_telephone_has_ends_no_recording)
{
    const JobId job = record();
    EXPECT_TRUE(judge(RecordingEnded{job, RecordingEnd::key, 'x', "http://r/1", "r", {}}));
    EXPECT_EQ(std::get<RecordingEnded>(judged).end, RecordingEnd::stopped);
    EXPECT_EQ(std::get<RecordingEnded>(judged).url, "http://r/1");
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("told of a key")));
}

TEST_F(ContractTest, a_job_ends_once)
{
    const JobId job = begin(speech_of(60s));
    EXPECT_TRUE(judge(JobEnded{job, JobEnd::finished, ""}));
    EXPECT_FALSE(judge(JobEnded{job, JobEnd::finished, ""}));
    EXPECT_FALSE(judge(JobEnded{job + 7, JobEnd::finished, ""}));
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("ended job 1, which was not running")));
}

TEST_F(ContractTest, a_job_is_given_up_ten_seconds_after_its_limit_and_stopped)
{
    const JobId job = begin(speech_of(30s));
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
    const JobId job = begin(Bridge());
    EXPECT_EQ(contract.due(), never);
    contract.stop(job, second);
    contract.stop(job, 2 * second);  // the first one counts
    EXPECT_EQ(contract.due(), 3 * second);
    const auto end = contract.give_up(3 * second);
    ASSERT_TRUE(end);
    EXPECT_TRUE(std::holds_alternative<BridgeEnded>(*end));
    EXPECT_FALSE(judge(BridgeEnded{job})) << "late, and owed";
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("has not ended a bridge (job 1) within 2 s")));
    EXPECT_FALSE(judge(BridgeEnded{job})) << "once more";
    EXPECT_THAT(warnings, Contains(HasSubstr("which was not running")));
}

TEST_F(ContractTest, late_news_of_a_job_that_was_given_up_is_not_warned_of_again)
{
    const JobId recording = record();
    contract.stop(recording, now);
    ASSERT_TRUE(contract.give_up(2 * second));
    EXPECT_FALSE(judge(RecordingBegan{recording}));
    EXPECT_FALSE(judge(RecordingEnded{recording, RecordingEnd::limit, 0, "", "", {}}));
    dial(1);
    contract.stop(2, now);
    ASSERT_TRUE(contract.give_up(2 * second));
    channel.commands.clear();
    EXPECT_FALSE(judge(LegAnswered{1, "b", 0}));
    EXPECT_THAT(channel.commands, ElementsAre("hang_up 1"));
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("has not ended a recording (job 1)")));
}

TEST_F(ContractTest, what_runs_on_a_leg_has_to_end_with_it)
{
    dial(1);
    EXPECT_TRUE(judge(LegAnswered{1, "b", 0}));
    begin(Bridge(), 1);
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

TEST_F(ContractTest, an_answer_in_the_name_of_another_job_ends_that_job)
{
    const JobId recording = begin(Recording());
    const JobId job = dial(1);
    EXPECT_FALSE(judge(LegAnswered{1, "b", 77}));
    EXPECT_TRUE(judge(LegAnswered{1, "b", recording}));
    EXPECT_EQ(std::get<RecordingEnded>(judged).job, recording);
    EXPECT_TRUE(contract.runs(job));
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("job 77"), HasSubstr("as another kind ends")));
    EXPECT_TRUE(judge(LegAnswered{1, "b", job}));
    EXPECT_FALSE(contract.runs(job));
}

TEST_F(ContractTest, a_leg_that_answers_while_its_dial_is_stopped_is_hung_up_and_ends_it)
{
    const JobId job = dial(1);
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
    begin(std::move(again));
    EXPECT_FALSE(judge(LegEnded{1, {}}));
    EXPECT_THAT(warnings, IsEmpty());
    EXPECT_FALSE(judge(LegEnded{3, {}}));
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("leg 3")));
}

TEST_F(ContractTest, news_of_what_does_not_run_is_dropped)
{
    const JobId job = begin(speech_of(60s));
    EXPECT_FALSE(judge(QueueBridged{job}));
    EXPECT_FALSE(judge(ConferenceHappened{7, ConferenceEventKind::start, ""}));
    EXPECT_FALSE(judge(SpeechHeard{job, "one", "", HearingEnd::partial}));
    EXPECT_TRUE(contract.runs(job));
    EXPECT_FALSE(judge(LegRinging{4}));
    EXPECT_FALSE(judge(KeyPressed{4, '1'}));
    EXPECT_FALSE(judge(KeyPressed{caller, 'x'}));
    EXPECT_TRUE(judge(KeyPressed{caller, 'D'}));
}

// A verb whose job has not begun would take it for its own.
TEST_F(ContractTest, the_end_of_no_job_is_dropped)
{
    EXPECT_FALSE(judge(JobEnded{}));
    EXPECT_FALSE(judge(RecordingEnded{}));
    EXPECT_FALSE(judge(SpeechHeard{}));
    EXPECT_FALSE(judge(DialFailed{}));
    EXPECT_FALSE(judge(BridgeEnded{}));
    EXPECT_FALSE(judge(QueueEnded{}));
    EXPECT_FALSE(judge(Referred{}));
    EXPECT_TRUE(judge(Moved{}));
}

TEST_F(ContractTest, one_who_is_taken_out_of_a_queue_may_talk_as_long_as_the_two_like)
{
    const JobId job = begin(Dequeue{QueueName::of("q"), 20s});
    EXPECT_EQ(contract.due(), 30 * second);
    EXPECT_TRUE(judge(QueueBridged{job}));
    EXPECT_EQ(contract.due(), never);
}

TEST_F(ContractTest, the_end_of_the_call_ends_all_jobs)
{
    record();
    begin(Queue());
    auto end = contract.end_next(true);
    ASSERT_TRUE(end);
    EXPECT_EQ(std::get<RecordingEnded>(*end).end, RecordingEnd::hung_up);
    end = contract.end_next(true);
    ASSERT_TRUE(end);
    EXPECT_EQ(std::get<QueueEnded>(*end).end, QueueEnd::hung_up);
    EXPECT_FALSE(contract.end_next(true));
    EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(ContractTest, limits_are_the_operators_where_a_document_has_none)
{
    limits.play = 20s;
    limits.transfer = 3s;
    limits.stop = 100ms;
    EXPECT_EQ(limit_of(Media(WebUrl::of("http://h/a.mp3")), limits), 20s);
    EXPECT_EQ(limit_of(Media(HoldMusicName()), limits), unlimited);
    EXPECT_EQ(limit_of(Refer(), limits), 3s);
    EXPECT_EQ(limit_of(Transfer(), limits), 3s);
    const JobId job = begin(Bridge(), 1);
    contract.stop(job, now);
    EXPECT_EQ(contract.due(), now + second / 10);
    EXPECT_TRUE(contract.give_up(now + second / 10));
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("within 0.1 s of its stop")));
}

TEST_F(ContractTest, stopping_all_stops_each_that_is_not_being_stopped)
{
    const JobId being_stopped = begin(Bridge(), 1);
    begin(Bridge(), 2);
    contract.stop(being_stopped, now);
    contract.stop_all(now);
    EXPECT_THAT(channel.commands, ElementsAre("stop", "stop"));
    EXPECT_TRUE(contract.has_jobs());
    EXPECT_TRUE(contract.give_up(now + 2 * second));
    EXPECT_TRUE(contract.give_up(now + 2 * second));
    EXPECT_FALSE(contract.has_jobs()) << "the channel still owes their ends";
}

TEST_F(ContractTest, a_limit_is_known_for_what_has_one)
{
    Speech speech;
    speech.text = OpaqueText(std::string(100, 'a'));
    EXPECT_EQ(limit_of(speech, limits), 50s);
    EXPECT_EQ(limit_of(Media(WebUrl::of("http://h/a.mp3")), limits), 1h);
    EXPECT_EQ(limit_of(Media(HoldMusicName()), limits), unlimited);
    EXPECT_EQ(limit_of(Media(Tone::of("500,500,480"), 0), limits), unlimited);
    EXPECT_EQ(limit_of(Media(Tone::of("500,500,480"), 3), limits), milliseconds(3'000));
    EXPECT_GE(limit_of(SentKeys{KeySequence::of("1W2w"), 200ms}, limits), 1900ms);
    Recording recording;
    recording.length_max = 60s;
    EXPECT_EQ(limit_of(recording, limits), 60s);
    recording.runs_beside = true;
    EXPECT_EQ(limit_of(recording, limits), unlimited);
    Speaking speaking;
    speaking.length_max = 60s;
    EXPECT_EQ(limit_of(speaking, limits), unlimited) << "speech may begin at any time";
    speaking.begin_timeout = 5s;
    EXPECT_EQ(limit_of(speaking, limits), 65s);
    EXPECT_EQ(limit_of(Dequeue{QueueName::of("q"), 20s}, limits), 20s);
    EXPECT_EQ(limit_of(Refer(), limits), 2min);
    EXPECT_EQ(limit_of(Transfer(), limits), 2min);
    EXPECT_EQ(limit_of(Park(), limits), 2min);
    for (const JobCommand& endless :
         {JobCommand(Bridge()), JobCommand(Conference()), JobCommand(Queue()),
          JobCommand(pivot::Stream()), JobCommand(HostModule())}) {
        EXPECT_EQ(limit_of(endless, limits), unlimited);
    }
}

}  // namespace
}  // namespace pivot::test
