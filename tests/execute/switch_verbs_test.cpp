// Connect, Start, Stop, Refer, Sms and Pay: streams and transfers, and what a document is told
// where the switch has none.
#include "execute/verb_fixture.hpp"

namespace pivot::test {
namespace {

using namespace std::chrono_literals;

class SwitchVerbs : public VerbTest {
protected:
    void close_streams()
    {
        channel->on("stream", [this](JobId job) {
            channel->push(StreamBegan{job, "MZ1"});
            clock->after(30s, [this, job] { channel->finish(job); });
        });
    }
    // It begins, and goes on.
    void keep_streams()
    {
        channel->on("stream", [this](JobId job) {
            stream_ = job;
            channel->push(StreamBegan{job, ""});
        });
    }

    static constexpr std::string_view start =
        R"(<Start><Stream name="ear" url="wss://ai.example/s" statusCallback="told"/></Start>)";

    JobId stream_ = 0;
};

TEST_F(SwitchVerbs, a_stream_is_connected_both_ways_and_the_action_is_asked_when_it_has_ended)
{
    page("/done", "<Say>Bye</Say>");
    close_streams();
    EXPECT_THAT(run(R"(<Connect action="/done"><Stream url="wss://ai.example/s" name="bot"
        track="inbound_track"><Parameter name="lang" value="de"/><Parameter name="n" value="1"/>
        </Stream></Connect><Say>never</Say>)"),
                ElementsAre("answer", "stream bot both ways", "say Bye", "hang_up 0"));
    const pivot::Stream stream = channel->streams.front();
    EXPECT_EQ(stream.url, "wss://ai.example/s");
    EXPECT_EQ(stream.track, Track::inbound);
    ASSERT_EQ(stream.parameters.size(), 2U);
    EXPECT_EQ(stream.parameters[0].first, "lang");
    EXPECT_EQ(stream.parameters[0].second, "de");
    EXPECT_EQ(told("/done")["StreamEvent"], "-");
}

TEST_F(SwitchVerbs, a_stream_goes_where_its_document_came_from_in_the_codec_that_it_names)
{
    using Codec = pivot::Stream::Codec;
    channel->on("stream", [this](JobId job) { channel->push(StreamBegan{job, ""}); });
    run(R"(<Start><Stream name="a" url="/s?x=1#f"/></Start>
           <Start><Stream name="b" url="ws://ai.example/s" audioCodec="g711_ulaw"/></Start>
           <Start><Stream name="c" url="/s" audioCodec="pcm" sampleRate="16000"/></Start>
           <Start><Stream name="d" audioCodec="pcm16"/></Start>)");
    ASSERT_EQ(channel->streams.size(), 4U);
    const std::string ours = "wss" + url("").substr(url("").find(':'));
    const auto is = [this](std::size_t at, std::string_view url, Codec codec, unsigned rate) {
        const pivot::Stream& stream = channel->streams[at];
        EXPECT_EQ(stream.url, url);
        EXPECT_EQ(stream.codec, codec) << url;
        EXPECT_EQ(stream.sample_rate, rate) << url;
    };
    is(0, ours + "/s", Codec::pcmu, 8'000);
    is(1, "ws://ai.example/s", Codec::pcmu, 8'000);
    is(2, ours + "/s", Codec::l16, 16'000);
    is(3, ours + "/first", Codec::l16, 24'000);
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
    EXPECT_EQ(told("/told")["StreamSid"], "MZ1");
    EXPECT_EQ(told("/told")["CallSid"], "c1");
    EXPECT_NE(told("/told")["Timestamp"], "-");
}

TEST_F(SwitchVerbs, a_call_has_so_many_streams_and_no_more)
{
    channel->on("stream", [this](JobId job) { channel->push(StreamBegan{job, "MZ"}); });
    std::string starts;
    for (int i = 0; i < 17; ++i) {
        starts += fmt::format(
            R"(<Start><Stream name="s{}" url="wss://ai.example/s" statusCallback="/told"/></Start>)",
            i);
    }
    run(starts);
    EXPECT_EQ(channel->streams.size(), 16U);
    EXPECT_THAT(each_told("/told", "StreamEvent"), Contains("stream-error").Times(1));
}

TEST_F(SwitchVerbs, a_stream_that_never_began_is_told_as_an_error_alone)
{
    run(R"(<Connect><Stream url="wss://ai.example/s" statusCallback="/told"
        statusCallbackMethod="GET"/></Connect>)");
    EXPECT_THAT(each_told("/told", "StreamEvent"), ElementsAre("stream-error"));
    EXPECT_NE(told("/told")["StreamError"], "-");
    EXPECT_THAT(asked(), Contains("GET /told"));
}

TEST_F(SwitchVerbs, a_stream_that_ends_with_the_call_has_stopped)
{
    channel->on("stream", [this](JobId job) {
        channel->push(StreamBegan{job, "MZ1"});
        clock->after(5s, [this, job] {
            channel->press("1");
            channel->push(JobEnded{job, JobEnd::stopped, ""});
            channel->hang_up_caller();
        });
    });
    run(R"(<Connect action="/done"><Stream url="wss://ai.example/s" statusCallback="/told"/>
        </Connect>)");
    EXPECT_THAT(each_told("/told", "StreamEvent"), ElementsAre("stream-started", "stream-stopped"));
    EXPECT_THAT(asked(), Not(Contains("POST /done")));
}

TEST_F(SwitchVerbs, a_background_stream_is_told_of_when_it_begins_and_at_its_stop)
{
    keep_streams();
    page("/deep/first", std::string(start) + R"(<Redirect>/second</Redirect>)");
    page("/second", R"(<Stop><Stream name="ear"/></Stop><Stop><Stream name="ear"/></Stop>)");
    run("<Redirect>/deep/first</Redirect>");
    EXPECT_THAT(each_told("/deep/told", "StreamEvent"),
                ElementsAre("stream-started", "stream-stopped"));
    EXPECT_EQ(told("/deep/told")["StreamSid"], "ear");
    EXPECT_THAT(warnings, testing::SizeIs(1)) << "it can be stopped once";
}

TEST_F(SwitchVerbs, a_background_stream_that_fails_later_is_told_of)
{
    keep_streams();
    clock->after(5s, [this] { channel->fail(stream_); });
    run(std::string(start) + R"(<Pause length="60"/>)");
    EXPECT_THAT(each_told("/told", "StreamEvent"), ElementsAre("stream-started", "stream-error"));
}

TEST_F(SwitchVerbs, a_background_stream_ends_with_the_call)
{
    keep_streams();
    run(start);
    EXPECT_THAT(each_told("/told", "StreamEvent"), ElementsAre("stream-started", "stream-stopped"));
    renew();
    keep_streams();
    clock->after(5s, [this] {
        channel->push(JobEnded{stream_, JobEnd::stopped, ""});
        channel->hang_up_caller();
    });
    run(std::string(start) + R"(<Pause length="60"/>)");
    EXPECT_THAT(each_told("/told", "StreamEvent"), ElementsAre("stream-started", "stream-stopped"));
}

TEST_F(SwitchVerbs, a_background_stream_that_a_switch_cannot_make_is_told_as_an_error)
{
    run(std::string(start) + "<Say>Hello</Say>");
    EXPECT_THAT(each_told("/told", "StreamEvent"), ElementsAre("stream-error"));
    EXPECT_THAT(channel->commands, Contains("say Hello"));
}

TEST_F(SwitchVerbs, where_a_switch_has_no_streams_the_action_is_told)
{
    channel->lacks.insert("stream");
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
    EXPECT_EQ(channel->streams.front().track, Track::both);
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
        channel->lacks.insert("refer");
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
        channel->lacks.insert("refer");
        run(std::string(verb) + "<Say>next</Say>");
        EXPECT_THAT(channel->commands, Contains("say next")) << verb;
        EXPECT_THAT(branches, IsEmpty()) << verb;
    }
}

TEST_F(SwitchVerbs, a_caller_who_is_referred_stays_and_the_action_is_told_what_came_of_it)
{
    page("/done", "<Say>Bye</Say>");
    EXPECT_THAT(run(R"(<Refer action="/done"><Sip>sip:ann@example.com</Sip></Refer><Say>x</Say>)"),
                ElementsAre("refer sip:ann@example.com", "answer", "say Bye", "hang_up 0"));
    struct Row {
        int sip_code;
        int notify_code;
        std::string_view status;
    };
    constexpr Row rows[] = {
        {202, 200, "in-progress"},
        {202, 180, "in-progress"},
        {202, 486, "busy"},
        {202, 480, "no-answer"},
        {202, 408, "no-answer"},
        {202, 600, "busy"},
        {202, 403, "failed"},
        {202, 302, "failed"},
        {202, 487, "canceled"},
        {202, 503, "failed"},
        {202, 0, "-"},
        {603, 0, "busy"},
        {405, 0, "failed"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(fmt::format("{} {}", row.sip_code, row.notify_code));
        renew();
        channel->on("refer", [&](JobId job) {
            channel->push(Referred{job, row.sip_code, row.notify_code});
        });
        run(R"(<Refer action="/done"><Sip>sip:ann@example.com</Sip></Refer>)");
        EXPECT_EQ(told("/done")["ReferCallStatus"], row.status);
        EXPECT_EQ(told("/done")["ReferSipResponseCode"], std::to_string(row.sip_code));
        EXPECT_EQ(told("/done")["NotifySipResponseCode"],
                  row.notify_code == 0 ? "-" : std::to_string(row.notify_code));
        EXPECT_EQ(is_warned("did not refer"), row.sip_code != 202);
    }
}

TEST_F(SwitchVerbs, a_caller_who_hangs_up_when_they_are_referred_is_reported)
{
    channel->on("refer", [this](JobId job) {
        channel->push(Referred{job, 202, 200});
        channel->hang_up_caller();
    });
    run(R"(<Refer action="/done"><Sip>sip:ann@example.com</Sip></Refer><Say>never</Say>)");
    EXPECT_EQ(told("/done")["ReferCallStatus"], "in-progress");
    EXPECT_THAT(channel->commands, Not(Contains("say never")));
}

TEST_F(SwitchVerbs, without_an_action_the_document_goes_on_when_the_caller_is_referred)
{
    EXPECT_THAT(run(R"(<Refer><Sip>sip:ann@example.com</Sip></Refer><Say>next</Say>)"),
                Contains("say next"));
}

TEST_F(SwitchVerbs, a_switch_that_moves_the_caller_instead_ends_the_session)
{
    channel->on("refer", [this](JobId) { channel->move_caller(); });
    EXPECT_THAT(run(R"(<Refer action="/done"><Sip>sip:ann@example.com</Sip></Refer>)"),
                ElementsAre("refer sip:ann@example.com"));
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
}

TEST_F(SwitchVerbs, a_refer_that_fails_asks_its_action)
{
    channel->on("refer", [this](JobId job) { channel->fail(job); });
    run(R"(<Refer action="/done"><Sip>sip:ann@example.com</Sip></Refer>)");
    EXPECT_EQ(told("/done")["ReferCallStatus"], "failed");
    EXPECT_EQ(told("/done")["ReferSipResponseCode"], "-");
    EXPECT_TRUE(is_warned("did not refer"));
}

}  // namespace
}  // namespace pivot::test
