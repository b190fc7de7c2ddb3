#include "execute/flow_fixture.hpp"

namespace pivot::test {

using DigitsModules = FlowTest;

constexpr std::string_view menus = R"({"menus":{"main":{"retries":2,"timeout":3000,
    "media":{"greeting":"welcome"}}, "hunting":{"hunt":true,"hunt_allow":"^1\\d+$",
    "hunt_deny":"666"}, "silent":{"retries":1,"media":{"exit_media":false}}},
    "numbers":{"1001":"office","1666":"office","2001":"office"},
    "flows":{"office":{"module":"noop","data":{},"children":{"_":{"module":"play",
    "data":{"id":"office","answer":false},"children":{}}}}}})";

TEST_F(DigitsModules, collect_takes_keys_up_to_the_terminator_into_its_collection)
{
    clock->after(milliseconds(500), [this] { channel->press("12#3"); });
    run(node("collect_dtmf", R"("max_digits":4,"collection_name":"pin")", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("answer", "play name _"));
    EXPECT_EQ(session->store().digits("pin"), "12");
}

TEST_F(DigitsModules, collect_takes_what_was_typed_ahead_first)
{
    channel->on("play", [this](JobId job) {
        channel->press("123");
        channel->finish(job);
    });
    run(node("play", R"("id":"a","terminators":[])",
             child("_", node("collect_dtmf", R"("max_digits":2,"collection_name":"pin")"))));
    EXPECT_EQ(session->store().digits("pin"), "12");
    EXPECT_EQ(session->store().digits("default"), "3");
}

TEST_F(DigitsModules, collect_takes_what_the_call_has_come_with_first)
{
    request.call.key_value_store = R"({"dtmf_collections":{"default":"42"}})";
    run(node("collect_dtmf", R"("max_digits":2,"collection_name":"pin")", seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("answer", "play name _")) << "it does not wait";
    EXPECT_EQ(session->store().digits("pin"), "42");
    EXPECT_THAT(session->store().to_json(), HasSubstr(R"("dtmf_collections":{"pin":"42"})"));
}

TEST_F(DigitsModules, a_flushed_collection_is_gone_and_an_empty_one_is_not)
{
    request.call.key_value_store = R"({"dtmf_collections":{"default":"42"}})";
    run(node("flush_dtmf", "", child("_", node("collect_dtmf", R"("timeout":10)"))));
    EXPECT_THAT(session->store().to_json(), HasSubstr(R"("dtmf_collections":{"default":""})"));
    run_again(node("flush_dtmf"));
    EXPECT_THAT(session->store().to_json(), Not(HasSubstr("dtmf_collections")));
}

TEST_F(DigitsModules, collect_with_terminators_takes_any_of_them)
{
    clock->after(milliseconds(500), [this] { channel->press("12*"); });
    run(node("collect_dtmf", R"("max_digits":4,"terminator":"#","terminators":["*"])"));
    EXPECT_EQ(session->store().digits("default"), "12");
}

TEST_F(DigitsModules, collect_goes_on_with_what_it_has_when_time_passes)
{
    clock->after(milliseconds(900), [this] { channel->press("1"); });
    run(node("collect_dtmf", R"("max_digits":4,"timeout":1000,"interdigit_timeout":1500)",
             seen("_")));
    EXPECT_EQ(session->store().digits("default"), "1");
    EXPECT_TRUE(was_taken("_"));
}

TEST_F(DigitsModules, collect_stores_also_nothing)
{
    begin();
    session->set_digits("pin", "9");
    run_again(node("collect_dtmf", R"("collection_name":"pin")", seen("_")));
    EXPECT_EQ(session->store().digits("pin"), "");
    EXPECT_TRUE(was_taken("_"));
}

TEST_F(DigitsModules, a_hang_up_during_collect_ends_the_flow)
{
    clock->after(milliseconds(500), [this] { channel->hang_up_caller(); });
    run(node("collect_dtmf", "", seen("_")));
    EXPECT_FALSE(was_taken("_"));
    EXPECT_EQ(step.kind, NextStep::Kind::over);
}

TEST_F(DigitsModules, flush_forgets_the_collection_and_what_was_typed_ahead)
{
    begin();
    session->set_digits("default", "12");
    live->keys() = "12";
    run_again(node("flush_dtmf", "", seen("_")));
    EXPECT_EQ(session->store().digits("default"), "");
    EXPECT_EQ(live->keys(), "");
    EXPECT_TRUE(was_taken("_"));
}

TEST_F(DigitsModules, send_dtmf_sends_with_its_length_as_number_or_text)
{
    run(node("send_dtmf", R"("digits":"12w#","duration_ms":150)"));
    run_again(node("send_dtmf", R"("digits":"1","duration_ms":"300")"));
    run_again(node("send_dtmf", R"("digits":"1")"));
    EXPECT_THAT(channel->commands,
                ElementsAre("send_keys 12w# 150", "send_keys 1 300", "send_keys 1 2000"));
}

TEST_F(DigitsModules, send_dtmf_that_fails_goes_on)
{
    channel->on("send_keys", [this](JobId job) { channel->fail(job); });
    run(node("send_dtmf", R"("digits":"1")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
    EXPECT_EQ(warnings.size(), 1U);
}

TEST_F(DigitsModules, a_menu_branches_on_what_is_typed)
{
    know(menus);
    clock->after(milliseconds(500), [this] { channel->press("12#"); });
    run(node("menu", R"("id":"main")", seen("12") + "," + seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("answer", "play name welcome", "play name 12"));
    EXPECT_THAT(branches, ElementsAre("12 (menu)"));
}

TEST_F(DigitsModules, a_menu_takes_the_key_that_stops_its_greeting)
{
    know(menus);
    channel->on("play", [this](JobId job) {
        if (channel->commands.back() != "play name welcome") return channel->finish(job);
        channel->press("1");
    });
    run(node("menu", R"("id":"main")", seen("1")));
    EXPECT_TRUE(was_taken("1"));
}

TEST_F(DigitsModules, a_menu_in_which_nothing_is_typed_takes_timeout)
{
    know(menus);
    run(node("menu", R"("id":"main")", seen("timeout") + "," + seen("_")));
    EXPECT_TRUE(was_taken("timeout"));
}

TEST_F(DigitsModules, a_menu_uses_up_its_tries_and_takes_max_retries)
{
    know(menus);
    clock->after(milliseconds(500), [this] { channel->press("9"); });
    run(node("menu", R"("id":"main")", seen("1") + "," + seen("max_retries") + "," + seen("_")));
    EXPECT_THAT(
        channel->commands,
        ElementsAre("answer", "play name welcome", "play prompt menu-invalid_entry en-us",
                    "play name welcome", "play prompt menu-exit en-us", "play name max_retries"));
}

TEST_F(DigitsModules, a_menu_without_max_retries_ends_with_the_wildcard_or_says_goodbye)
{
    know(menus);
    run(node("menu", R"("id":"silent")", seen("_")));
    EXPECT_THAT(channel->commands,
                ElementsAre("answer", "play prompt menu-no_prompt en-us",
                            "play prompt menu-transferring_call en-us", "play name _"));
    channel->commands.clear();
    run_again(node("menu", R"("id":"silent")"));
    EXPECT_THAT(channel->commands,
                ElementsAre("play prompt menu-no_prompt en-us", "play prompt vm-goodbye en-us"));
}

TEST_F(DigitsModules, a_menu_that_hunts_goes_to_the_numbers_flow_and_comes_back_to_the_wildcard)
{
    know(menus);
    clock->after(milliseconds(500), [this] { channel->press("1001"); });
    run(node("menu", R"("id":"hunting")", seen("_")));
    EXPECT_THAT(channel->commands, Contains("play name office"));
    EXPECT_EQ(channel->commands.back(), "play name _");
}

TEST_F(DigitsModules, a_menu_hunts_only_where_it_may)
{
    know(menus);
    for (const std::string_view typed : {"1666", "2001"}) {
        begin();
        channel->commands.clear();
        clock->after(milliseconds(500), [this, typed] { channel->press(typed); });
        run_again(node("menu", R"("id":"hunting")", seen("timeout")));
        EXPECT_FALSE(was_taken("office")) << typed;
        EXPECT_THAT(channel->commands, Contains("play prompt menu-invalid_entry en-us")) << typed;
    }
}

TEST_F(DigitsModules, a_menu_that_is_not_there_runs_without_a_greeting)
{
    clock->after(milliseconds(500), [this] { channel->press("1"); });
    run(node("menu", R"("id":"main")", seen("1")));
    EXPECT_THAT(channel->commands, ElementsAre("answer", "play name 1"));
    EXPECT_EQ(warnings.size(), 1U);
}

TEST_F(DigitsModules, a_hang_up_in_a_menu_ends_the_flow)
{
    know(menus);
    hang_up_at("play");
    run(node("menu", R"("id":"main")", seen("_") + "," + seen("timeout")));
    EXPECT_THAT(channel->commands, ElementsAre("answer", "play name welcome"));
    EXPECT_EQ(step.kind, NextStep::Kind::over);
}

TEST_F(DigitsModules, a_menu_whose_sounds_fail_still_takes_an_entry)
{
    know(menus);
    int count = 0;
    channel->on("play",
                [&](JobId job) { count++ == 0 ? channel->fail(job) : channel->finish(job); });
    clock->after(milliseconds(500), [this] { channel->press("1"); });
    run(node("menu", R"("id":"main")", seen("1")));
    EXPECT_TRUE(was_taken("1"));
}

TEST_F(DigitsModules, what_is_typed_in_a_conversation_does_not_answer_a_menu_or_a_collection)
{
    know(R"({"devices":{"desk":{"dial":"user/desk"}},"menus":{"main":{"retries":1}}})");
    for (const std::string_view next : {R"("module":"collect_dtmf","data":{"max_digits":1})",
                                        R"("module":"menu","data":{"id":"main"})"}) {
        events.emplace(*clock, *host);
        channel.emplace(*events);
        answer_dials();
        channel->on("bridge", [this](JobId job) {
            channel->press("4");
            channel->push(BridgeEnded{job});
        });
        begin();
        run_again(node("device", R"("id":"desk")"));
        run_again(fmt::format(R"({{{},"children":{{"4":{},"_":{}}}}})", next, mark("taken"),
                              mark("none")));
        EXPECT_FALSE(was_taken("taken")) << next;
        EXPECT_EQ(session->store().digits("default"), "") << next;
    }
}

}  // namespace pivot::test
