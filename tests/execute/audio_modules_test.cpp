#include "execute/flow_fixture.hpp"

namespace pivot::test {

using AudioModules = FlowTest;

TEST_F(AudioModules, play_answers_and_plays_by_name)
{
    know(R"({"media":{"welcome":"https://cdn.example.com/w.mp3"}})");
    run(node("play", R"("id":"welcome")", seen("_")));
    EXPECT_THAT(channel->commands,
                ElementsAre("answer", "play url https://cdn.example.com/w.mp3", "play name _"));
}

TEST_F(AudioModules, each_form_of_a_media_name_is_played_as_what_it_is)
{
    for (const auto& [name, command] : std::vector<std::pair<std::string, std::string>>{
             {"http://x/y.wav", "play url http://x/y.wav"},
             {"tone_stream://%(500,500,480)", "play tone 500,500,480"},
             {"prompt://account/menu-exit/fr-fr", "play prompt menu-exit fr-fr"},
             {"prompt://account/menu-exit", "play prompt menu-exit en-us"},
             {"/system_media/vm-goodbye", "play prompt vm-goodbye en-us"},
             {"local_stream://default", "play hold_music"},
             {"somebody", "play name somebody"}}) {
        channel->commands.clear();
        run_again(node("play", fmt::format(R"("id":"{}","answer":false)", name)));
        EXPECT_THAT(channel->commands, ElementsAre(command));
    }
}

TEST_F(AudioModules, a_tone_that_no_switch_has_is_played_as_near_as_it_can_be)
{
    run(node("audio_macro", R"json("macros":[
        {"macro":"play","id":"tone_stream://%(100,200,440);%(300,400,440)"},
        {"macro":"tone","frequencies":[1,2,3],"duration_on":10,"duration_off":20,"volume":7},
        {"macro":"tone","frequencies":["x"],"duration_on":10}])json"));
    EXPECT_THAT(channel->commands, ElementsAre("play tone 100,200,440", "play tone 10,20,1+2"));
    EXPECT_THAT(warnings,
                ElementsAre(HasSubstr("only its first tone is played"),
                            HasSubstr("only the first two frequencies of a tone are played"),
                            HasSubstr("the volume of a tone is left out"),
                            HasSubstr("a tone has no valid frequency or duration"),
                            HasSubstr("the switch could not play it")));
}

// A flow does not get into the switch.
TEST_F(AudioModules, what_is_not_a_sound_warns_and_is_not_played)
{
    for (const std::string name :
         {"file:///etc/passwd", "shell_stream:///bin/id", "/etc/passwd", "${system id}", "{a=b}x",
          "tone_stream://path=/etc/passwd", "prompt://account/../../x", "system_media/../x"}) {
        channel->commands.clear();
        warnings.clear();
        run_again(node("play", fmt::format(R"("id":"{}","answer":false)", name)));
        EXPECT_THAT(channel->commands, IsEmpty()) << name;
        EXPECT_THAT(warnings, Not(IsEmpty())) << name;
    }
}

TEST_F(AudioModules, play_without_media_neither_answers_nor_stops)
{
    run(node("play", "", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("play name _"));
    EXPECT_THAT(warnings, ElementsAre("play: there is nothing to play"));
}

TEST_F(AudioModules, a_playback_that_fails_warns_and_goes_on)
{
    int count = 0;
    channel->on("play",
                [&](JobId job) { count++ == 0 ? channel->fail(job) : channel->finish(job); });
    run(node("play", R"("id":"a")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
    EXPECT_THAT(warnings, ElementsAre("play: the switch could not play a: it is not there"));
    EXPECT_THAT(branches, ElementsAre("_ (play: the switch could not play a: it is not there)"));
}

TEST_F(AudioModules, play_loops_as_often_as_it_says)
{
    run(node("play", R"("id":"a","answer":false,"loop_count":3)"));
    EXPECT_EQ(channel->commands.size(), 3U);
}

TEST_F(AudioModules, endless_playback_ends_at_a_key)
{
    int count = 0;
    channel->on("play", [&](JobId job) {
        if (++count == 5) return channel->press("7");
        clock->after(milliseconds(1'000), [this, job] { channel->finish(job); });
    });
    run(node("play", R"("id":"a","answer":false,"endless_playback":true)"));
    EXPECT_EQ(count, 5);
    EXPECT_EQ(session->store().digits("default"), "7");
}

TEST_F(AudioModules, endless_playback_of_nothing_ends)
{
    run(node("play", R"("id":"a","answer":false,"endless_playback":true)", seen("_")));
    EXPECT_TRUE(was_taken("_"));
}

TEST_F(AudioModules, a_key_that_stops_a_playback_is_kept_in_the_default_collection)
{
    channel->on("play", [this](JobId) { channel->press("5"); });
    run(node("play", R"("id":"a","answer":false)"));
    EXPECT_THAT(channel->commands, ElementsAre("play name a", "stop"));
    EXPECT_EQ(session->store().digits("default"), "5");
    run_again(node("play", R"("id":"a","answer":false)"));
    EXPECT_EQ(session->store().digits("default"), "55");
}

TEST_F(AudioModules, a_key_that_is_not_a_terminator_is_kept_but_stops_nothing)
{
    channel->on("play", [this](JobId job) {
        channel->press("5");
        channel->finish(job);
    });
    run(node("play", R"("id":"a","answer":false,"terminators":["#"])"));
    EXPECT_THAT(channel->commands, ElementsAre("play name a"));
    EXPECT_EQ(session->store().digits("default"), "5");
}

TEST_F(AudioModules, a_hang_up_during_a_playback_ends_the_flow)
{
    hang_up_at("play");
    run(node("play", R"("id":"a")", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("answer", "play name a"));
    EXPECT_EQ(step.kind, NextStep::Kind::over);
}

TEST_F(AudioModules, tts_says_in_the_calls_language_and_its_voice)
{
    run(node("tts", R"("text":"hello","voice":"male","engine":"flite")"));
    EXPECT_THAT(channel->commands, ElementsAre("answer", "say hello male en-us flite"));
}

TEST_F(AudioModules, tts_hears_keys_failures_and_hang_ups)
{
    channel->on("say", [this](JobId) { channel->press("1"); });
    run(node("tts", R"("text":"hello")"));
    EXPECT_EQ(session->store().digits("default"), "1");
    channel->on("say", [this](JobId job) { channel->fail(job); });
    run_again(node("tts", R"("text":"hello")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
    hang_up_at("say");
    run_again(node("tts", R"("text":"hello")", child("_", mark("later"))));
    EXPECT_FALSE(was_taken("later"));
}

TEST_F(AudioModules, a_macro_plays_all_five_kinds_in_order_without_answering)
{
    run(node("audio_macro", R"("language":"de-de","macros":[
        {"macro":"play","id":"file"},{"macro":"prompt","id":"menu-exit"},
        {"macro":"say","text":"AB1","type":"name_spelled"},{"macro":"tts","text":"hi"},
        {"macro":"tone","frequencies":[400,450],"duration_on":400,"duration_off":200,"repeat":2}])",
             seen("_")));
    EXPECT_THAT(channel->commands,
                ElementsAre("play name file", "play prompt menu-exit de-de", "say A B 1  de-de",
                            "say hi female de-de", "play tone 400,200,400+450 x2", "play name _"));
}

TEST_F(AudioModules, a_macro_skips_what_has_nothing_to_play_and_goes_on_after_a_failure)
{
    int count = 0;
    channel->on("play",
                [&](JobId job) { count++ == 0 ? channel->fail(job) : channel->finish(job); });
    run(node("audio_macro", R"("macros":[{"macro":"play"},{"macro":"play","id":"a"},
        {"macro":"play","id":"b"}])"));
    EXPECT_THAT(channel->commands, ElementsAre("play name a", "play name b"));
    EXPECT_EQ(warnings.size(), 2U);
}

TEST_F(AudioModules, a_terminator_ends_the_whole_macro)
{
    channel->on("play", [this](JobId) { channel->press("*"); });
    run(node("audio_macro", R"("macros":[{"macro":"play","id":"a"},{"macro":"play","id":"b"}])"));
    EXPECT_THAT(channel->commands, ElementsAre("play name a", "stop"));
}

TEST_F(AudioModules, a_hang_up_ends_a_macro)
{
    hang_up_at("play");
    run(node("audio_macro", R"("macros":[{"macro":"play","id":"a"},{"macro":"play","id":"b"}])"));
    EXPECT_THAT(channel->commands, ElementsAre("play name a"));
}

}  // namespace pivot::test
