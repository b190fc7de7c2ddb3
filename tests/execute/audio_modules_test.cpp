#include "execute/flow_fixture.hpp"

namespace pivot::test {

using AudioModules = FlowTest;

TEST_F(AudioModules, PlayAnswersAndPlaysByName)
{
    know(R"({"media":{"welcome":"https://cdn.example.com/w.mp3"}})");
    run(node("play", R"("id":"welcome")", seen("_")));
    EXPECT_THAT(channel->commands,
                ElementsAre("answer", "play url https://cdn.example.com/w.mp3", "play name _"));
}

TEST_F(AudioModules, EachFormOfAMediaNameIsPlayedAsWhatItIs)
{
    for (const auto& [name, command] : std::vector<std::pair<std::string, std::string>>{
             {"http://x/y.wav", "play url http://x/y.wav"},
             {"tone_stream://%(500,500,480)", "play tone %(500,500,480)"},
             {"prompt://account/menu-exit/fr-fr", "play prompt menu-exit fr-fr"},
             {"prompt://account/menu-exit", "play prompt menu-exit en-us"},
             {"/system_media/vm-goodbye", "play prompt vm-goodbye en-us"},
             {"local_stream://default", "play name local_stream://default"},
             {"somebody", "play name somebody"}}) {
        channel->commands.clear();
        run_again(node("play", fmt::format(R"("id":"{}","answer":false)", name)));
        EXPECT_THAT(channel->commands, ElementsAre(command));
    }
}

TEST_F(AudioModules, PlayWithoutMediaNeitherAnswersNorStops)
{
    run(node("play", "", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("play name _"));
    EXPECT_THAT(warnings, ElementsAre("play: there is nothing to play"));
}

TEST_F(AudioModules, APlaybackThatFailsWarnsAndGoesOn)
{
    int count = 0;
    channel->on("play",
                [&](JobId job) { count++ == 0 ? channel->fail(job) : channel->finish(job); });
    run(node("play", R"("id":"a")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
    EXPECT_THAT(warnings, ElementsAre("play: the switch could not play it"));
    EXPECT_THAT(branches, ElementsAre("_ (play: the switch could not play it)"));
}

TEST_F(AudioModules, PlayLoopsAsOftenAsItSays)
{
    run(node("play", R"("id":"a","answer":false,"loop_count":3)"));
    EXPECT_EQ(channel->commands.size(), 3U);
}

TEST_F(AudioModules, EndlessPlaybackEndsAtAKey)
{
    int count = 0;
    channel->on("play", [&](JobId job) {
        if (++count == 5) return channel->press("7");
        clock->after(milliseconds(1'000), [this, job] { channel->finish(job); });
    });
    run(node("play", R"("id":"a","answer":false,"endless_playback":true)"));
    EXPECT_EQ(count, 5);
    EXPECT_EQ(session->digits("default"), "7");
}

TEST_F(AudioModules, EndlessPlaybackOfNothingEnds)
{
    run(node("play", R"("id":"a","answer":false,"endless_playback":true)", seen("_")));
    EXPECT_TRUE(was_taken("_"));
}

TEST_F(AudioModules, AKeyThatStopsAPlaybackIsKeptInTheDefaultCollection)
{
    channel->on("play", [this](JobId) { channel->press("5"); });
    run(node("play", R"("id":"a","answer":false)"));
    EXPECT_THAT(channel->commands, ElementsAre("play name a", "stop"));
    EXPECT_EQ(session->digits("default"), "5");
    run_again(node("play", R"("id":"a","answer":false)"));
    EXPECT_EQ(session->digits("default"), "55");
}

TEST_F(AudioModules, AKeyThatIsNoTerminatorIsKeptButStopsNothing)
{
    channel->on("play", [this](JobId job) {
        channel->press("5");
        channel->finish(job);
    });
    run(node("play", R"("id":"a","answer":false,"terminators":["#"])"));
    EXPECT_THAT(channel->commands, ElementsAre("play name a"));
    EXPECT_EQ(session->digits("default"), "5");
}

TEST_F(AudioModules, AHangUpDuringAPlaybackEndsTheFlow)
{
    hang_up_at("play");
    run(node("play", R"("id":"a")", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("answer", "play name a"));
    EXPECT_EQ(step.kind, NextStep::Kind::over);
}

TEST_F(AudioModules, TtsSaysInTheCallsLanguageAndItsVoice)
{
    run(node("tts", R"("text":"hello","voice":"male","engine":"flite")"));
    EXPECT_THAT(channel->commands, ElementsAre("answer", "say hello male en-us flite"));
}

TEST_F(AudioModules, TtsHearsKeysFailuresAndHangUps)
{
    channel->on("say", [this](JobId) { channel->press("1"); });
    run(node("tts", R"("text":"hello")"));
    EXPECT_EQ(session->digits("default"), "1");
    channel->on("say", [this](JobId job) { channel->fail(job); });
    run_again(node("tts", R"("text":"hello")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
    hang_up_at("say");
    run_again(node("tts", R"("text":"hello")", child("_", mark("later"))));
    EXPECT_FALSE(was_taken("later"));
}

TEST_F(AudioModules, AMacroPlaysAllFiveKindsInOrderWithoutAnswering)
{
    run(node("audio_macro", R"("language":"de-de","macros":[
        {"macro":"play","id":"file"},{"macro":"prompt","id":"menu-exit"},
        {"macro":"say","text":"AB1","type":"name_spelled"},{"macro":"tts","text":"hi"},
        {"macro":"tone","frequencies":[400,450],"duration_on":400,"duration_off":200,"repeat":2}])",
             seen("_")));
    EXPECT_THAT(
        channel->commands,
        ElementsAre("play name file", "play prompt menu-exit de-de", "say A B 1  de-de",
                    "say hi female de-de", "play tone %(400,200,400,450);loops=2", "play name _"));
}

TEST_F(AudioModules, AMacroSkipsWhatHasNothingToPlayAndGoesOnBehindAFailure)
{
    int count = 0;
    channel->on("play",
                [&](JobId job) { count++ == 0 ? channel->fail(job) : channel->finish(job); });
    run(node("audio_macro", R"("macros":[{"macro":"play"},{"macro":"play","id":"a"},
        {"macro":"play","id":"b"}])"));
    EXPECT_THAT(channel->commands, ElementsAre("play name a", "play name b"));
    EXPECT_EQ(warnings.size(), 2U);
}

TEST_F(AudioModules, ATerminatorEndsTheWholeMacro)
{
    channel->on("play", [this](JobId) { channel->press("*"); });
    run(node("audio_macro", R"("macros":[{"macro":"play","id":"a"},{"macro":"play","id":"b"}])"));
    EXPECT_THAT(channel->commands, ElementsAre("play name a", "stop"));
}

TEST_F(AudioModules, AHangUpEndsAMacro)
{
    hang_up_at("play");
    run(node("audio_macro", R"("macros":[{"macro":"play","id":"a"},{"macro":"play","id":"b"}])"));
    EXPECT_THAT(channel->commands, ElementsAre("play name a"));
}

}  // namespace pivot::test
