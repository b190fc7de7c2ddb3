#include "execute/flow_fixture.hpp"

namespace pivot::test {

using VariablesModules = FlowTest;

constexpr std::string_view people = R"({"account":{"variables":{"plan":"gold"}},
    "devices":{"desk":{"dial":"user/alice","owner":"alice","variables":{"Ring-Tone":"bell"}}},
    "users":{"alice":{"variables":{"team":"red"}}},
    "lists":{"work":{"entries":{"01":{"name":"Sales","number":"+14155550111"}}}},
    "numbers":{"2001":"office"},
    "flows":{"office":{"module":"play","data":{"id":"office","answer":false},"children":{}}}})";

// What a call that is made next shows.
std::string dial_and_see(FakeChannel& channel)
{
    return fmt::format("{}/{}", channel.dials.back().caller_id_name.text(),
                       channel.dials.back().caller_id_number.text());
}

std::string call_out()
{
    return node("offnet", R"("to_did":"+15")", seen("_"));
}

TEST_F(VariablesModules, branch_variable_looks_in_its_scope)
{
    know(people);
    request.call.authorizing_id = "desk";
    request.call.owner_ids = {"alice"};
    request.call.custom_channel_vars = R"({"Call-Kind":"vip","ring_tone":"none"})";
    for (const auto& [scope, name, value] :
         std::vector<std::array<std::string, 3>>{{"custom_channel_vars", "call_kind", "vip"},
                                                 {"account", "plan", "gold"},
                                                 {"user", "team", "red"},
                                                 {"device", "ring_tone", "bell"},
                                                 {"merged", "ring_tone", "bell"},
                                                 {"merged", "call_kind", "vip"}}) {
        channel->commands.clear();
        run_again(node("branch_variable",
                       fmt::format(R"("scope":"{}","variable":"{}")", scope, name),
                       seen(value) + "," + seen("_")));
        EXPECT_TRUE(was_taken(value)) << scope;
    }
}

TEST_F(VariablesModules, branch_variable_without_its_variable_is_the_wildcard)
{
    run(node("branch_variable", R"("variable":"none")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
}

TEST_F(VariablesModules, set_variable_sets_the_two_that_there_are)
{
    run(node("set_variable", R"("variable":"call_priority","value":"5","channel":"both")",
             child("_", node("set_variable", R"("variable":"group_id","value":"g")",
                             child("_", node("branch_variable", R"("variable":"call_priority")",
                                             seen("5")))))));
    EXPECT_THAT(channel->commands,
                ElementsAre("set Call-Priority=5 exported", "set Group-ID=g", "play name 5"));
}

TEST_F(VariablesModules, set_variable_warns_of_another)
{
    run(node("set_variable", R"("variable":"colour","value":"red")", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("play name _"));
    EXPECT_EQ(warnings.size(), 1U);
}

TEST_F(VariablesModules, set_variables_merges_into_the_next_requests)
{
    request.call.custom_application_vars = R"({"a":"1","b":"2"})";
    run(node("set_variables", R"("custom_application_vars":{"b":[3],"c":"x"},"export":true)",
             seen("_")));
    EXPECT_THAT(session->call().custom_application_vars, HasSubstr(R"("a":"1")"));
    EXPECT_THAT(session->call().custom_application_vars, HasSubstr(R"("b":[3])"));
    EXPECT_THAT(channel->commands,
                ElementsAre("set b=[3] exported", "set c=x exported", "play name _"));
}

TEST_F(VariablesModules, branch_bnumber_goes_by_what_was_captured)
{
    request.call.key_value_store = R"({"cf_capture_group":"2001"})";
    run(node("branch_bnumber", "", seen("2001") + "," + seen("_")));
    EXPECT_TRUE(was_taken("2001"));
}

TEST_F(VariablesModules, branch_bnumber_hunts_where_it_may)
{
    know(people);
    request.call.key_value_store = R"({"cf_capture_group":"2001"})";
    run(node("branch_bnumber", R"("hunt":true,"hunt_allow":"^2")", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("play name office", "play name _"));
    channel->commands.clear();
    run_again(node("branch_bnumber", R"("hunt":true,"hunt_deny":"^2")", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("play name _"));
    channel->commands.clear();
    run_again(node("branch_bnumber", R"("hunt":true,"hunt_allow":"(")", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("play name _"));
}

TEST_F(VariablesModules, branch_bnumber_without_a_capture_is_the_wildcard)
{
    run(node("branch_bnumber", R"("hunt":true)", seen("_")));
    EXPECT_TRUE(was_taken("_"));
}

TEST_F(VariablesModules, check_cid_matches_the_callers_number)
{
    const std::string children = seen("match") + "," + seen("nomatch");
    run(node("check_cid", R"("regex":"^\\+1415")", children));
    EXPECT_TRUE(was_taken("match"));
    run_again(node("check_cid", R"("regex":"^\\+44")", children));
    EXPECT_TRUE(was_taken("nomatch"));
}

TEST_F(VariablesModules, check_cid_in_absolute_mode_branches_on_the_number)
{
    run(node("check_cid", R"("use_absolute_mode":true)", seen("+14155550100")));
    EXPECT_TRUE(was_taken("+14155550100"));
}

TEST_F(VariablesModules, check_cid_takes_the_caller_id_of_a_match)
{
    run(node("check_cid", R"("regex":".*","caller_id":{"external":{"number":"+1999"}})"));
    EXPECT_EQ(session->call().caller_id_number, "+1999");
    EXPECT_EQ(session->call().caller_id_name, "Alice");
}

TEST_F(VariablesModules, a_regular_expression_that_is_invalid_or_would_take_for_ever_harms_nobody)
{
    request.call.caller_id_number = std::string(60, 'a') + "!";
    run(node("check_cid", R"("regex":"(a+)+$")", seen("nomatch")));
    EXPECT_TRUE(was_taken("nomatch"));
    run_again(node("check_cid", R"("regex":"(")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
}

TEST_F(VariablesModules, set_cid_is_what_callees_see_and_web_servers_do_not)
{
    run(node("set_cid", R"("caller_id_name":"Shop","caller_id_number":"+1777")",
             child("_", call_out())));
    EXPECT_EQ(dial_and_see(*channel), "Shop/+1777");
    EXPECT_EQ(session->call().caller_id_name, "Alice");
}

TEST_F(VariablesModules, a_prefix_does_not_grow_without_bound)
{
    const auto longer = fmt::format(R"("caller_id_name_prefix":"{}")", std::string(100, 'x'));
    run(node("prepend_cid", longer,
             child("_", node("prepend_cid", longer,
                             child("_", node("prepend_cid", longer, child("_", call_out())))))));
    EXPECT_THAT(warnings, Contains(HasSubstr("a prefix is longer than 256 bytes")));
}

TEST_F(VariablesModules, prepend_cid_adds_to_its_prefix_starts_over_or_removes_it)
{
    run(node("prepend_cid", R"("caller_id_name_prefix":"B-")", child("_", call_out())));
    EXPECT_EQ(dial_and_see(*channel), "B-Alice/");
    run_again(node("prepend_cid", R"("caller_id_name_prefix":"A-","apply_to":"current")",
                   child("_", call_out())));
    EXPECT_EQ(dial_and_see(*channel), "A-B-Alice/");
    run_again(node("prepend_cid", R"("caller_id_number_prefix":"9","apply_to":"original")",
                   child("_", call_out())));
    EXPECT_EQ(dial_and_see(*channel), "/9+14155550100");
    run_again(node("prepend_cid", R"("action":"reset")", child("_", call_out())));
    EXPECT_EQ(dial_and_see(*channel), "/");
}

TEST_F(VariablesModules, dynamic_cid_takes_a_fixed_caller_id)
{
    run(node("dynamic_cid", R"("action":"static","caller_id":{"name":"Shop","number":"+1777"})",
             child("_", call_out())));
    EXPECT_EQ(dial_and_see(*channel), "Shop/+1777");
    EXPECT_EQ(session->call().caller_id_number, "+1777");
}

TEST_F(VariablesModules, dynamic_cid_takes_an_entry_of_a_list_and_goes_to_what_is_dialled_after_it)
{
    know(people);
    request.call.key_value_store = R"({"cf_capture_group":"012001"})";
    run(node("dynamic_cid", R"("action":"list","id":"work")"));
    EXPECT_EQ(session->call().caller_id_number, "+14155550111");
    EXPECT_TRUE(was_taken("office"));
}

TEST_F(VariablesModules, dynamic_cid_without_its_entry_goes_on)
{
    know(people);
    request.call.key_value_store = R"({"cf_capture_group":"772001"})";
    run(node("dynamic_cid", R"("action":"list","id":"work")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
}

TEST_F(VariablesModules, dynamic_cid_asks_for_a_number)
{
    clock->after(milliseconds(500), [this] { channel->press("4155550199"); });
    run(node("dynamic_cid", R"("action":"manual")", seen("_")));
    EXPECT_EQ(session->call().caller_id_number, "4155550199");
    EXPECT_TRUE(was_taken("_"));
}

TEST_F(VariablesModules, dynamic_cid_keeps_the_callers_where_the_number_will_not_do)
{
    clock->after(milliseconds(500), [this] { channel->press("4155550199"); });
    run(node("dynamic_cid", R"("action":"manual","whitelist_regex":"^999")", seen("_")));
    EXPECT_EQ(session->call().caller_id_number, "+14155550100");
    EXPECT_TRUE(was_taken("_"));
}

}  // namespace pivot::test
