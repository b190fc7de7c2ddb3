#include "execute/flow_fixture.hpp"

namespace pivot::test {

using FlowRunnerTest = FlowTest;
using Kind = NextStep::Kind;

TEST_F(FlowRunnerTest, a_flow_goes_from_node_to_node_and_comes_to_its_end)
{
    run(mark("a", child("_", mark("b"))));
    EXPECT_THAT(channel->commands, ElementsAre("play name a", "play name b"));
    EXPECT_EQ(step.kind, Kind::go_on);
    EXPECT_THAT(warnings, IsEmpty());
    EXPECT_THAT(branches, IsEmpty());
}

TEST_F(FlowRunnerTest, a_child_that_is_missing_is_the_wildcard)
{
    know(R"({"menus":{}})");
    request.call.custom_channel_vars = R"({"kind":"gold"})";
    run(node("branch_variable", R"("variable":"kind")", seen("_") + "," + seen("silver")));
    EXPECT_TRUE(was_taken("_"));
    EXPECT_THAT(branches, ElementsAre("_ (branch_variable: there is no gold)"));
}

TEST_F(FlowRunnerTest, without_child_and_wildcard_the_flow_stops)
{
    request.call.custom_channel_vars = R"({"kind":"gold"})";
    run(node("branch_variable", R"("variable":"kind")", seen("silver")));
    EXPECT_THAT(channel->commands, IsEmpty());
    EXPECT_EQ(step.kind, Kind::go_on);
}

TEST_F(FlowRunnerTest, a_wildcard_with_nothing_in_it_stops)
{
    run(mark("a", R"("_":{})"));
    EXPECT_EQ(step.kind, Kind::go_on);
    EXPECT_THAT(channel->commands, ElementsAre("play name a"));
}

TEST_F(FlowRunnerTest, a_skipped_module_goes_on_with_the_wildcard)
{
    run(node("hangup", R"("skip_module":true)", seen("_")));
    EXPECT_TRUE(was_taken("_"));
}

TEST_F(FlowRunnerTest, an_unknown_module_warns_and_goes_on_with_the_wildcard)
{
    run(node("voicemail", R"("action":"check")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
    EXPECT_THAT(warnings,
                ElementsAre("voicemail: does not run here, and the host does not have it"));
}

TEST_F(FlowRunnerTest, the_host_runs_what_it_knows_and_says_where_to_go_on)
{
    channel->on("run_module",
                [this](JobId job) { channel->push(JobEnded{job, JobEnd::finished, "match"}); });
    run(node("cidlistmatch", R"("id":"x")", seen("_") + "," + seen("match")));
    EXPECT_THAT(channel->commands,
                ElementsAre(R"(run_module cidlistmatch {"id":"x"})", "play name match"));
}

TEST_F(FlowRunnerTest, the_host_is_offered_the_modules_that_a_setting_names_and_may_decline)
{
    auto settings = config();
    settings.callflow.host_modules = {"response", "pivot"};
    exchanges->take(exchange::Accounts::open(exchange::Settings::make(settings).value()).value());
    channel->on("run_module",
                [this](JobId job) { channel->push(JobEnded{job, JobEnd::finished, "taken"}); });
    const std::string flow = node("response", R"("code":486)", seen("taken"));
    run(flow);
    EXPECT_THAT(channel->commands,
                ElementsAre(HasSubstr("run_module response"), "play name taken"));
    renew();
    channel->lacks.insert("run_module");
    run(flow);
    EXPECT_THAT(channel->commands, Contains(HasSubstr("reject 486")));
}

TEST_F(FlowRunnerTest, a_module_that_the_host_cannot_run_goes_on_with_the_wildcard)
{
    channel->on("run_module", [this](JobId job) { channel->fail(job); });
    run(node("voicemail", "", seen("_")));
    EXPECT_TRUE(was_taken("_"));
    EXPECT_THAT(warnings, ElementsAre("voicemail: the host could not run it: it is not there"));
}

TEST_F(FlowRunnerTest, a_hang_up_while_the_host_runs_a_module_ends_the_flow)
{
    hang_up_at("run_module");
    run(node("voicemail", "", seen("_")));
    EXPECT_FALSE(was_taken("_"));
    EXPECT_EQ(step.kind, Kind::over);
}

TEST_F(FlowRunnerTest, a_host_that_takes_flows_gets_the_whole)
{
    channel->on("run_flow", [this](JobId job) {
        channel->finish(job);
        channel->push(Moved());
    });
    run(mark("a"));
    EXPECT_THAT(channel->commands, IsEmpty());
    EXPECT_EQ(step.kind, Kind::over);
}

TEST_F(FlowRunnerTest, a_flow_that_the_host_cannot_take_is_run_here)
{
    channel->on("run_flow", [this](JobId job) { channel->fail(job); });
    run(mark("a"));
    EXPECT_TRUE(was_taken("a"));
    EXPECT_THAT(warnings, ElementsAre("flow: the host could not take it: it is not there"));
}

TEST_F(FlowRunnerTest, after_another_flow_the_wildcard_of_the_node_goes_on)
{
    know(fmt::format(R"({{"flows":{{"other":{}}}}})", mark("other")));
    run(node("callflow", R"("id":"other")", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("play name other", "play name _"));
}

TEST_F(FlowRunnerTest, of_flows_in_each_other_the_innermost_wildcard_goes_on_first)
{
    know(fmt::format(R"({{"flows":{{"outer":{},"inner":{}}}}})",
                     node("callflow", R"("id":"inner")", child("_", mark("behind inner"))),
                     mark("inner")));
    run(node("callflow", R"("id":"outer")", child("_", mark("behind outer"))));
    EXPECT_THAT(channel->commands,
                ElementsAre("play name inner", "play name behind inner", "play name behind outer"));
}

TEST_F(FlowRunnerTest, a_hangup_leaves_nothing_that_waits)
{
    know(fmt::format(R"({{"flows":{{"other":{}}}}})", node("hangup")));
    run(node("callflow", R"("id":"other")", seen("_")));
    EXPECT_THAT(channel->commands, IsEmpty());
    EXPECT_EQ(step.kind, Kind::hang_up);
}

TEST_F(FlowRunnerTest, a_flow_that_is_not_there_is_the_wildcard_at_once)
{
    run(node("callflow", R"("id":"other")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("there is no flow \"other\"")));
}

TEST_F(FlowRunnerTest, a_call_is_hung_up_at_its_fifty_first_branch)
{
    know(fmt::format(R"({{"flows":{{"loop":{}}}}})",
                     node("noop", "", child("_", node("callflow", R"("id":"loop")")))));
    run(node("callflow", R"("id":"loop")"));
    EXPECT_EQ(step.kind, Kind::go_on);
    EXPECT_THAT(warnings, ElementsAre(HasSubstr("to 50 other flows")));
}

TEST_F(FlowRunnerTest, a_pivot_node_goes_back_with_all_that_is_below_it)
{
    run(mark("a", child("_", node("pivot", R"("voice_url":"http://x/")", seen("_")))));
    EXPECT_EQ(step.kind, Kind::pivot);
    const auto asked = ActionNode::from_json(*step.node);
    ASSERT_TRUE(asked);
    EXPECT_EQ(asked->action->voice_url, "http://x/");
    EXPECT_THAT(asked->next, HasSubstr(R"("module":"play")"));
}

TEST_F(FlowRunnerTest, the_answer_of_a_nested_pivot_stands_in_its_place_and_what_waits_goes_on)
{
    know(fmt::format(R"({{"flows":{{"other":{}}}}})",
                     node("pivot", R"("voice_url":"http://example.com/")")));
    run(node("callflow", R"("id":"other")", child("_", mark("behind"))));
    EXPECT_EQ(step.kind, Kind::pivot);
    run_again(mark("answer"));
    EXPECT_THAT(channel->commands, ElementsAre("play name answer", "play name behind"));
    EXPECT_EQ(step.kind, Kind::go_on);
}

TEST_F(FlowRunnerTest, a_failed_pivot_without_wildcard_lets_go_on_what_waits)
{
    know(fmt::format(R"({{"flows":{{"other":{}}}}})",
                     node("pivot", R"("voice_url":"http://example.com/")")));
    run(node("callflow", R"("id":"other")", child("_", mark("behind"))));
    run_again("");
    EXPECT_TRUE(was_taken("behind"));
    run_again("");
    EXPECT_EQ(step.kind, Kind::go_on);
}

TEST_F(FlowRunnerTest, a_call_that_is_over_runs_nothing)
{
    begin();
    channel->hang_up_caller();
    run_again(mark("a"));
    EXPECT_THAT(channel->commands, IsEmpty());
    EXPECT_EQ(step.kind, Kind::over);
}

TEST_F(FlowRunnerTest, odd_nodes_harm_nobody)
{
    for (const std::string_view odd :
         {R"({})", R"({"module":7})", R"({"module":"play","data":[],"children":[]})",
          R"({"module":"play","data":{"id":5,"terminators":"x"},"children":{"_":null}})",
          R"({"module":"menu","data":{"id":[]}})", R"({"data":{},"children":{"_":"x"}})",
          R"({"module":"ring_group","data":{"endpoints":[1,null,{}],"repeats":-3}})",
          R"({"module":"sleep","data":{"duration":-1,"unit":"years"}})",
          R"({"module":"collect_dtmf","data":{"max_digits":-1,"timeout":1}})",
          R"({"module":"conference","data":{"config":{"member":1,"moderator":{"pins":5}}}})",
          R"({"module":"audio_macro","data":{"macros":[1,{"macro":"tone"},{"macro":"say"}]}})",
          R"([])", R"(x)", R"("x")"}) {
        channel->commands.clear();
        run_again(std::string(odd));
        EXPECT_NE(step.kind, Kind::pivot) << odd;
        EXPECT_THAT(channel->commands, Not(Contains("stuck"))) << odd;
        if (live->is_over()) break;
    }
}

TEST_F(FlowRunnerTest, ten_thousand_nodes_below_each_other_run_flat)
{
    constexpr int depth = 10'000;
    std::string flow;
    for (int i = 0; i < depth; ++i) flow += R"({"module":"noop","data":{},"children":{"_":)";
    flow += mark("end");
    for (int i = 0; i < depth; ++i) flow += "}}";
    run(std::move(flow));
    EXPECT_TRUE(was_taken("end"));
}

TEST(Flow, a_node_is_written_as_it_was_read)
{
    const std::string text =
        R"({"module":"menu","data":{"id":"a\"b","n":20.0},"children":{"1":{"module":"noop",)"
        R"("data":{},"children":{"_":{}}},"2":{},"_":{"module":"hangup","data":{},"children":{}}}})";
    const auto flow = Flow::read(text);
    ASSERT_TRUE(flow);
    std::string written;
    flow->append_node(written, Flow::root);
    EXPECT_EQ(written, text);
    EXPECT_TRUE(flow->is_empty(*flow->child(Flow::root, "2")));
    EXPECT_FALSE(flow->child(Flow::root, "3"));
}

}  // namespace pivot::test
