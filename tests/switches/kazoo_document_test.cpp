// Requests of KAZOO's that a document answers: who has the caller, and what becomes of them.
#include "switches/kazoo_desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::DeskUnderTest;
using test::PivotReq;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* call = "a1b2@10.26.0.158";
constexpr const char* binding = "call.*.a1b2%4010%2E26%2E0%2E158";
const std::string bound = std::string("bind ") + binding;
const std::string unbound = std::string("unbind ") + binding;

constexpr const char* flow = R"({"module":"pivot","data":{"voice_url":)"
                             R"("http://web.example.com/ivr?site=7"},"children":{"_":)"
                             R"({"module":"voicemail","data":{"id":"7"}}}})";

// The engine is done with the call.
SessionEnd end_of(int iterations, std::string_view branch = {}, bool owes_cdr = false)
{
    SessionEnd end;
    end.iterations = iterations;
    end.branch = branch;
    end.owes_cdr = owes_cdr;
    return end;
}

class KazooDocument : public testing::Test, protected DeskUnderTest {
protected:
    // A request whose document commands something.
    void command(const PivotReq& request = PivotReq())
    {
        deliver(request, 7);
        channel(call).answer();
        run();
    }

    // And is performed.
    void perform(const PivotReq& request = PivotReq())
    {
        command(request);
        hear_status(call, "active");
        confirm();
        confirm();
        take_sent();
    }

    void play(JobId job)
    {
        EXPECT_TRUE(channel(call).play(job, caller, media_));
        run();
    }

    void give_back_with(const SessionEnd& end)
    {
        channel(call).given_back(end);
        run();
    }

    void hang_up_caller(std::string_view more = {})
    {
        hear("CHANNEL_DESTROY", call, fmt::format(R"(,"Hangup-Cause":"USER_BUSY"{})", more));
    }

    const Media media_{WebUrl::of("http://media.example.com/hi.mp3")};
};

// ---- the beginning ------------------------------------------------------------------------------

TEST_F(KazooDocument, the_first_command_follows_the_call_and_then_the_reply_is_sent)
{
    command();
    EXPECT_THAT(take_sent(), ElementsAre(bound, "channel_status_req"));
    EXPECT_EQ(last.exchange, "callevt");
    EXPECT_EQ(last.routing_key, "call.status_req.a1b2%4010%2E26%2E0%2E158");
    EXPECT_THAT(last.body, HasSubstr(R"("Server-ID":"pivot-7f00a1")"));
    hear_status(call, "active");
    EXPECT_THAT(take_sent(), ElementsAre("processing", "ack 7"));
    confirm();
    EXPECT_THAT(take_sent(), IsEmpty()) << "that was the question";
    confirm();
    EXPECT_THAT(take_sent(), ElementsAre("answer", "noop"));
    EXPECT_EQ(last.exchange, "callctl");
    EXPECT_EQ(last.routing_key, "ecallmgr_call_control@ecm1");
    EXPECT_EQ(last.headers.at(0),
              std::pair(std::string("Deliver-To-PID"), std::string("<0.991.0>")));
    EXPECT_EQ(numbers.performing.value(), 1u);
    hang_up_caller();
    EXPECT_THAT(told, ElementsAre("hung up, CDR: ours"));
    EXPECT_EQ(numbers.performing.value(), 0u);
    end(call, SessionEnd());
    EXPECT_THAT(take_sent(), ElementsAre(unbound));
    EXPECT_TRUE(desk->is_idle());
}

TEST_F(KazooDocument, nothing_is_performed_for_a_caller_who_has_hung_up_meanwhile)
{
    command();
    take_sent();
    hear_status(call, "terminated");
    pass(seconds(1));
    EXPECT_THAT(take_sent(), ElementsAre("ack 7"));
    EXPECT_THAT(told, ElementsAre("hung up, CDR: ours"));
    EXPECT_EQ(numbers.gone.value(), 1u);
    EXPECT_EQ(numbers.in_flight.value(), 0u);
}

TEST_F(KazooDocument, a_node_that_does_not_know_the_call_says_nothing_against_one_that_does)
{
    command();
    hear_status(call, "terminated");
    hear_status(call, "active");
    EXPECT_THAT(take_sent(), Contains("processing"));
}

TEST_F(KazooDocument, the_reply_does_not_wait_for_nodes_that_say_nothing)
{
    command();
    pass(seconds(1));
    EXPECT_THAT(take_sent(), Contains("processing"));
}

TEST_F(KazooDocument, the_reply_comes_within_the_time_of_the_request)
{
    command(PivotReq().with("Request-Timeout", "300"));
    pass(milliseconds(300));
    EXPECT_THAT(take_sent(), Contains("processing"));
}

TEST_F(KazooDocument, a_caller_who_hangs_up_before_the_reply_needs_none)
{
    command();
    take_sent();
    hang_up_caller();
    EXPECT_THAT(take_sent(), ElementsAre("ack 7"));
    EXPECT_THAT(told, ElementsAre("hung up, CDR: ours"));
    pass(seconds(2));
    EXPECT_THAT(take_sent(), IsEmpty());
}

TEST_F(KazooDocument, an_empty_document_is_valid_and_its_end_hangs_up)
{
    deliver(PivotReq(), 7);
    channel(call).document_began(false);
    give_back_with(end_of(1));
    hear_status(call, "active");
    EXPECT_THAT(take_sent(), ElementsAre(bound, "channel_status_req", "processing", "ack 7"));
    confirm();
    confirm();
    EXPECT_THAT(take_sent(), ElementsAre("hangup"));
    EXPECT_THAT(last.body, HasSubstr(R"("Insert-At":"now")"));
}

TEST_F(KazooDocument, a_document_that_begins_with_a_pause_has_its_reply_when_the_time_is_over)
{
    deliver(PivotReq().with("Request-Timeout", "2000"), 7);
    channel(call).document_began(false);
    run();
    pass(milliseconds(1'999));
    EXPECT_THAT(take_sent(), IsEmpty()) << "another request may fail";
    pass(milliseconds(1));
    EXPECT_THAT(take_sent(), ElementsAre(bound, "channel_status_req", "processing", "ack 7"));
}

TEST_F(KazooDocument, a_document_with_an_unknown_verb_has_failed_and_nothing_of_it_is_performed)
{
    deliver(PivotReq(), 7);
    channel(call).document_began(true);
    channel(call).answer();
    run();
    EXPECT_THAT(take_sent(), ElementsAre("failed", "ack 7"));
}

TEST_F(KazooDocument, a_pivot_that_has_failed_has_nothing_to_perform)
{
    deliver(PivotReq(), 7);
    give_back_with(end_of(0, "_"));
    EXPECT_THAT(take_sent(), ElementsAre("failed", "ack 7"));
    EXPECT_THAT(told, ElementsAre("hung up")) << "without a CDR";
}

TEST_F(KazooDocument, nothing_is_commanded_where_the_callflow_is_gone)
{
    command();
    hear_status(call, "active");
    const std::string reply = last.body;
    take_sent();
    confirm();
    desk->returned(reply);
    confirm();
    EXPECT_THAT(take_sent(), IsEmpty());
    EXPECT_THAT(told, ElementsAre("hung up"));
}

// ---- the end ------------------------------------------------------------------------------------

TEST_F(KazooDocument, the_end_of_a_document_hangs_the_caller_up)
{
    perform();
    give_back_with(end_of(1));
    EXPECT_THAT(take_sent(), ElementsAre("hangup"));
    hang_up_caller();
    EXPECT_THAT(told, ElementsAre("hung up, CDR: ours"));
}

TEST_F(KazooDocument, a_later_failure_takes_the_branch_of_its_pivot)
{
    perform(PivotReq().with_flow(flow));
    give_back_with(end_of(1, "_"));
    EXPECT_THAT(take_sent(), ElementsAre("CHANNEL_PIVOT"));
    EXPECT_THAT(last.body, HasSubstr(R"("{\"module\":\"voicemail\",\"data\":{\"id\":\"7\"}}")"));
    confirm();
    confirm();
    confirm();
    EXPECT_THAT(told, ElementsAre("moved", "hung up")) << "there is no CDR to wait for";
    end(call, SessionEnd());
    EXPECT_TRUE(desk->is_idle());
}

TEST_F(KazooDocument, a_later_failure_without_a_known_branch_says_a_sentence_and_ends_the_callflow)
{
    perform();
    give_back_with(end_of(1, "_"));
    EXPECT_THAT(take_sent(), ElementsAre("queue"));
    EXPECT_THAT(last.body, HasSubstr("fault-can_not_be_completed_at_this_time"));
    json::Document document;
    const std::string id(document.read(last.body)->find("Msg-ID")->text());
    hear("CHANNEL_EXECUTE_COMPLETE", call,
         fmt::format(R"(,"Application-Name":"noop","Application-Response":"{}")", id));
    EXPECT_THAT(take_sent(), ElementsAre("CHANNEL_PIVOT"));
    EXPECT_THAT(last.body, HasSubstr(R"("Application-Data":"{}")"));
}

TEST_F(KazooDocument, a_sentence_whose_end_is_not_told_ends_after_all)
{
    perform();
    give_back_with(end_of(1, "_"));
    take_sent();
    pass(seconds(30));
    EXPECT_THAT(take_sent(), Contains("CHANNEL_PIVOT"));
}

TEST_F(KazooDocument, a_later_answer_may_be_a_callflow)
{
    perform();
    answer(call);
    EXPECT_THAT(take_sent(), ElementsAre("CHANNEL_PIVOT"));
    confirm();
    confirm();
    confirm();
    EXPECT_THAT(told, ElementsAre("moved"));
    EXPECT_EQ(numbers.taken.value(), 0u);
    hang_up_caller();
    EXPECT_THAT(told, ElementsAre("moved", "hung up, CDR: ours"));
}

TEST_F(KazooDocument, a_session_that_ends_early_leaves_the_caller_to_the_callflow)
{
    perform(PivotReq().with_flow(flow));
    end(call, SessionEnd());
    EXPECT_THAT(take_sent(), ElementsAre("CHANNEL_PIVOT", unbound));
    EXPECT_THAT(last.body, HasSubstr("voicemail"));
    confirm();
    confirm();
    confirm();
    EXPECT_TRUE(desk->is_idle());
}

TEST_F(KazooDocument, the_api_hangs_the_caller_up)
{
    perform();
    desk->hang_up_caller("another");
    EXPECT_THAT(take_sent(), IsEmpty());
    desk->hang_up_caller(call);
    EXPECT_THAT(take_sent(), ElementsAre("hangup"));
}

TEST_F(KazooDocument, the_cdr_is_the_switchs_event_where_the_request_names_a_url)
{
    perform(PivotReq().with("CDR-URI", R"("http://web.example.com/cdr")"));
    EXPECT_EQ(asked.at(call).cdr_url, "http://web.example.com/cdr");
    hang_up_caller(R"(,"App-Name":"freeswitch","Node":"n","Duration-Seconds":"12",)"
                   R"("Custom-Channel-Vars":{"Account-ID":"x"},)"
                   R"("Custom-Application-Vars":{"shop":"a b"},"odd&=":"1")");
    EXPECT_THAT(told, ElementsAre("hung up, CDR: Account-ID=4642d64460dfba89f0938fa7736c6d1b&"
                                  "Call-ID=a1b2%4010.26.0.158&Hangup-Cause=USER_BUSY&"
                                  "Duration-Seconds=12&Custom-Application-Vars[shop]=a+b"));
}

TEST_F(KazooDocument, a_call_that_owes_its_cdr_is_followed_after_the_callflow_has_it)
{
    perform(PivotReq().with_flow(flow).with("CDR-URI", R"("http://web.example.com/cdr")"));
    give_back_with(end_of(1, "_", true));
    confirm();
    confirm();
    confirm();
    EXPECT_THAT(told, ElementsAre("moved"));
    hang_up_caller();
    EXPECT_THAT(told, ElementsAre("moved", HasSubstr("CDR: Account-ID=")));
}

// ---- somebody else ------------------------------------------------------------------------------

TEST_F(KazooDocument, somebody_else_who_takes_the_call_has_it)
{
    for (const auto& [name, members] :
         {std::pair("usurp_control", R"(,"Fetch-ID":"f2","Reason":"redirect")"),
          std::pair("CHANNEL_TRANSFEREE", ""), std::pair("CHANNEL_PIVOT", "")}) {
        perform(PivotReq(name));
        hear("usurp_control", call, R"(,"Fetch-ID":"f1")");
        EXPECT_THAT(told, IsEmpty()) << "it is the one who has it";
        hear(name, call, members);
        EXPECT_THAT(std::exchange(told, {}), ElementsAre("moved")) << name;
        play(3);
        EXPECT_THAT(take_sent(), IsEmpty());
        end(call, SessionEnd());
        take_sent();
    }
    EXPECT_EQ(numbers.taken.value(), 3u);
}

TEST_F(KazooDocument, our_own_callflow_is_nobody_elses)
{
    perform();
    answer(call);
    json::Document document;
    const std::string id(document.read(last.body)->find("Msg-ID")->text());
    const std::string key = "call.CHANNEL_PIVOT.a1b2%4010%2E26%2E0%2E158";
    desk->heard({key, false, last.body});
    EXPECT_THAT(told, IsEmpty());
}

TEST_F(KazooDocument, the_same_call_may_ask_anew_while_its_document_is_performed)
{
    perform();
    Channel* const before = &channel(call);
    deliver(PivotReq("m2"), 8);
    EXPECT_THAT(told, ElementsAre("moved"));
    before->ended(SessionEnd());
    channel(call).answer();
    run();
    hear_status(call, "active");
    EXPECT_THAT(take_sent(), Contains("processing"));
}

TEST_F(KazooDocument, a_call_goes_on_under_another_id)
{
    perform();
    hear("CHANNEL_REPLACED", call, R"(,"Replaced-By":"c9")");
    EXPECT_THAT(take_sent(), ElementsAre("bind call.*.c9"));
    play(3);
    EXPECT_THAT(last.body, HasSubstr(R"("Call-ID":"c9")"));
    answer(call);
    EXPECT_EQ(last.routing_key, "call.CHANNEL_PIVOT.c9");
}

// ---- the bus ------------------------------------------------------------------------------------

TEST_F(KazooDocument, commands_wait_five_seconds_for_a_bus)
{
    perform();
    lose();
    play(3);
    pass(milliseconds(4'900));
    EXPECT_THAT(told, IsEmpty());
    pass(milliseconds(100));
    EXPECT_THAT(told, ElementsAre("job 3 failed"));
    EXPECT_EQ(numbers.commands_failed.value(), 1u);
}

TEST_F(KazooDocument, a_bus_that_is_back_follows_the_call_again_and_asks_what_was_missed)
{
    perform();
    lose();
    play(3);
    reopen();
    EXPECT_THAT(take_sent(), ElementsAre(bound, "queue", "channel_status_req"));
    hear_status(call, "terminated");
    EXPECT_THAT(told, IsEmpty()) << "another node may know it";
    pass(seconds(1));
    EXPECT_THAT(told, Contains("hung up, CDR: ours"));
    EXPECT_EQ(numbers.ends_missed.value(), 1u);
}

TEST_F(KazooDocument, what_nobody_could_answer_is_not_asked_without_a_bus)
{
    perform();
    play(3);
    lose();
    pass(seconds(16));
    take_sent();
    reopen();
    EXPECT_THAT(take_sent(), ElementsAre(bound, "channel_status_req"));
}

TEST_F(KazooDocument, a_document_whose_reply_has_an_unknown_fate_is_performed)
{
    command();
    hear_status(call, "active");
    lose();
    reopen();
    pass(seconds(1));
    EXPECT_THAT(take_sent(), Contains("answer"));
}

TEST_F(KazooDocument, a_document_whose_reply_was_lost_is_announced_again)
{
    command();
    hear_status(call, "active");
    lose();
    reopen();
    take_sent();
    deliver_again(PivotReq(), 1);
    EXPECT_THAT(take_sent(), ElementsAre("processing", "ack 1"));
    confirm();  // the claim
    confirm();
    EXPECT_THAT(take_sent(), Contains("answer"));
}

TEST_F(KazooDocument, a_document_that_another_pivot_has_is_not_performed)
{
    command();
    hear_status(call, "active");
    lose();
    reopen();
    take_sent();
    hear_claim("taken", "m1", call);
    EXPECT_THAT(told, ElementsAre("hung up"));
    pass(seconds(1));
    end(call, SessionEnd());
    EXPECT_THAT(take_sent(), ElementsAre(unbound));
    EXPECT_TRUE(desk->is_idle());
}

TEST_F(KazooDocument, a_caller_may_hang_up_while_a_reply_is_in_doubt)
{
    command();
    hear_status(call, "active");
    lose();
    reopen();
    take_sent();
    hang_up_caller();
    EXPECT_THAT(told, ElementsAre("hung up, CDR: ours"));
    end(call, SessionEnd());
    pass(seconds(1));
    EXPECT_THAT(take_sent(), ElementsAre(unbound));
    EXPECT_TRUE(desk->is_idle());
}

TEST_F(KazooDocument, a_command_that_nobody_takes_fails_its_job)
{
    perform();
    confirm();
    confirm();
    play(3);
    desk->returned(last.body);
    confirm();
    EXPECT_THAT(told, ElementsAre("job 3 failed"));
}

TEST_F(KazooDocument, events_of_other_calls_are_nobodys)
{
    perform();
    hear("CHANNEL_DESTROY", "another");
    desk->heard({"call.DTMF.another", false, "not JSON"});
    EXPECT_THAT(told, IsEmpty());
}

}  // namespace
}  // namespace pivot
