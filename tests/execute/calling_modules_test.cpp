#include "execute/flow_fixture.hpp"

#include <set>

namespace pivot::test {

using CallingModules = FlowTest;
using Kind = NextStep::Kind;

constexpr std::string_view office = R"({"devices":{
    "a-desk":{"dial":"user/alice@example.com","owner":"alice"},
    "a-soft":{"kind":"sip","dial":"sip:alice@192.0.2.7","owner":"alice"},
    "bob":{"dial":"user/bob","headers":{"X-Site":"1"}},
    "carol":{"dial":"user/carol"},
    "off":{"dial":"user/off","enabled":false},"dnd":{"dial":"user/dnd","do_not_disturb":true}},
    "groups":{"sales":{"timeout":30,"strategy":"single","members":[
        {"type":"device","id":"carol"},{"type":"device","id":"bob","weight":2},
        {"type":"user","id":"alice","weight":1}]},
        "loop":{"members":[{"type":"group","id":"loop"},{"type":"device","id":"bob"}]}},
    "conferences":{"sales":{"room":"sales","numbers":["3000"],"pins":["11"],
        "moderator_pins":["99"],"waits_for_moderator":true,"joins_muted":true,"entry_tone":false}}})";

TEST_F(CallingModules, a_device_that_answers_is_talked_to_and_the_flow_stops)
{
    know(office);
    answer_dials();
    run(node("device", R"("id":"bob","timeout":0,"custom_sip_headers":{"X-A":"b"})", seen("_")));
    EXPECT_THAT(channel->commands,
                ElementsAre("dial 20000 user/bob/0/20000", "bridge 1", "hang_up 1"));
    const auto& headers = channel->dials.front().targets.front().headers;
    EXPECT_EQ(headers.size(), 2U);
    EXPECT_EQ(step.kind, Kind::go_on);
}

TEST_F(CallingModules, a_failure_takes_the_child_of_its_cause_then_of_its_code_then_the_wildcard)
{
    know(office);
    fail_dials("USER_BUSY", 486);
    for (const std::string_view taken : {"USER_BUSY", "sip:486", "_"}) {
        channel->commands.clear();
        std::string children = seen("_");
        if (taken != "_") children += "," + seen("sip:486");
        if (taken == "USER_BUSY") children += "," + seen("USER_BUSY");
        run_again(node("device", R"("id":"bob")", children));
        EXPECT_TRUE(was_taken(taken)) << taken;
    }
    EXPECT_THAT(branches,
                ElementsAre("USER_BUSY (device)", "sip:486 (device)", "_ (device: USER_BUSY)"));
}

TEST_F(CallingModules, a_failure_without_a_cause_has_one)
{
    know(office);
    fail_dials("", 0);
    run(node("device", R"("id":"bob")", seen("sip:600")));
    EXPECT_TRUE(was_taken("sip:600"));
    run_again(node("device", R"("id":"bob")", seen("UNSPECIFIED")));
    EXPECT_TRUE(was_taken("UNSPECIFIED"));
}

TEST_F(CallingModules, who_is_not_there_or_not_to_be_called_is_not_called)
{
    know(office);
    request.call.authorizing_id = "bob";
    request.call.owner_ids = {"alice"};
    for (const std::string_view id : {"off", "dnd", "bob", "a-desk", "nobody"}) {
        channel->commands.clear();
        run_again(node("device", fmt::format(R"("id":"{}")", id), seen("_")));
        EXPECT_THAT(channel->commands, ElementsAre("play name _")) << id;
    }
    run_again(node("device", R"("id":"bob","can_call_self":true)"));
    EXPECT_EQ(channel->dials.size(), 1U);
}

TEST_F(CallingModules, a_device_is_called_as_the_node_says)
{
    know(office);
    run(node("device", R"("id":"a-soft","delay":2,"timeout":7,"static_invite":"+1999",
        "suppress_clid":true)"));
    EXPECT_THAT(channel->commands, ElementsAre("dial 9000 sip:+1999@192.0.2.7/2000/7000"));
    EXPECT_EQ(channel->dials.front().caller_id_number, "anonymous");
}

TEST_F(CallingModules, a_user_is_all_their_devices)
{
    know(office);
    run(node("user", R"("id":"alice")", seen("_")));
    EXPECT_THAT(channel->commands,
                ElementsAre("dial 20000 user/alice@example.com/0/20000 sip:alice@192.0.2.7/0/20000",
                            "play name _"));
    EXPECT_TRUE(channel->dials.front().ignores_early_media);
    run_again(node("user", R"("id":"alice","strategy":"single")"));
    EXPECT_TRUE(channel->dials.back().is_sequential);
}

TEST_F(CallingModules, a_hang_up_while_it_rings_ends_the_flow)
{
    know(office);
    channel->on("dial", [](JobId) {});
    clock->after(milliseconds(3'000), [this] { channel->hang_up_caller(); });
    run(node("user", R"("id":"alice")", seen("_")));
    EXPECT_FALSE(was_taken("_"));
    EXPECT_EQ(step.kind, Kind::over);
}

TEST_F(CallingModules, a_hang_up_during_the_talk_ends_the_flow)
{
    know(office);
    answer_dials();
    channel->on("bridge", [](JobId) {});
    clock->after(milliseconds(3'000), [this] { channel->hang_up_caller(); });
    run(node("device", R"("id":"bob")", seen("_")));
    EXPECT_EQ(step.kind, Kind::over);
}

TEST_F(CallingModules, a_switch_that_never_says_how_a_dial_ends_is_not_waited_for_for_ever)
{
    know(office);
    channel->on("dial", [](JobId) {});
    run(node("device", R"("id":"bob")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
    EXPECT_THAT(channel->commands, Not(Contains("stuck")));
}

TEST_F(CallingModules, a_ring_group_rings_all_once_each)
{
    know(office);
    run(node("ring_group", R"("timeout":25,"ringback":"local_stream://x","endpoints":[
        {"endpoint_type":"device","id":"bob","delay":3,"timeout":10},
        {"endpoint_type":"device","id":"bob","delay":3,"timeout":10},
        {"endpoint_type":"user","id":"alice"},{"endpoint_type":"device","id":"carol",
        "disable_until":99999999999}])"));
    EXPECT_THAT(channel->commands,
                ElementsAre("dial 25000 user/bob/3000/10000 user/alice@example.com/0/20000 "
                            "sip:alice@192.0.2.7/0/20000"));
    EXPECT_EQ(channel->dials.front().ringback.what(), "x");
    EXPECT_EQ(channel->dials.front().ringback.kind(), Media::Kind::hold_music);
}

TEST_F(CallingModules, a_ring_group_repeats_until_a_child_matches)
{
    know(office);
    run(node("ring_group", R"("repeats":3,"endpoints":[{"endpoint_type":"device","id":"bob"}])",
             seen("_")));
    EXPECT_EQ(channel->dials.size(), 3U);
    EXPECT_TRUE(was_taken("_"));
    run_again(node("ring_group",
                   R"("repeats":3,"endpoints":[{"endpoint_type":"device","id":"bob"}])",
                   seen("NO_ANSWER")));
    EXPECT_EQ(channel->dials.size(), 4U);
    EXPECT_TRUE(was_taken("NO_ANSWER"));
}

TEST_F(CallingModules, weighted_random_draws_in_an_order_that_the_call_decides)
{
    know(office);
    const std::string flow = node("ring_group", R"("strategy":"weighted_random","endpoints":[
        {"endpoint_type":"device","id":"bob","weight":100},
        {"endpoint_type":"device","id":"carol","weight":1}])");
    const auto firsts = [&] {
        std::string names;
        begin();
        channel->dials.clear();
        for (int i = 0; i < 50; ++i) run_again(flow);
        for (const Dial& dial : channel->dials) names += dial.targets.front().address.text().at(5);
        return names;
    };
    const std::string one = firsts();
    EXPECT_EQ(firsts(), one);
    EXPECT_GT(std::ranges::count(one, 'b'), 40);
    EXPECT_TRUE(channel->dials.front().is_sequential);
}

TEST_F(CallingModules, a_group_answers_and_rings_its_members_by_weight)
{
    know(office);
    run(node("group", R"("id":"sales","timeout":20,"strategy":"simultaneous","endpoints":[])",
             seen("_")));
    EXPECT_THAT(channel->commands,
                ElementsAre("answer",
                            "dial in order 30000 user/alice@example.com/0/20000 "
                            "sip:alice@192.0.2.7/0/20000 user/bob/0/20000 user/carol/0/20000",
                            "play name _"));
}

TEST_F(CallingModules, a_group_with_endpoints_is_a_ring_group_of_devices)
{
    know(office);
    run(node("group", R"("endpoints":["bob"])"));
    EXPECT_THAT(channel->commands, ElementsAre("dial 20000 user/bob/0/20000"));
}

TEST_F(CallingModules, a_group_in_itself_rings_once)
{
    know(office);
    run(node("group", R"("id":"loop")"));
    ASSERT_EQ(channel->dials.size(), 1U);
    EXPECT_EQ(channel->dials.front().targets.size(), 1U);
}

TEST_F(CallingModules, resources_call_what_was_dialled)
{
    answer_dials();
    run(node("resources", R"("emit_account_id":true,"custom_sip_headers":{"out":{"X-A":"b"}})",
             seen("_")));
    EXPECT_THAT(channel->commands, ElementsAre("dial 120000 2000/0/0", "bridge 1", "hang_up 1"));
    EXPECT_EQ(channel->dials.front().targets.front().headers.size(), 2U);
    EXPECT_EQ(step.kind, Kind::go_on);
}

TEST_F(CallingModules, a_carrier_is_given_one_number_and_whole_headers)
{
    run(node("offnet", R"("to_did":"+1415,+1416")", seen("_")));
    EXPECT_TRUE(channel->dials.empty());
    run_again(
        node("offnet", R"("to_did":"+1415","custom_sip_headers":{"X-A":"1","X-B":"2\r\nX-C: 3"})"));
    ASSERT_FALSE(channel->dials.empty());
    const auto& headers = channel->dials.back().targets.front().headers;
    ASSERT_EQ(headers.size(), 1U);
    EXPECT_EQ(headers[0].name(), "X-A");
    EXPECT_EQ(headers[0].value(), "1");
}

TEST_F(CallingModules, a_failure_of_a_carrier_takes_its_child_else_the_wildcard)
{
    fail_dials("USER_BUSY", 486);
    run(node("offnet", R"("to_did":"+1415")", seen("sip:486") + "," + seen("_")));
    EXPECT_TRUE(was_taken("sip:486"));
    run_again(node("offnet", R"("to_did":"+1415")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
}

TEST_F(CallingModules, without_a_wildcard_the_caller_hears_why_and_gets_the_response)
{
    fail_dials("USER_BUSY", 486);
    run(node("resources", R"("to_did":"+1415")"));
    EXPECT_THAT(channel->commands,
                ElementsAre("dial 120000 +1415/0/0", "play tone 500,500,480+620 x25",
                            "reject 486 Number busy"));
    EXPECT_EQ(step.kind, Kind::over);
}

TEST_F(CallingModules, an_answered_call_is_hung_up_with_the_cause)
{
    channel->be_answered();
    fail_dials("NO_ROUTE_DESTINATION", 404);
    run(node("resources", R"("to_did":"+1415")"));
    EXPECT_THAT(channel->commands,
                ElementsAre("dial 120000 +1415/0/0",
                            "play prompt fault-can_not_be_completed_as_dialed en-us",
                            "hang_up 0 NO_ROUTE_DESTINATION"));
}

TEST_F(CallingModules, a_failure_that_is_told_as_a_sip_status_has_the_name_of_its_cause)
{
    fail_dials("", 486);
    run(node("offnet", R"("to_did":"+1415")", seen("USER_BUSY") + "," + seen("_")));
    EXPECT_TRUE(was_taken("USER_BUSY"));
}

// KAZOO's own statuses, where they are not those of the table of causes, too.
TEST_F(CallingModules, each_cause_is_refused_with_the_response_of_KAZOO)
{
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"BEARERCAPABILITY_NOTAUTH", "reject 403"},
        {"BEARERCAPABILITY_NOTAVAIL", "reject 403"},
        {"BEARERCAPABILITY_NOTIMPL", "reject 488"},
        {"CALL_REJECTED", "reject 603 Call Rejected"},
        {"DESTINATION_OUT_OF_ORDER", "reject 502"},
        {"EXCHANGE_ROUTING_ERROR", "reject 483"},
        {"FACILITY_NOT_IMPLEMENTED", "reject 501"},
        {"FACILITY_REJECTED", "reject 510"},
        {"INCOMING_CALL_BARRED", "reject 403"},
        {"INCOMPATIBLE_DESTINATION", "reject 488"},
        {"INVALID_NUMBER_FORMAT", "reject 484"},
        {"MANDATORY_IE_LENGTH_ERROR", "reject 400"},
        {"MANDATORY_IE_MISSING", "reject 400"},
        {"MEDIA_TIMEOUT", "reject 504"},
        {"NETWORK_OUT_OF_ORDER", "reject 503"},
        {"NORMAL_CIRCUIT_CONGESTION", "reject 503"},
        {"NORMAL_CLEARING", "hang_up 0 NORMAL_CLEARING"},
        {"NORMAL_TEMPORARY_FAILURE", "reject 503"},
        {"NORMAL_UNSPECIFIED", "reject 480 Normal unspecified"},
        {"NO_ANSWER", "reject 480 No answer"},
        {"NO_ROUTE_DESTINATION", "reject 404 No route to destination"},
        {"NO_ROUTE_TRANSIT_NET", "reject 404 Invalid number"},
        {"NO_USER_RESPONSE", "reject 408 No response"},
        {"NUMBER_CHANGED", "reject 410"},
        {"ORIGINATOR_CANCEL", "reject 487"},
        {"OUTGOING_CALL_BARRED", "reject 403"},
        {"PROGRESS_TIMEOUT", "reject 486"},
        {"RECOVERY_ON_TIMER_EXPIRE", "reject 504"},
        {"REDIRECTION_TO_NEW_DESTINATION", "reject 410"},
        {"REQUESTED_CHAN_UNAVAIL", "reject 503"},
        {"SERVICE_NOT_IMPLEMENTED", "reject 501"},
        {"SUBSCRIBER_ABSENT", "reject 480 Subscriber absent"},
        {"SWITCH_CONGESTION", "reject 503"},
        {"UNALLOCATED_NUMBER", "reject 404 No route to destination"},
        {"UNKNOWN", "reject 500"},
        {"USER_BUSY", "reject 486 Number busy"},
    };
    for (const auto& [cause, response] : rows) {
        renew();
        fail_dials(std::string(cause), 0);
        run(node("resources", R"("to_did":"+1415")"));
        EXPECT_THAT(channel->commands, Contains(response)) << cause;
    }
}

TEST_F(CallingModules, a_cause_that_is_not_listed_is_hung_up_with)
{
    fail_dials("PICKED_OFF", 0);
    run(node("resources", R"("to_did":"+1415")"));
    EXPECT_EQ(channel->commands.back(), "hang_up 0 PICKED_OFF");
}

TEST_F(CallingModules, after_a_failed_carrier_what_waits_goes_on)
{
    know(fmt::format(R"({{"flows":{{"out":{}}}}})", node("offnet", R"("to_did":"+1415")")));
    channel->be_answered();
    fail_dials("NO_ANSWER", 480);
    run(node("callflow", R"("id":"out")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
}

TEST_F(CallingModules, a_conference_is_joined_after_its_welcome)
{
    run(node("conference", R"("config":{"name":"team"},"moderator":true)", seen("_")));
    EXPECT_THAT(channel->commands,
                ElementsAre("answer", "play prompt conf-welcome en-us", "join team moderator"));
    EXPECT_EQ(step.kind, Kind::go_on);
}

TEST_F(CallingModules, a_conference_without_an_id_asks_for_its_number_and_its_pin)
{
    know(office);
    clock->after(milliseconds(500), [this] { channel->press("3000#"); });
    clock->after(milliseconds(9'000), [this] { channel->press("11#"); });
    run(node("conference", R"("welcome_prompt":{"play":false})"));
    EXPECT_THAT(channel->commands,
                ElementsAre("answer", "play prompt conf-enter_conf_number en-us",
                            "play prompt conf-enter_conf_pin en-us", "join sales muted quietly"));
}

TEST_F(CallingModules, a_moderators_pin_makes_a_moderator)
{
    know(office);
    clock->after(milliseconds(500), [this] { channel->press("3000#"); });
    clock->after(milliseconds(9'000), [this] { channel->press("99#"); });
    run(node("conference", R"("welcome_prompt":{"play":false})"));
    EXPECT_EQ(channel->commands.back(), "join sales moderator quietly");
}

TEST_F(CallingModules, who_knows_no_pin_does_not_enter)
{
    know(office);
    clock->after(milliseconds(500), [this] { channel->press("3000#"); });
    run(node("conference", "", seen("_")));
    EXPECT_EQ(channel->commands.back(), "play name _");
    EXPECT_THAT(channel->commands, Not(Contains(HasSubstr("join"))));
}

TEST_F(CallingModules, a_conference_that_is_not_there_or_not_to_be_joined_goes_on)
{
    know(office);
    run(node("conference", R"("id":"none")", seen("_")));
    EXPECT_TRUE(was_taken("_"));
    channel->commands.clear();
    channel->on("join", [this](JobId job) { channel->fail(job); });
    run_again(node("conference", R"("config":{"name":"team"})", seen("_")));
    EXPECT_TRUE(was_taken("_"));
}

TEST_F(CallingModules, a_hang_up_in_a_conference_ends_the_flow)
{
    hang_up_at("join");
    run(node("conference", R"("config":{"name":"team"})", seen("_")));
    EXPECT_EQ(step.kind, Kind::over);
}

}  // namespace pivot::test
