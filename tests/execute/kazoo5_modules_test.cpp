// What the modules of KAZOO 5 have more than those of KAZOO 4.
#include "execute/flow_fixture.hpp"

namespace pivot::test {

constexpr std::string_view people = R"({"account":{"variables":{"custom":{"Plan-Of":"silver"}}},
    "devices":{"ann":{"dial":"user/ann","variables":{"plan":"gold"}},"bob":{"dial":"user/bob"}},
    "users":{"u1":{"variables":{"custom":{"plan":"bronze"}}}},
    "groups":{"sales":{"members":[{"type":"device","id":"ann"},{"type":"device","id":"bob"}]}},
    "flows":{"lunch":{"module":"play","data":{"id":"lunch","answer":false}}}})";

class Kazoo5Modules : public FlowTest {
protected:
    Kazoo5Modules() { know(people); }
};

TEST_F(Kazoo5Modules, a_ring_group_may_name_a_group_of_the_directory)
{
    answer_dials();
    run(node("ring_group", R"("group_id":"sales","timeout":25)"));
    EXPECT_THAT(channel->commands, Contains(HasSubstr("user/ann")));
    EXPECT_THAT(channel->commands, Contains(HasSubstr("user/bob")));
    EXPECT_THAT(channel->commands, Not(Contains("answer"))) << "unlike a group";
}

TEST_F(Kazoo5Modules, branch_variable_follows_a_path)
{
    run(node("branch_variable", R"("scope":"account","variable":["custom","plan_of"])",
             seen("_") + "," + seen("silver")));
    EXPECT_TRUE(was_taken("silver"));
    run_again(node("branch_variable", R"("scope":"account","variable":["custom","no","such"])",
                   seen("_")));
    EXPECT_TRUE(was_taken("_"));
    EXPECT_THAT(branches, Contains(HasSubstr("there is no variable custom.no.such")));
}

TEST_F(Kazoo5Modules, branch_variable_looks_into_a_document)
{
    run(node("branch_variable", R"("scope":"doc","id":"u1","variable":["custom","plan"])",
             seen("bronze")));
    EXPECT_TRUE(was_taken("bronze"));
    run_again(
        node("branch_variable", R"("scope":"doc","id":"ann","variable":"plan")", seen("gold")));
    EXPECT_TRUE(was_taken("gold"));
}

TEST_F(Kazoo5Modules, a_callflow_may_have_its_flow_in_the_node)
{
    run(node("callflow", R"("flow":)" + mark("inside"), seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("play name inside", "play name _"));
}

TEST_F(Kazoo5Modules, a_callflow_may_name_the_flow_of_a_document)
{
    run(node("callflow", R"("doc_id":"lunch","path":["flow"])"));
    EXPECT_TRUE(was_taken("lunch"));
    run_again(node("callflow", R"("doc_id":"lunch","path":["after_hours","flow"])", seen("_")));
    EXPECT_TRUE(was_taken("_"));
    EXPECT_THAT(warnings, Contains(HasSubstr("no document \"lunch\" with a flow at "
                                             "after_hours.flow")));
}

TEST_F(Kazoo5Modules, tones_are_heard_in_their_order)
{
    run(node("tones", R"("tones":[{"duration_on":500,"duration_off":100,"frequencies":[440]},
                                  {"duration_on":200,"duration_off":0,"frequencies":[350,440]}])",
             seen("_")));
    ASSERT_EQ(channel->commands.size(), 3U);
    EXPECT_THAT(channel->commands[0], HasSubstr("500,100,440"));
    EXPECT_THAT(channel->commands[1], HasSubstr("200,0,350"));
    EXPECT_TRUE(was_taken("_"));
}

TEST_F(Kazoo5Modules, nobody_performs_the_last_node_and_the_caller_hears_so)
{
    apologizes = true;
    executor.apology = "Sorry";
    run(node("doorman", R"("id":"u1")"));
    EXPECT_THAT(channel->commands, ElementsAre(HasSubstr("run_module doorman"), HasSubstr("Sorry"),
                                               HasSubstr("reject 480")));
}

TEST_F(Kazoo5Modules, an_apology_that_cannot_be_said_is_a_prompt)
{
    apologizes = true;
    executor.apology = "Sorry";
    channel->on(
        "say", [this](JobId job) { channel->push(JobEnded{job, JobEnd::failed, "", "no voice"}); });
    run(node("doorman", R"("id":"u1")"));
    EXPECT_THAT(channel->commands, Contains(HasSubstr("fault-can_not_be_completed_at_this_time")));
}

TEST_F(Kazoo5Modules, there_is_no_apology_where_something_comes_after)
{
    apologizes = true;
    executor.apology = "Sorry";
    run(node("doorman", R"("id":"u1")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
    EXPECT_THAT(channel->commands, Not(Contains(HasSubstr("Sorry"))));
    run_again(node("callflow", R"("flow":)" + node("doorman"), seen("_")));
    EXPECT_THAT(channel->commands, Not(Contains(HasSubstr("Sorry"))));
}

TEST_F(Kazoo5Modules, the_host_that_runs_it_needs_no_apology)
{
    apologizes = true;
    executor.apology = "Sorry";
    channel->on("run_module",
                [this](JobId job) { channel->push(JobEnded{job, JobEnd::finished, "_"}); });
    run(node("doorman", R"("id":"u1")"));
    EXPECT_THAT(channel->commands, ElementsAre(HasSubstr("run_module doorman")));
}

}  // namespace pivot::test
