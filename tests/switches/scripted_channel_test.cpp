#include "switches/scripted/duration.hpp"
#include "switches/scripted_call.hpp"

#include <functional>
#include <utility>

namespace pivot::test {
namespace {

using namespace std::chrono_literals;
using switches::scripted::length_of;
using switches::scripted::length_of_speech;
using switches::scripted::ModuleBehaviour;
using switches::scripted::StreamBehaviour;
using switches::scripted::TalkBehaviour;

class ScriptedChannelTest : public ScriptedCall {
protected:
    // One of each kind that can run beside the others.
    void begin_all()
    {
        Speech speech;
        speech.text = OpaqueText("hello");
        channel.say(1, caller, speech);
        Recording both_sides;
        both_sides.runs_beside = true;
        channel.record(2, caller, both_sides);
        channel.listen(3, caller, {});
        channel.dial(4, dial_of({"+1"}));
        channel.join(5, {});
        channel.enqueue(6, {});
        channel.send_keys(7, caller, KeySequence::of("12"), 100ms);
        channel.play(8, caller, {});
    }

    Events record(const Recording& recording, std::chrono::milliseconds talks_for)
    {
        TalkBehaviour talk;
        talk.length = talks_for;
        channel.plan(talk);
        channel.record(1, caller, recording);
        return events();
    }
};

TEST_F(ScriptedChannelTest, is_small)
{
    EXPECT_LT(sizeof(ScriptedChannel), 768U);
}

TEST_F(ScriptedChannelTest, what_is_played_ends_once_by_itself)
{
    channel.play(1, caller, {});
    EXPECT_THAT(events(), ElementsAre("1 finished"));
    Speech speech;
    speech.text = OpaqueText("one two three four five six seven eight nine");
    const Nanoseconds began = clock.now();
    channel.say(2, caller, speech);
    EXPECT_THAT(events(3s), ElementsAre("2 finished"));
    EXPECT_GE(clock.now() - began, 3 * second_ns);
}

TEST_F(ScriptedChannelTest, what_is_stopped_ends_once)
{
    begin_all();
    for (const JobId job : {1U, 2U, 3U, 4U, 6U, 7U, 8U}) channel.stop(job);
    for (const JobId job : {1U, 2U, 3U, 4U, 6U, 7U, 8U}) channel.stop(job);
    EXPECT_THAT(events(0s), ElementsAre("6 stands 1 of 1", "1 stopped", "2 recorded 0 s, stopped",
                                        "3 heard \"\"", "leg 1 gone ORIGINATOR_CANCEL",
                                        "4 failed ORIGINATOR_CANCEL", "6 queue left, 0 s, 0 s",
                                        "7 stopped", "8 stopped", "5 join call-1"));
    channel.stop(5);
    EXPECT_THAT(events(), ElementsAre("5 leave call-1", "5 end ", "5 stopped"));
}

TEST_F(ScriptedChannelTest, all_that_runs_ends_before_the_call_does)
{
    begin_all();
    channel.hang_up_caller();
    const Events all = events();
    ASSERT_EQ(all.back(), "gone NORMAL_CLEARING");
    EXPECT_THAT(
        all, ElementsAre("6 stands 1 of 1", "8 stopped", "7 stopped", "6 queue hung up, 0 s, 0 s",
                         "5 leave call-1", "5 end ", "5 stopped", "leg 1 gone ORIGINATOR_CANCEL",
                         "4 failed ORIGINATOR_CANCEL", "3 heard \"\"", "2 recorded 0 s, hung up",
                         "1 stopped", "gone NORMAL_CLEARING"));
    EXPECT_TRUE(channel.is_over());
}

TEST_F(ScriptedChannelTest, nothing_is_done_after_the_end)
{
    channel.hang_up_caller();
    const std::size_t done = deeds.size();
    begin_all();
    channel.answer();
    channel.press('1');
    channel.speak("hello");
    channel.hang_up(caller, {});
    channel.reject(486, {});
    channel.stop(1);
    channel.after(0s, [] { FAIL(); });
    EXPECT_EQ(deeds.size(), done);
    EXPECT_THAT(events(), ElementsAre("gone NORMAL_CLEARING"));
    EXPECT_EQ(channel.ending(), ScriptedChannel::Ending::caller);
}

TEST_F(ScriptedChannelTest, a_job_on_a_leg_that_is_gone_ends_at_once)
{
    channel.play(1, 7, {});
    channel.say(2, 7, {});
    channel.record(3, 7, {});
    channel.bridge(4, 7);
    EXPECT_THAT(events(0s), ElementsAre("1 stopped", "2 stopped",
                                        "3 recorded 0 s, stopped, nothing", "4 parted"));
    EXPECT_THAT(deeds, testing::Each(testing::Field(&Deed::kind, "recorded")));
}

TEST_F(ScriptedChannelTest, time_passes_at_once_while_the_call_waits)
{
    EXPECT_THAT(events(1h), IsEmpty());
    EXPECT_GE(channel.since_begin(), 3'600 * second_ns);
}

TEST_F(ScriptedChannelTest, what_is_due_happens_in_its_order)
{
    std::string order;
    channel.after(2s, [&] { order += 'b'; });
    channel.after(1s, [&] { order += 'a'; });
    channel.after(2s, [&] { order += 'c'; });
    events();
    EXPECT_EQ(order, "abc");
}

TEST_F(ScriptedChannelTest, on_the_systems_clock_what_is_due_happens_in_real_time)
{
    reactor::Clock real;
    ScriptedChannel live(real, [](const Event&) {}, nullptr);
    std::vector<int> happened;
    live.after(1ms, [&] { happened.push_back(1); });
    live.after(1ms, [&] { happened.push_back(2); });
    while (happened.size() < 2) {
        real.read();
        real.fire();
    }
    EXPECT_THAT(happened, ElementsAre(1, 2));
}

TEST_F(ScriptedChannelTest, no_time_passes_until_the_clock_is_advanced)
{
    std::vector<int> happened;
    channel.after(10s, [&] { happened.push_back(1); });
    channel.after(10s, [&] { happened.push_back(2); });
    const Nanoseconds began = clock.now();
    const std::int64_t began_unix_ms = clock.unix_now_ms();
    EXPECT_FALSE(clock.is_due());
    EXPECT_TRUE(clock.advance());
    EXPECT_THAT(happened, ElementsAre(1));
    EXPECT_TRUE(clock.is_due());
    EXPECT_TRUE(clock.advance());
    EXPECT_THAT(happened, ElementsAre(1, 2));
    EXPECT_EQ(clock.now(), began + 10'000'000'000);
    EXPECT_EQ(clock.unix_now_ms(), began_unix_ms + 10'000);
    EXPECT_FALSE(clock.advance());
}

TEST_F(ScriptedChannelTest, keys_and_an_answer_are_told)
{
    channel.answer();
    channel.answer();
    channel.press('5');
    EXPECT_THAT(events(), ElementsAre("answered", "0 presses 5"));
    EXPECT_THAT(lines(), ElementsAre("PIVOT answers", "CALLER presses 5"));
    EXPECT_TRUE(channel.is_answered());
}

TEST_F(ScriptedChannelTest, a_call_is_rejected)
{
    channel.reject(486, ReasonPhrase::of("Busy Here"));
    EXPECT_THAT(events(), ElementsAre("gone USER_BUSY"));
    EXPECT_EQ(channel.ending(), ScriptedChannel::Ending::rejected);
}

TEST_F(ScriptedChannelTest, a_call_that_moves_ends_all_else_first)
{
    channel.play(1, caller, {});
    channel.transfer(2, {});
    EXPECT_THAT(events(), ElementsAre("1 stopped", "moved", "gone "));
    EXPECT_EQ(channel.ending(), ScriptedChannel::Ending::moved);
}

TEST_F(ScriptedChannelTest, a_recording_ends_with_silence)
{
    Recording recording;
    recording.silence_max = 5s;
    recording.trims_silence = true;
    EXPECT_THAT(record(recording, 4s), ElementsAre("1 recorded 4 s, silence"));
    recording.trims_silence = false;
    EXPECT_THAT(record(recording, 4s), ElementsAre("1 recorded 9 s, silence"));
}

TEST_F(ScriptedChannelTest, a_recording_of_silence_is_nowhere)
{
    Recording recording;
    recording.silence_max = 5s;
    EXPECT_THAT(record(recording, 0s), ElementsAre("1 recorded 5 s, silence, nothing"));
}

TEST_F(ScriptedChannelTest, a_recording_ends_at_its_limit_or_with_a_key)
{
    Recording recording;
    recording.length_max = 2s;
    recording.keys = KeySet::of("#*");
    EXPECT_THAT(record(recording, 4s), ElementsAre("1 recorded 2 s, limit"));
    channel.after(1s, [this] { channel.press('1'); });
    channel.after(1s, [this] { channel.press('*'); });
    EXPECT_THAT(record(recording, 4s),
                ElementsAre("0 presses 1", "0 presses *", "1 recorded 1 s, key *"));
}

TEST_F(ScriptedChannelTest, each_recording_takes_what_was_said_of_it)
{
    TalkBehaviour talk;
    talk.length = 1s;
    channel.plan(talk);
    talk.length = 2s;
    channel.plan(talk);
    Recording recording;
    recording.silence_max = 1s;
    recording.trims_silence = true;
    Events all;
    for (JobId job = 1; job <= 3; ++job) {
        channel.record(job, caller, recording);
        all.push_back(events().front());
    }
    EXPECT_THAT(all, ElementsAre("1 recorded 1 s, silence", "2 recorded 2 s, silence",
                                 "3 recorded 3 s, silence"));
}

TEST_F(ScriptedChannelTest, words_are_heard_in_parts_where_that_is_wanted)
{
    Speaking speaking;
    speaking.wants_partial = true;
    channel.listen(1, caller, speaking);
    channel.speak("a table for two");
    channel.listen(2, caller, {});
    channel.speak("at nine");
    EXPECT_THAT(events(), ElementsAre("1 heard of \"a\"", "1 heard of \"a table\"",
                                      "1 heard of \"a table for\"", "1 heard \"a table for two\"",
                                      "2 heard \"at nine\""));
}

TEST_F(ScriptedChannelTest, words_wait_for_somebody_who_listens_unless_they_are_recorded)
{
    channel.speak("early");
    channel.listen(1, caller, {});
    EXPECT_THAT(events(), ElementsAre("1 heard \"early\""));
    Recording recording;
    recording.length_max = 1s;
    channel.record(2, caller, recording);
    channel.speak("recorded");
    EXPECT_THAT(events(), ElementsAre("2 recorded 1 s, limit"));
    channel.listen(3, caller, {});
    EXPECT_THAT(events(), IsEmpty());
}

TEST_F(ScriptedChannelTest, streams_end_as_they_are_told)
{
    Stream two_way;
    two_way.url = WebUrl::of("wss://a.example/s");
    two_way.is_two_way = true;
    Stream one_way;
    one_way.url = WebUrl::of("wss://b.example/s");
    StreamBehaviour ends;
    ends.ends_after = 3s;
    StreamBehaviour fails;
    fails.fails = true;
    fails.why = "no route";
    channel.plan(ends);
    channel.plan(fails);
    channel.stream(1, caller, one_way);
    channel.stream(2, caller, two_way);
    channel.stream(3, caller, two_way);
    channel.stream(4, caller, one_way);
    EXPECT_THAT(events(2s),
                ElementsAre("1 streams", "3 streams", "4 streams", "2 failed: no route"));
    EXPECT_THAT(events(2s), ElementsAre("1 finished"));
    EXPECT_THAT(events(60s), ElementsAre("3 finished"));
    channel.hang_up_caller();
    EXPECT_THAT(events(), ElementsAre("4 stopped", "gone NORMAL_CLEARING"));
    EXPECT_THAT(lines(), ElementsAre("PIVOT streams to wss://b.example/s",
                                     "PIVOT streams to wss://a.example/s, both ways",
                                     "PIVOT streams to wss://a.example/s, both ways",
                                     "PIVOT streams to wss://b.example/s", "STREAM fails: no route",
                                     "STREAM ends", "STREAM ends", "STREAM ends"));
}

TEST_F(ScriptedChannelTest, a_module_of_the_host_takes_the_branches_that_are_planned)
{
    channel.plan(ModuleBehaviour{"voicemail", "open", 2s});
    channel.plan(ModuleBehaviour{"temporal_route", "rule", 0s});
    EXPECT_TRUE(channel.run_module(1, "temporal_route", "{}"));
    EXPECT_TRUE(channel.run_module(2, "voicemail", "{}"));
    EXPECT_FALSE(channel.run_module(3, "voicemail", "{}"));
    EXPECT_THAT(events(), ElementsAre("1 finished rule", "2 finished open"));
    EXPECT_EQ(lines().back(), "PIVOT hands the module voicemail to the host");
}

TEST(Durations, are_those_of_words_and_of_what_media_say)
{
    EXPECT_EQ(length_of_speech(""), 1s);
    EXPECT_EQ(length_of_speech("one two\n three  four five six"), 2s);
    const auto tone = [](unsigned loops) {
        return length_of(Media(Tone::of("500,100,440"), loops));
    };
    EXPECT_EQ(length_of(Media(WebUrl::of("http://media.example/a.mp3"))), 3s);
    EXPECT_EQ(tone(1), 600ms);
    EXPECT_EQ(tone(2), 1'200ms);
    EXPECT_EQ(tone(0), switches::scripted::endless);
    EXPECT_EQ(tone(4'000'000'000), 1h) << "longer than any call";
    EXPECT_EQ(length_of(Media(HoldMusicName())), switches::scripted::endless);
}

TEST_F(ScriptedChannelTest, tones_and_hold_music_have_a_line_that_reads)
{
    JobId job = 0;
    for (const unsigned loops : {1U, 25U, 0U}) {
        channel.play(++job, caller, Media(Tone::of("500,100,440+480"), loops));
        channel.stop(job);
    }
    channel.play(++job, caller, Media(HoldMusicName()));
    channel.stop(job);
    channel.play(++job, caller, Media(HoldMusicName::of("jazz")));
    EXPECT_THAT(lines(),
                ElementsAre("PIVOT plays the tone 500,100,440+480",
                            "PIVOT plays the tone 500,100,440+480, 25 times",
                            "PIVOT plays the tone 500,100,440+480 until it is stopped",
                            "PIVOT plays the hold music", "PIVOT plays the hold music jazz"));
}

}  // namespace
}  // namespace pivot::test
