#include "execute/flow_fixture.hpp"

namespace pivot::test {

using RecordingModules = FlowTest;

constexpr std::string_view bob = R"({"devices":{"bob":{"dial":"user/bob"}}})";

TEST_F(RecordingModules, record_call_runs_beside_the_flow_until_it_is_stopped)
{
    run(node(
        "record_call", R"("action":"start","url":"http://r/","method":"post","format":"wav",
        "time_limit":60)",
        child("_", mark("a", child("_", node("record_call", R"("action":"stop")", seen("_")))))));
    EXPECT_THAT(channel->commands, ElementsAre("record http://r/ POST wav 60000 both",
                                               "play name a", "stop", "play name _"));
}

TEST_F(RecordingModules, a_call_has_so_many_recordings_and_no_more)
{
    std::string rest = seen("_");
    for (int i = 1; i < 20; ++i) {
        const auto* data = i % 2 == 0 ? R"("record_on_answer":true)" : R"("url":"http://r/")";
        rest = child("_", node("record_call", data, rest));
    }
    run(node("record_call", "", rest));
    EXPECT_THAT(warnings,
                Contains(HasSubstr("there are 16 recordings, which is the limit")).Times(4));
}

TEST_F(RecordingModules, record_call_waits_for_the_answer)
{
    run(node("record_call", R"("record_on_answer":true)",
             child("_", mark("a", child("_", node("answer", "", seen("_")))))));
    EXPECT_THAT(channel->commands,
                ElementsAre("play name a", "answer", "record  PUT  3600000 both", "play name _"));
}

TEST_F(RecordingModules, record_call_waits_for_the_bridge)
{
    know(bob);
    answer_dials();
    run(node("record_call", R"("record_on_bridge":true)",
             child("_", node("device", R"("id":"bob")"))));
    EXPECT_THAT(channel->commands,
                ElementsAre("dial 20000 user/bob/0/20000", "record  PUT  3600000 both", "bridge 1",
                            "hang_up 1"));
}

TEST_F(RecordingModules, what_waits_is_forgotten_when_recording_is_stopped)
{
    run(node("record_call", R"("record_on_answer":true)",
             child("_", node("record_call", R"("action":"stop")", child("_", node("answer"))))));
    EXPECT_THAT(channel->commands, ElementsAre("answer"));
}

TEST_F(RecordingModules, each_stop_ends_the_recording_that_began_last)
{
    std::vector<JobId> recordings;
    std::vector<JobId> stopped;
    channel->on("record", [&](JobId job) { recordings.push_back(job); });
    channel->on("stop", [&](JobId job) { stopped.push_back(job); });
    const auto stop = [](std::string_view next) {
        return node("record_call", R"("action":"stop")", child("_", next));
    };
    const std::string stops = stop(stop(stop(node("answer"))));
    run(node("record_call", "",
             child("_", node("record_call", R"("record_on_answer":true)",
                             child("_", node("answer", "", child("_", stops)))))));
    ASSERT_EQ(recordings.size(), 2U);
    EXPECT_THAT(stopped, ElementsAre(recordings[1], recordings[0]));
}

TEST_F(RecordingModules, record_caller_answers_and_waits_for_the_recording)
{
    channel->on("record", [this](JobId job) {
        channel->push(
            RecordingEnded{job, RecordingEnd::silence, 0, "http://r/1", "r1", milliseconds(4'200)});
    });
    run(node("record_caller", R"("url":"http://r/","time_limit":30)", seen("_")));
    EXPECT_THAT(channel->commands,
                ElementsAre("answer", "record http://r/ PUT  30000", "play name _"));
}

TEST_F(RecordingModules, a_recording_that_fails_goes_on)
{
    channel->on("record", [this](JobId job) {
        channel->push(RecordingEnded{job, RecordingEnd::failed, 0, "", "", {}});
    });
    run(node("record_caller", "", seen("_")));
    EXPECT_TRUE(was_taken("_"));
    EXPECT_EQ(warnings.size(), 1U);
}

// The web server is asked about a recording that is stopped only when it is known what came of it.
TEST_F(RecordingModules, a_pivot_waits_for_a_recording_that_is_stopped)
{
    const std::string pivot = child("_", node("pivot", R"("voice_url":"http://h/")"));
    const std::string stop_then_ask = child("_", node("record_call", R"("action":"stop")", pivot));
    channel->on("stop", [this](JobId job) {
        clock->after(milliseconds(1'500), [this, job] {
            channel->push(RecordingEnded{job, RecordingEnd::stopped, 0, "http://r/9", "r9",
                                         milliseconds(4'200)});
        });
    });
    const Nanoseconds began = clock->now();
    run(node("record_call", R"("action":"start")", stop_then_ask));
    EXPECT_EQ(step.kind, NextStep::Kind::pivot);
    EXPECT_GE(clock->now() - began, 1'500'000'000);

    channel->on("stop", [](JobId) {});
    const Nanoseconds again = clock->now();
    run_again(node("record_call", R"("action":"start")", stop_then_ask));
    EXPECT_EQ(step.kind, NextStep::Kind::pivot) << "but not for ever";
    EXPECT_GE(clock->now() - again, 2'000'000'000);
}

TEST_F(RecordingModules, a_hang_up_during_a_recording_ends_the_flow)
{
    clock->after(milliseconds(500), [this] { channel->hang_up_caller(); });
    run(node("record_caller", "", seen("_")));
    EXPECT_FALSE(was_taken("_"));
    EXPECT_EQ(step.kind, NextStep::Kind::over);
}

}  // namespace pivot::test
