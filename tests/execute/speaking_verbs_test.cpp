// Say, Play and Pause.
#include "execute/verb_fixture.hpp"

namespace pivot::test {
namespace {

using namespace std::chrono_literals;

class SpeakingVerbs : public VerbTest {};

TEST_F(SpeakingVerbs, say_answers_and_speaks_and_the_end_of_the_document_hangs_up)
{
    EXPECT_THAT(run("<Say>Hello</Say>"), ElementsAre("answer", "say Hello", "hang_up 0"));
}

TEST_F(SpeakingVerbs, verbs_are_performed_one_after_the_other_from_top_to_bottom)
{
    EXPECT_THAT(
        run("<Say>One</Say><Play>two.mp3</Play>\n<!-- then -->stray text<Say>Three</Say>"),
        ElementsAre("answer", "say One", "play url " + url("/two.mp3"), "say Three", "hang_up 0"));
}

TEST_F(SpeakingVerbs, an_answered_call_is_not_answered_again)
{
    channel->be_answered();
    EXPECT_THAT(run("<Say>Hello</Say>"), ElementsAre("say Hello", "hang_up 0"));
}

TEST_F(SpeakingVerbs, say_uses_the_switchs_own_voice_language_and_engine_unless_it_names_others)
{
    run(R"(<Say>a</Say><Say voice="Polly.Joanna-Neural" language="de-AT" engine="flite">b</Say>)");
    ASSERT_EQ(channel->speeches.size(), 2U);
    EXPECT_EQ(channel->speeches[0].voice, "");
    EXPECT_EQ(channel->speeches[0].language, "");
    EXPECT_EQ(channel->speeches[0].engine, "");
    EXPECT_EQ(channel->speeches[1].voice, "Polly.Joanna-Neural");
    EXPECT_EQ(channel->speeches[1].language, "de-AT");
    EXPECT_EQ(channel->speeches[1].engine, "flite");
}

TEST_F(SpeakingVerbs, ssml_goes_to_the_speech_engine_as_it_was_written)
{
    run(R"(<Say>Your code: <say-as interpret-as="digits">123</say-as></Say>)");
    ASSERT_EQ(channel->speeches.size(), 1U);
    EXPECT_EQ(channel->speeches[0].text, "Your code: 123");
    EXPECT_EQ(channel->speeches[0].ssml,
              R"(Your code: <say-as interpret-as="digits">123</say-as>)");
}

TEST_F(SpeakingVerbs, a_say_that_says_nothing_does_nothing)
{
    EXPECT_THAT(run("<Say/><Say>  \n </Say>"), ElementsAre("hang_up 0"));
}

TEST_F(SpeakingVerbs, loop_says_and_plays_again)
{
    struct Row {
        std::string_view loop;
        std::ptrdiff_t times;
        bool warns;
    };
    constexpr Row rows[] = {
        {"", 1, false},           {R"(loop="1")", 1, false},        {R"(loop="3")", 3, false},
        {R"(loop="x")", 1, true}, {R"(loop="99999")", 1'000, true}, {R"(loop="0")", 1'000, false},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.loop);
        renew();
        run(fmt::format("<Say {}>a</Say>", row.loop));
        EXPECT_EQ(std::ranges::count(channel->commands, "say a"), row.times);
        EXPECT_EQ(is_warned("loop of Say"), row.warns);
        renew();
        run(fmt::format("<Play {}>m</Play>", row.loop));
        EXPECT_EQ(std::ranges::count(channel->commands, "play name m"), row.times);
        EXPECT_EQ(is_warned("loop of Play"), row.warns);
    }
}

TEST_F(SpeakingVerbs, a_caller_who_hangs_up_ends_an_endless_loop)
{
    int rounds = 0;
    channel->on("say", [&](JobId job) {
        channel->finish(job);
        if (++rounds == 3) channel->hang_up_caller();
    });
    EXPECT_THAT(run(R"(<Say loop="0">a</Say><Say>b</Say>)"),
                ElementsAre("answer", "say a", "say a", "say a"));
}

TEST_F(SpeakingVerbs, a_terminator_ends_all_rounds_and_the_document_goes_on)
{
    press_during("say", "5#");
    EXPECT_THAT(run(R"(<Say loop="3" terminators="#">a</Say><Play>next</Play>)"),
                ElementsAre("answer", "say a", "stop", "play name next", "hang_up 0"));
    renew();
    press_during("play", "*");
    EXPECT_THAT(run(R"(<Play loop="0" terminators="*0">a</Play><Say>next</Say>)"),
                ElementsAre("answer", "play name a", "stop", "say next", "hang_up 0"));
}

TEST_F(SpeakingVerbs, without_terminators_no_key_ends_speech)
{
    channel->on("say", [&](JobId job) {
        channel->press("1#");
        channel->finish(job);
    });
    EXPECT_THAT(run("<Say>a</Say>"), ElementsAre("answer", "say a", "hang_up 0"));
}

TEST_F(SpeakingVerbs, terminators_that_are_not_keys_warn_and_are_ignored)
{
    press_during("say", "#");
    clock->after(1s, [this] { channel->hang_up_caller(); });
    EXPECT_THAT(run(R"(<Say terminators="pound">a</Say>)"), Contains("say a"));
    EXPECT_TRUE(is_warned("terminators of Say"));
    EXPECT_THAT(channel->commands, Not(Contains("hang_up 0")));
}

TEST_F(SpeakingVerbs, play_takes_web_addresses_media_of_the_switch_and_tones)
{
    struct Row {
        std::string_view content;
        std::string command;
    };
    const Row rows[] = {
        {"http://media.example/a.mp3", "play url http://media.example/a.mp3"},
        {"  https://media.example/a.mp3\n ", "play url https://media.example/a.mp3"},
        {"/a.wav", "play url " + url("/a.wav")},
        {"sounds/a.wav?b=1", "play url " + url("/sounds/a.wav?b=1")},
        {"welcome", "play name welcome"},
        {"local_stream://moh", "play hold_music moh"},
        {"tone_stream://%(100,0,440)", "play tone 100,0,440"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.content);
        renew();
        EXPECT_THAT(run(fmt::format("<Play>{}</Play>", row.content)),
                    ElementsAre("answer", row.command, "hang_up 0"));
    }
}

TEST_F(SpeakingVerbs, a_tone_that_no_switch_has_is_played_as_near_as_it_can_be)
{
    EXPECT_THAT(run("<Play>tone_stream://v=-7;%(100,200,440);%(300,400,440)</Play>"),
                Contains("play tone 100,200,440"));
    EXPECT_TRUE(is_warned("its volume is left out, and only its first tone is played"));
    EXPECT_EQ(warnings.size(), 1U);
}

// A document does not get into the switch.
TEST_F(SpeakingVerbs, what_is_not_a_sound_warns_and_is_not_played)
{
    for (const std::string_view content :
         {"file:///etc/passwd", "shell_stream:///bin/id", "ftp://x.example/y.mp3", "${system id}",
          "{a=b}x", "tone_stream://path=/etc/passwd", "local_stream://../x"}) {
        SCOPED_TRACE(content);
        renew();
        EXPECT_THAT(run(fmt::format("<Play>{}</Play><Say>on</Say>", content)),
                    Contains("say on").Times(1));
        EXPECT_THAT(channel->commands, Not(Contains(HasSubstr("play"))));
        EXPECT_TRUE(is_warned("neither a URL nor the name of a sound"));
    }
    run(R"(<Play mediaStorage="true">../../etc/passwd</Play>)");
    EXPECT_THAT(channel->commands, Not(Contains(HasSubstr("play"))));
}

TEST_F(SpeakingVerbs, a_relative_play_starts_from_the_document_it_stands_in)
{
    page("/menus/second", "<Play>a.mp3</Play>");
    EXPECT_THAT(run("<Redirect>/menus/second</Redirect>"),
                Contains("play url " + url("/menus/a.mp3")));
}

TEST_F(SpeakingVerbs, stored_media_are_of_the_switch_whatever_they_are_called)
{
    EXPECT_THAT(run(R"(<Play mediaStorage="true">a/b.mp3</Play>)"), Contains("play name a/b.mp3"));
}

TEST_F(SpeakingVerbs, play_sends_digits_with_their_waits)
{
    EXPECT_THAT(run(R"(<Play digits="1w2W#"/>)"),
                ElementsAre("answer", "send_keys 1w2W# 200", "hang_up 0"));
}

TEST_F(SpeakingVerbs, a_play_of_nothing_warns_and_the_document_goes_on)
{
    EXPECT_THAT(run("<Play> </Play><Say>next</Say>"),
                ElementsAre("answer", "say next", "hang_up 0"));
    EXPECT_TRUE(is_warned("Play"));
}

TEST_F(SpeakingVerbs, what_cannot_be_played_or_said_warns_and_the_document_goes_on)
{
    channel->on("play", [this](JobId job) { channel->fail(job); });
    channel->on("say", [this](JobId job) { channel->fail(job); });
    EXPECT_THAT(run(R"(<Play loop="9">gone.mp3</Play><Say loop="9">x</Say><Play digits="1"/>)"),
                ElementsAre("answer", "play url " + url("/gone.mp3"), "say x", "send_keys 1 200",
                            "hang_up 0"));
    EXPECT_TRUE(is_warned("1:11 Play: the switch could not play"));
    EXPECT_TRUE(is_warned("Say: the switch could not speak this"));
}

TEST_F(SpeakingVerbs, nothing_is_asked_when_the_caller_hangs_up_while_they_listen)
{
    for (const std::string command : {"say", "play", "send_keys"}) {
        renew();
        hang_up_during(command);
        run(R"(<Say>a</Say><Play>b</Play><Play digits="1"/><Redirect>/next</Redirect>)");
        EXPECT_THAT(asked(), ElementsAre("GET /first")) << command;
        EXPECT_THAT(channel->commands, Not(Contains("hang_up 0"))) << command;
    }
}

TEST_F(SpeakingVerbs, pause_waits_a_second_or_as_long_as_it_says)
{
    struct Row {
        std::string_view length;
        std::chrono::seconds least;
        std::chrono::seconds below;
        bool warns;
    };
    constexpr Row rows[] = {
        {"", 1s, 60s, false},
        {R"(length="0")", 0s, 60s, false},
        {R"(length="300")", 300s, 360s, false},
        {R"(length="99999")", 3'600s, 3'660s, true},
        {R"(length="-5")", 0s, 60s, true},
        {R"(length="long")", 1s, 60s, true},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.length);
        renew();
        const Nanoseconds began = clock->now();
        EXPECT_THAT(run(fmt::format("<Pause {}/>", row.length)), ElementsAre("hang_up 0"));
        EXPECT_GE(elapsed_since(began), row.least);
        EXPECT_LT(elapsed_since(began), row.below);
        EXPECT_EQ(is_warned("length of Pause"), row.warns);
    }
}

TEST_F(SpeakingVerbs, a_caller_who_hangs_up_ends_a_pause)
{
    clock->after(2s, [this] { channel->hang_up_caller(); });
    const Nanoseconds began = clock->now();
    run(R"(<Pause length="3000"/><Say>gone</Say>)");
    EXPECT_LT(elapsed_since(began), 2'000s);
    EXPECT_THAT(channel->commands, IsEmpty());
}

}  // namespace
}  // namespace pivot::test
