// Connect, Start, Stop, Refer, Sms and Pay: what is handed to something beside the call, and what a
// document is told where there is no such thing.
#include "execute/verb_fixture.hpp"

namespace pivot::test {
namespace {

using namespace std::chrono_literals;

class SwitchVerbs : public VerbTest {
protected:
    void close_streams()
    {
        channel->on("stream", [this](JobId job) {
            clock->after(30s, [this, job] { channel->finish(job); });
        });
    }
};

TEST_F(SwitchVerbs, a_stream_is_connected_both_ways_and_the_action_is_asked_when_it_has_ended)
{
    page("/done", "<Say>Bye</Say>");
    close_streams();
    EXPECT_THAT(run(R"(<Connect action="/done"><Stream url="wss://ai.example/s" name="bot"
        track="inbound_track"><Parameter name="lang" value="de"/><Parameter name="n" value="1"/>
        </Stream></Connect><Say>never</Say>)"),
                ElementsAre("answer", "stream bot both ways", "say Bye", "hang_up 0"));
    const execute::Stream stream = channel->streams.front();
    EXPECT_EQ(stream.url, "wss://ai.example/s");
    EXPECT_EQ(stream.tracks, "inbound_track");
    ASSERT_EQ(stream.parameters.size(), 2U);
    EXPECT_EQ(stream.parameters[0].first, "lang");
    EXPECT_EQ(stream.parameters[0].second, "de");
    EXPECT_EQ(told("/done")["StreamEvent"], "-");
}

TEST_F(SwitchVerbs, without_an_action_the_document_goes_on_when_a_stream_has_ended)
{
    close_streams();
    EXPECT_THAT(run(R"(<Connect><Stream url="wss://ai.example/s"/></Connect><Say>Bye</Say>)"),
                Contains("say Bye"));
}

TEST_F(SwitchVerbs, a_stream_is_told_of)
{
    close_streams();
    run(R"(<Connect><Stream name="bot" url="wss://ai.example/s" statusCallback="/told"/></Connect>)");
    EXPECT_THAT(each_told("/told", "StreamEvent"), ElementsAre("stream-started", "stream-stopped"));
    EXPECT_EQ(told("/told")["StreamName"], "bot");
    EXPECT_NE(told("/told")["StreamSid"], "-");
    EXPECT_EQ(told("/told")["CallSid"], "c1");
    EXPECT_NE(told("/told")["Timestamp"], "-");
    renew();
    run(R"(<Connect><Stream url="wss://ai.example/s" statusCallback="/told"
        statusCallbackMethod="GET"/></Connect>)");
    EXPECT_THAT(each_told("/told", "StreamEvent"), ElementsAre("stream-started", "stream-error"));
    EXPECT_THAT(asked(), Contains("GET /told"));
}

TEST_F(SwitchVerbs, where_a_switch_has_no_streams_the_action_is_told)
{
    channel->lacks.insert(Ability::streams);
    run(R"(<Connect action="/done"><Stream url="wss://ai.example/s" statusCallback="/told"/>
        </Connect>)");
    EXPECT_EQ(told("/done")["StreamEvent"], "stream-error");
    EXPECT_THAT(each_told("/told", "StreamEvent"), ElementsAre("stream-error"));
    EXPECT_TRUE(is_warned("this switch has no media streams"));
}

TEST_F(SwitchVerbs, a_stream_started_in_the_background_runs_until_it_is_stopped)
{
    keep_running("stream");
    EXPECT_THAT(run(R"(<Start><Stream name="ear" url="wss://ai.example/s" track="both_tracks"/>
        </Start><Say>Hello</Say><Stop><Stream name="ear"/></Stop><Say>Bye</Say>)"),
                ElementsAre("stream ear", "answer", "say Hello", "stop", "say Bye", "hang_up 0"));
    EXPECT_EQ(channel->streams.front().tracks, "both_tracks");
    EXPECT_FALSE(channel->streams.front().is_two_way);
}

TEST_F(SwitchVerbs, a_stop_of_what_was_never_started_warns)
{
    EXPECT_THAT(run(R"(<Stop><Stream name="ear"/></Stop><Say>Hello</Say>)"), Contains("say Hello"));
    EXPECT_TRUE(is_warned("Stop: nothing of that name was started"));
}

TEST_F(SwitchVerbs, nothing_is_asked_when_the_caller_hangs_up_in_a_stream)
{
    hang_up_during("stream");
    run(R"(<Connect action="/done"><Stream url="wss://ai.example/s"/></Connect>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
}

TEST_F(SwitchVerbs, what_no_switch_offers_warns_and_its_action_is_told_of_the_failure)
{
    struct Row {
        std::string_view verb;
        std::string_view parameter;
        std::string_view value;
    };
    constexpr Row rows[] = {
        {R"(<Connect action="/done"><ConversationRelay url="wss://x"/></Connect>)", "SessionStatus",
         "failed"},
        {R"(<Connect action="/done"><VirtualAgent connectorName="x"/></Connect>)",
         "VirtualAgentStatus", "failed"},
        {R"(<Connect action="/done"><Room>x</Room></Connect>)", "SessionStatus", "failed"},
        {R"(<Refer action="/done"><Sip>sip:ann@example.com</Sip></Refer>)", "ReferCallStatus",
         "failed"},
        {R"(<Sms action="/done">Hello</Sms>)", "SmsStatus", "invalid"},
        {R"(<Pay action="/done"/>)", "Result", "payment-connector-error"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.verb);
        renew();
        channel->lacks.insert(Ability::refer);
        run(std::string(row.verb) + "<Say>never</Say>");
        EXPECT_EQ(told("/done")[row.parameter], row.value);
        EXPECT_THAT(channel->commands, Not(Contains("say never")));
        EXPECT_FALSE(warnings.empty());
    }
}

TEST_F(SwitchVerbs, what_no_switch_offers_never_breaks_a_document)
{
    constexpr std::string_view verbs[] = {
        "<Connect><Conversation/></Connect>",
        "<Connect/>",
        R"(<Start><Siprec name="a"/></Start>)",
        R"(<Start><Transcription/><Recording/></Start>)",
        R"(<Stop><Siprec name="a"/></Stop>)",
        "<Refer><Sip>sip:ann@example.com</Sip></Refer>",
        "<Refer/>",
        "<Sms>Hello</Sms>",
        "<Echo/>",
        "<Prompt for=\"security-code\"><Say>no</Say></Prompt>",
        "<Queue>support</Queue>",
        "<Dial><Application>x</Application></Dial>",
        "<Dial><WhatsApp>+14155550100</WhatsApp></Dial>",
        "<Dial><Sim>x</Sim></Dial>",
        R"(<Dial><Number machineDetection="Enable" byoc="x">+1</Number></Dial>)",
        R"(<Dial><Conference jitterBufferSize="off" region="us1" coach="c">a</Conference></Dial>)",
    };
    for (const std::string_view verb : verbs) {
        renew();
        channel->lacks.insert(Ability::refer);
        run(std::string(verb) + "<Say>next</Say>");
        EXPECT_THAT(channel->commands, Contains("say next")) << verb;
        EXPECT_THAT(branches, IsEmpty()) << verb;
    }
}

TEST_F(SwitchVerbs, a_refer_hands_the_call_to_the_switch_and_does_not_hang_it_up)
{
    EXPECT_THAT(run(R"(<Say>One moment</Say><Refer><Sip>sip:ann@example.com</Sip></Refer>)"),
                ElementsAre("answer", "say One moment", "transfer sip:ann@example.com"));
}

TEST_F(SwitchVerbs, a_refer_that_fails_asks_its_action)
{
    channel->on("transfer", [this](JobId job) { channel->fail(job); });
    run(R"(<Refer action="/done"><Sip>sip:ann@example.com</Sip></Refer>)");
    EXPECT_EQ(told("/done")["ReferCallStatus"], "failed");
}

}  // namespace
}  // namespace pivot::test
