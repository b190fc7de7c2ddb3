#include "execute/flow_fixture.hpp"

namespace pivot::test {

using ControlModules = FlowTest;
using Kind = NextStep::Kind;

TEST_F(ControlModules, AnswerGoesOnAlsoWithoutConfirmation)
{
    channel->on("answer", [](JobId) {});
    run(node("answer", "", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("answer", "play name _"));
}

TEST_F(ControlModules, AnAnsweredCallIsNotAnsweredAgain)
{
    channel->is_up = true;
    run(node("answer", "", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("play name _"));
}

TEST_F(ControlModules, HangupRunsNoChild)
{
    run(node("hangup", "", seen("_")));
    EXPECT_THAT(channel->commands, IsEmpty());
    EXPECT_EQ(step.kind, Kind::hang_up);
}

TEST_F(ControlModules, SleepWaitsInItsUnit)
{
    for (const auto& [data, wanted] : std::vector<std::pair<std::string, milliseconds>>{
             {R"("duration":2)", milliseconds(2'000)},
             {R"("duration":70,"unit":"ms")", milliseconds(70)},
             {R"("duration":3,"unit":"m")", std::chrono::minutes(3)},
             {R"("duration":86400000,"unit":"h")", std::chrono::hours(24)}}) {
        const Nanoseconds began = clock->now();
        run_again(node("sleep", data, seen("_")));
        const auto waited = std::chrono::nanoseconds(clock->now() - began);
        EXPECT_GE(waited, wanted) << data;
        EXPECT_LT(waited, wanted + std::chrono::seconds(5)) << data;
    }
}

TEST_F(ControlModules, AHangUpEndsASleep)
{
    clock->after(milliseconds(500), [this] { channel->hang_up_caller(); });
    run(node("sleep", R"("duration":20)", seen("_")));
    EXPECT_THAT(channel->commands, IsEmpty());
    EXPECT_EQ(step.kind, Kind::over);
}

TEST_F(ControlModules, KeysDuringASleepAreTypedAhead)
{
    clock->after(milliseconds(500), [this] { channel->press("42"); });
    run(node("sleep", R"("duration":1)", child("_", node("collect_dtmf", R"("max_digits":2)"))));
    EXPECT_EQ(session->digits("default"), "42");
}

TEST_F(ControlModules, ResponseRejectsWithWhatItSays)
{
    run(node("response", R"("code":603,"message":"No thanks","media":"sorry")", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("play name sorry", "reject 603 No thanks"));
    EXPECT_EQ(step.kind, Kind::over);
}

TEST_F(ControlModules, ResponseWithoutACodeThatCanBeIsBusy)
{
    run(node("response", R"("code":200)"));
    EXPECT_THAT(channel->commands, ElementsAre("reject 486"));
}

TEST_F(ControlModules, ResponseHangsUpACallThatIsAnswered)
{
    channel->is_up = true;
    run(node("response"));
    EXPECT_THAT(channel->commands, IsEmpty());
    EXPECT_EQ(step.kind, Kind::hang_up);
}

TEST_F(ControlModules, NoopGoesOn)
{
    run(node("noop", "", seen("_")));
    EXPECT_TRUE(was_taken("_"));
}

TEST_F(ControlModules, WaitForHangupWaits)
{
    clock->after(std::chrono::hours(7), [this] { channel->hang_up_caller(); });
    run(node("wait_for_hangup", "", seen("_")));
    EXPECT_THAT(channel->commands, IsEmpty());
    EXPECT_EQ(step.kind, Kind::over);
}

TEST_F(ControlModules, DeadAirAnswersAndMutes)
{
    clock->after(std::chrono::hours(1), [this] { channel->hang_up_caller(); });
    run(node("dead_air", "", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("answer", "mute"));
    EXPECT_EQ(step.kind, Kind::over);
}

TEST_F(ControlModules, LanguageIsThatOfLaterSpeechAndOfTheNextRequest)
{
    run(node("language", R"("language":"fr-ca")", child("_", node("tts", R"("text":"salut")"))));
    EXPECT_THAT(channel->commands,
                ElementsAre("set default_language=fr-ca", "answer", "say salut female fr-ca"));
    EXPECT_EQ(session->call().language, "fr-ca");
}

TEST_F(ControlModules, TransferMovesTheCall)
{
    run(node("transfer", R"("target":"1001","captures":["no_match"])", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("transfer 1001"));
    EXPECT_EQ(step.kind, Kind::over);
}

TEST_F(ControlModules, TransferOfWhatWasCapturedMovesTheOtherLeg)
{
    run(node("transfer", R"("captures":["1002"],"transfer_type":"attended")"));
    EXPECT_THAT(channel->commands, ElementsAre("transfer 1002 attended bleg"));
}

TEST_F(ControlModules, ATransferThatFailsGoesOn)
{
    channel->on("transfer", [this](JobId job) { channel->fail(job); });
    run(node("transfer", R"("target":"1001")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
    EXPECT_THAT(warnings, ElementsAre("transfer: the switch could not do it"));
}

TEST_F(ControlModules, ATransferWithoutATargetGoesOn)
{
    run(node("transfer", "", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("play name _"));
}

TEST_F(ControlModules, ParkParksInItsSlot)
{
    run(node("park", R"("slot":"102")", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("answer", "park 102"));
    EXPECT_EQ(step.kind, Kind::over);
}

TEST_F(ControlModules, ParkBeyondTheLastSlotHasABranch)
{
    run(node("park", R"("slot":"120","max_slot_number":110)", seen("MAX_SLOT_EXCEEDED")));
    EXPECT_TRUE(was_taken("MAX_SLOT_EXCEEDED"));
}

TEST_F(ControlModules, AParkingThatComesBackTakesTheBranchOfItsSlot)
{
    channel->on("park",
                [this](JobId job) { channel->push(JobEnded{job, JobEnd::finished, "102"}); });
    run(node("park", R"("slot":"102")", seen("102") + "," + seen("_")));
    EXPECT_TRUE(was_taken("102"));
}

TEST_F(ControlModules, RetrievingAndMovingAreTheHosts)
{
    run(node("park", R"("action":"retrieve")", child("_", node("move", "", seen("_")))));
    EXPECT_THAT(channel->commands, ElementsAre(R"(run_module park {"action":"retrieve"})",
                                               "run_module move {}", "play name _"));
}

TEST_F(ControlModules, AWebhookWithoutAUrlGoesOn)
{
    run(node("webhook", R"("uri":"not a url")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
    EXPECT_EQ(warnings.size(), 1U);
}

}  // namespace pivot::test
