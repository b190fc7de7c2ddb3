#include "execute/flow_fixture.hpp"

namespace pivot::test {

using ControlModules = FlowTest;
using Kind = NextStep::Kind;

TEST_F(ControlModules, answer_goes_on_also_without_confirmation)
{
    channel->on("answer", [](JobId) {});
    run(node("answer", "", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("answer", "play name _"));
}

TEST_F(ControlModules, an_answered_call_is_not_answered_again)
{
    channel->be_answered();
    run(node("answer", "", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("play name _"));
}

TEST_F(ControlModules, hangup_runs_no_child)
{
    run(node("hangup", "", seen("_")));
    EXPECT_THAT(channel->commands, IsEmpty());
    EXPECT_EQ(step.kind, Kind::hang_up);
}

TEST_F(ControlModules, sleep_waits_in_its_unit)
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

TEST_F(ControlModules, a_hang_up_ends_a_sleep)
{
    clock->after(milliseconds(500), [this] { channel->hang_up_caller(); });
    run(node("sleep", R"("duration":20)", seen("_")));
    EXPECT_THAT(channel->commands, IsEmpty());
    EXPECT_EQ(step.kind, Kind::over);
}

TEST_F(ControlModules, keys_during_a_sleep_are_typed_ahead)
{
    clock->after(milliseconds(500), [this] { channel->press("42"); });
    run(node("sleep", R"("duration":1)", child("_", node("collect_dtmf", R"("max_digits":2)"))));
    EXPECT_EQ(session->store().digits("default"), "42");
}

TEST_F(ControlModules, response_rejects_with_what_it_says)
{
    run(node("response", R"("code":603,"message":"No thanks","media":"sorry")", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("play name sorry", "reject 603 No thanks"));
    EXPECT_EQ(step.kind, Kind::over);
}

TEST_F(ControlModules, response_without_a_code_that_can_be_is_busy)
{
    run(node("response", R"("code":200)"));
    EXPECT_THAT(channel->commands, ElementsAre("reject 486"));
}

TEST_F(ControlModules, response_hangs_up_a_call_that_is_answered)
{
    channel->be_answered();
    run(node("response"));
    EXPECT_THAT(channel->commands, ElementsAre("hang_up 0 NORMAL_CLEARING"));
    EXPECT_EQ(step.kind, Kind::hang_up);
}

TEST_F(ControlModules, noop_goes_on)
{
    run(node("noop", "", seen("_")));
    EXPECT_TRUE(was_taken("_"));
}

TEST_F(ControlModules, wait_for_hangup_waits)
{
    clock->after(std::chrono::hours(7), [this] { channel->hang_up_caller(); });
    run(node("wait_for_hangup", "", seen("_")));
    EXPECT_THAT(channel->commands, IsEmpty());
    EXPECT_EQ(step.kind, Kind::over);
}

TEST_F(ControlModules, dead_air_answers_and_mutes)
{
    clock->after(std::chrono::hours(1), [this] { channel->hang_up_caller(); });
    run(node("dead_air", "", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("answer", "mute"));
    EXPECT_EQ(step.kind, Kind::over);
}

TEST_F(ControlModules, language_is_that_of_later_speech_and_of_the_next_request)
{
    run(node("language", R"("language":"fr-ca")", child("_", node("tts", R"("text":"salut")"))));
    EXPECT_THAT(channel->commands,
                ElementsAre("set default_language=fr-ca", "answer", "say salut female fr-ca"));
    EXPECT_EQ(session->call().language, "fr-ca");
}

TEST_F(ControlModules, transfer_moves_the_call)
{
    run(node("transfer", R"("target":"1001","captures":["no_match"])", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("transfer 1001"));
    EXPECT_EQ(step.kind, Kind::over);
}

TEST_F(ControlModules, transfer_of_what_was_captured_moves_the_other_leg)
{
    run(node("transfer", R"("captures":["1002"],"transfer_type":"attended")"));
    EXPECT_THAT(channel->commands, ElementsAre("transfer 1002 attended bleg"));
}

TEST_F(ControlModules, a_call_is_transferred_to_an_address_and_nothing_else)
{
    run(node("transfer", R"("target":"1001,{a=b}1002")", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("play name _"));
    channel->commands.clear();
    run_again(node("transfer", R"("target":"sip:ann@example.com")"));
    EXPECT_THAT(channel->commands, ElementsAre("transfer sip:ann@example.com"));
}

TEST_F(ControlModules, a_transfer_that_fails_goes_on)
{
    channel->on("transfer", [this](JobId job) { channel->fail(job); });
    run(node("transfer", R"("target":"1001")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
    EXPECT_THAT(warnings,
                ElementsAre("transfer: the switch could not transfer the call: it is not there"));
}

TEST_F(ControlModules, a_transfer_without_a_target_goes_on)
{
    run(node("transfer", "", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("play name _"));
}

TEST_F(ControlModules, park_parks_in_its_slot)
{
    run(node("park", R"("slot":"102")", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("answer", "park 102"));
    EXPECT_EQ(step.kind, Kind::over);
}

TEST_F(ControlModules, park_beyond_the_last_slot_has_a_branch)
{
    run(node("park", R"("slot":"120","max_slot_number":110)", seen("MAX_SLOT_EXCEEDED")));
    EXPECT_TRUE(was_taken("MAX_SLOT_EXCEEDED"));
}

TEST_F(ControlModules, a_parking_that_comes_back_takes_the_branch_of_its_slot)
{
    channel->on("park",
                [this](JobId job) { channel->push(JobEnded{job, JobEnd::finished, "102"}); });
    run(node("park", R"("slot":"102")", seen("102") + "," + seen("_")));
    EXPECT_TRUE(was_taken("102"));
}

TEST_F(ControlModules, retrieving_and_moving_are_the_hosts)
{
    run(node("park", R"("action":"retrieve")", child("_", node("move", "", seen("_")))));
    EXPECT_THAT(channel->commands, ElementsAre(R"(run_module park {"action":"retrieve"})",
                                               "run_module move {}", "play name _"));
}

TEST_F(ControlModules, a_webhook_without_a_url_goes_on)
{
    run(node("webhook", R"("uri":"not a url")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
    EXPECT_EQ(warnings.size(), 1U);
}

}  // namespace pivot::test
