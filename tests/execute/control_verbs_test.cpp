// Redirect, Hangup, Reject and Set; the answers of web servers, and calls whose web server fails.
#include "execute/verb_fixture.hpp"

namespace pivot::test {
namespace {

using namespace std::chrono_literals;

class ControlVerbs : public VerbTest {};

TEST_F(ControlVerbs, an_empty_response_hangs_up)
{
    EXPECT_THAT(run(""), ElementsAre("hang_up 0"));
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
}

TEST_F(ControlVerbs, a_redirect_asks_and_what_stands_after_it_never_runs)
{
    page("/next", "<Say>Next</Say>");
    EXPECT_THAT(run("<Redirect>/next</Redirect><Say>never</Say>"),
                ElementsAre("answer", "say Next", "hang_up 0"));
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /next"));
}

TEST_F(ControlVerbs, a_redirect_has_the_method_that_it_says)
{
    struct Row {
        std::string_view method;
        std::string_view asked;
    };
    constexpr Row rows[] = {
        {"", "POST /next"},
        {R"(method="GET")", "GET /next"},
        {R"(method="post")", "POST /next"},
        {R"(method="PUT")", "POST /next"},
    };
    for (const Row& row : rows) {
        renew();
        run(fmt::format("<Redirect {}>/next?a=1</Redirect>", row.method));
        EXPECT_THAT(asked(), ElementsAre("GET /first", row.asked));
    }
    EXPECT_TRUE(is_warned("method of Redirect"));
}

TEST_F(ControlVerbs, a_get_keeps_the_query_of_its_url)
{
    run(R"(<Redirect method="GET">/next?lang=de&amp;n=1</Redirect>)");
    EXPECT_EQ(told("/next")["lang"], "de");
    EXPECT_EQ(told("/next")["n"], "1");
    EXPECT_EQ(told("/next")["CallSid"], "c1");
}

TEST_F(ControlVerbs, an_empty_redirect_asks_the_documents_own_url)
{
    page("/loop", "<Say>Again</Say><Redirect/>");
    int said = 0;
    channel->on("say", [&](JobId job) {
        channel->finish(job);
        if (++said == 3) channel->hang_up_caller();
    });
    run("<Redirect>/loop</Redirect>");
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /loop", "POST /loop", "POST /loop"));
}

TEST_F(ControlVerbs, relative_urls_start_from_the_document_they_stand_in)
{
    page("/a/b", "<Redirect>c</Redirect>");
    page("/a/c", "<Redirect>../d?x=1</Redirect>");
    page("/d", R"(<Dial><Number statusCallback="?y=2" statusCallbackEvent="initiated">1</Number>
        </Dial>)");
    run("<Redirect>a/b</Redirect>");
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /a/b", "POST /a/c", "POST /d", "POST /d"));
}

TEST_F(ControlVerbs, documents_that_lead_round_in_a_circle_come_to_the_failure_branch)
{
    page("/a", "<Redirect>/b</Redirect>");
    page("/b", "<Redirect>/a</Redirect>");
    EXPECT_THAT(run("<Redirect>/a</Redirect>"), Contains("play name sorry"));
    EXPECT_THAT(branches, ElementsAre(HasSubstr("which is the limit")));
}

TEST_F(ControlVerbs, variables_go_with_every_later_request)
{
    page("/a", R"(<Set><Variable key="lang" value="fr"/></Set><Redirect>/b</Redirect>)");
    run(R"(<Set><Variable key="lang" value="de"/><Variable key="step" value="1 &amp; 2"/></Set>
        <Redirect>/a</Redirect>)");
    EXPECT_EQ(told("/a")["lang"], "de");
    EXPECT_EQ(told("/a")["step"], "1 & 2");
    EXPECT_EQ(told("/b")["lang"], "fr");
    EXPECT_EQ(told("/b")["step"], "1 & 2");
}

TEST_F(ControlVerbs, a_variable_cannot_change_what_the_call_is)
{
    run(R"(<Set><Variable key="CallSid" value="other"/><Variable key="From" value="x"/></Set>
        <Redirect>/a</Redirect>)");
    EXPECT_EQ(told("/a")["CallSid"], "c1");
}

TEST_F(ControlVerbs, a_variable_without_a_key_warns_and_is_skipped)
{
    run(R"(<Set><Variable value="1"/><Variable key="b" value="2"/><Variable key="c"/></Set>
        <Redirect>/a</Redirect>)");
    EXPECT_TRUE(is_warned("Variable: it has no key"));
    EXPECT_EQ(told("/a")["b"], "2");
    EXPECT_EQ(told("/a")["c"], "");
}

TEST_F(ControlVerbs, hangup_answers_and_ends_the_call)
{
    EXPECT_THAT(run("<Hangup/><Say>never</Say>"), ElementsAre("answer", "hang_up 0"));
}

TEST_F(ControlVerbs, a_call_is_rejected_without_being_answered)
{
    struct Row {
        std::string_view reason;
        std::string_view command;
    };
    constexpr Row rows[] = {
        {"", "reject 503 Service Unavailable"},
        {R"(reason="rejected")", "reject 503 Service Unavailable"},
        {R"(reason="busy")", "reject 486 Busy Here"},
        {R"(reason="tired")", "reject 503 Service Unavailable"},
    };
    for (const Row& row : rows) {
        renew();
        EXPECT_THAT(run(fmt::format("<Reject {}/><Say>never</Say>", row.reason)),
                    ElementsAre(row.command));
    }
    EXPECT_TRUE(is_warned("reason of Reject"));
}

TEST_F(ControlVerbs, a_prompt_is_played_before_the_call_is_rejected)
{
    EXPECT_THAT(run(R"(<Reject prompt="not_in_service"/>)"),
                ElementsAre("play name not_in_service", "reject 503 Service Unavailable"));
    renew();
    EXPECT_THAT(run(R"(<Reject reason="busy" prompt="http://media.example/busy.mp3"/>)"),
                ElementsAre("play url http://media.example/busy.mp3", "reject 486 Busy Here"));
}

// The hang-up that follows a refusal would else overtake it.
TEST_F(ControlVerbs, a_switch_has_five_seconds_to_refuse_a_call)
{
    channel->on("reject", [this](JobId) {
        clock->after(std::chrono::seconds(3), [this] { channel->hang_up_caller(); });
    });
    EXPECT_THAT(run("<Reject/>"), ElementsAre("reject 503 Service Unavailable"));
    renew();
    keep_running("reject");
    const Nanoseconds began = clock->now();
    EXPECT_THAT(run("<Reject/>"), ElementsAre("reject 503 Service Unavailable", "hang_up 0"));
    EXPECT_GE(elapsed_since(began), std::chrono::seconds(5));
}

TEST_F(ControlVerbs, an_answer_that_does_not_come_delays_the_call_once)
{
    keep_running("answer");
    const Nanoseconds began = clock->now();
    EXPECT_THAT(run("<Say>a</Say><Say>b</Say><Say>c</Say>"),
                ElementsAre("answer", "say a", "say b", "say c", "hang_up 0"));
    EXPECT_GE(elapsed_since(began), std::chrono::seconds(5));
    EXPECT_LT(elapsed_since(began), std::chrono::seconds(10));
}

TEST_F(ControlVerbs, an_answered_call_is_hung_up_in_place_of_being_rejected)
{
    EXPECT_THAT(run("<Say>a</Say><Reject/><Say>never</Say>"),
                ElementsAre("answer", "say a", "hang_up 0"));
    EXPECT_TRUE(is_warned("Reject: the call is answered already"));
}

TEST_F(ControlVerbs, verbs_and_attributes_that_nobody_knows_warn_and_are_skipped)
{
    EXPECT_THAT(run(R"(<Dance/><say>no</say><Say tempo="9">yes</Say><Message>no</Message>)"),
                ElementsAre("answer", "say yes", "hang_up 0"));
    EXPECT_TRUE(is_warned("Dance is unknown"));
    EXPECT_TRUE(is_warned("did you mean Say?"));
    EXPECT_TRUE(is_warned("Say has no attribute tempo"));
}

TEST_F(ControlVerbs, a_sound_is_played_and_the_call_hung_up)
{
    for (const std::string type : {"audio/mpeg", "audio/wav", "audio/x-wav", "Audio/Mpeg"}) {
        renew();
        page("/first", 200, type, "RIFF");
        EXPECT_THAT(run(), ElementsAre("answer", "play url " + url("/first"), "hang_up 0"));
    }
}

TEST_F(ControlVerbs, plain_text_is_spoken_unless_it_is_a_document)
{
    page("/first", 200, "text/plain; charset=utf-8", "Good morning");
    EXPECT_THAT(run(), ElementsAre("answer", "say Good morning", "hang_up 0"));
    renew();
    page("/first", 200, "text/plain", "<Response><Say>Hello</Say></Response>");
    EXPECT_THAT(run(), ElementsAre("answer", "say Hello", "hang_up 0"));
}

TEST_F(ControlVerbs, a_document_may_come_as_any_kind_of_xml_or_html)
{
    for (const std::string type : {"text/xml", "application/xml", "text/html", "Text/XML; a=b",
                                   "application/xml;charset=UTF-8"}) {
        renew();
        page("/first", 200, type, "<Response><Say>Hello</Say></Response>");
        EXPECT_THAT(run(), Contains("say Hello")) << type;
    }
}

TEST_F(ControlVerbs, an_answer_of_no_use_takes_the_failure_branch)
{
    struct Row {
        int status;
        std::string_view type;
        std::string_view body;
    };
    constexpr Row rows[] = {
        {404, "text/xml", "<Response><Say>never</Say></Response>"},
        {500, "text/html", "oops"},
        {200, "text/xml", "<Response><Say>never</Response>"},
        {200, "text/xml", "<Answer><Say>never</Say></Answer>"},
        {200, "text/xml", ""},
        {204, "", ""},
        {200, "application/json", "{"},
        {200, "application/json", R"({"module":"dance"})"},
        {200, "image/png", "PNG"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(fmt::format("{} {} {}", row.status, row.type, row.body));
        renew();
        page("/first", row.status, std::string(row.type), std::string(row.body));
        run();
        EXPECT_THAT(channel->commands, Contains("play name sorry"));
        EXPECT_THAT(channel->commands, Not(Contains("say never")));
        EXPECT_EQ(branches.size(), 1U);
    }
}

TEST_F(ControlVerbs, a_failure_in_mid_call_takes_the_failure_branch_too)
{
    page("/gone", 500, "text/plain", "no");
    EXPECT_THAT(run("<Say>Hello</Say><Redirect>/gone</Redirect>"),
                ElementsAre("answer", "say Hello", "play name sorry", "hang_up 0"));
    EXPECT_THAT(branches, ElementsAre(HasSubstr("_ (status: ")));
}

TEST_F(ControlVerbs, a_silent_server_in_mid_call_is_not_waited_for_longer_than_the_action_says)
{
    action = R"(,"req_format":"twiml","req_timeout_ms":100)";
    silent_page("/silent");
    EXPECT_THAT(run("<Say>Hello</Say><Redirect>/silent</Redirect>"),
                ElementsAre("answer", "say Hello", "play name sorry", "hang_up 0"));
    EXPECT_THAT(branches, ElementsAre(HasSubstr("_ (timeout: ")));
}

TEST_F(ControlVerbs, a_fallback_is_asked_in_mid_call_with_what_the_action_would_have_been_told)
{
    action = fmt::format(R"(,"req_format":"twiml","fallback_url":"{}")", url("/fallback"));
    page("/gone", 500, "text/plain", "no");
    page("/fallback", "<Say>Another way</Say>");
    channel->on("say", [this](JobId job) {
        channel->finish(job);
        channel->press("4");
    });
    EXPECT_THAT(run(R"(<Gather numDigits="1" action="/gone"><Say>Press</Say></Gather>)"),
                ElementsAre("answer", "say Press", "say Another way", "hang_up 0"));
    EXPECT_EQ(told("/fallback")["Digits"], "4");
    EXPECT_EQ(told("/fallback")["ErrorCode"], "11200");
    EXPECT_EQ(told("/fallback")["ErrorUrl"], url("/gone"));
    EXPECT_THAT(branches, IsEmpty());
}

TEST_F(ControlVerbs, where_the_fallback_fails_as_well_the_failure_branch_is_taken)
{
    action = fmt::format(R"(,"req_format":"twiml","fallback_url":"{}")", url("/fallback"));
    page("/gone", 500, "text/plain", "no");
    page("/fallback", 503, "text/plain", "no");
    EXPECT_THAT(run("<Redirect>/gone</Redirect>"), Contains("play name sorry"));
}

TEST_F(ControlVerbs, a_redirect_to_what_is_not_a_url_takes_the_failure_branch)
{
    for (const std::string_view place : {"mailto:ann@example.com", "http://", "http://a b/"}) {
        renew();
        run(fmt::format("<Redirect>{}</Redirect>", place));
        EXPECT_THAT(channel->commands, Contains("play name sorry")) << place;
    }
}

TEST_F(ControlVerbs, a_caller_who_hangs_up_while_a_server_thinks_ends_the_exchange)
{
    silent_page("/slow");
    hangs_up_when = [this] { return asked().size() == 2; };
    EXPECT_THAT(run("<Say>Hello</Say><Redirect>/slow</Redirect>"),
                ElementsAre("answer", "say Hello"));
    EXPECT_THAT(branches, IsEmpty());
}

TEST_F(ControlVerbs, a_twiml_session_may_be_answered_with_a_flow)
{
    page("/flow", 200, "application/json", R"({"module":"tts","data":{"text":"From a flow"}})");
    EXPECT_THAT(
        run("<Say>From a document</Say><Redirect>/flow</Redirect>"),
        ElementsAre("answer", "say From a document", HasSubstr("say From a flow"), "hang_up 0"));
}

TEST_F(ControlVerbs, a_session_of_flows_may_be_answered_with_a_document)
{
    action = R"(,"req_format":"kazoo")";
    EXPECT_THAT(run(R"(<Say>Hello</Say><Redirect>/next</Redirect>)"),
                ElementsAre("answer", "say Hello", "hang_up 0"));
    EXPECT_EQ(told("/first")["Call-ID"], "c1");
    EXPECT_EQ(told("/next")["Call-ID"], "c1");
}

TEST_F(ControlVerbs, a_document_may_lead_to_a_flow_and_that_to_a_document)
{
    page(
        "/flow", 200, "application/json",
        fmt::format(R"({{"module":"tts","data":{{"text":"two"}},"children":{{"_":{{"module":"pivot",
             "data":{{"voice_url":"{}","req_format":"twiml","method":"post"}}}}}}}})",
                    url("/third")));
    page("/third", "<Say>three</Say>");
    EXPECT_THAT(run("<Say>one</Say><Redirect>/flow</Redirect>"),
                ElementsAre("answer", "say one", HasSubstr("say two"), "say three", "hang_up 0"));
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /flow", "POST /third"));
}

TEST_F(ControlVerbs, the_status_is_ringing_until_the_call_is_answered)
{
    page("/a", "<Say>Hello</Say><Redirect>/b</Redirect>");
    run("<Redirect>/a</Redirect>");
    EXPECT_EQ(told("/first")["CallStatus"], "ringing");
    EXPECT_EQ(told("/a")["CallStatus"], "ringing");
    EXPECT_EQ(told("/b")["CallStatus"], "in-progress");
}

}  // namespace
}  // namespace pivot::test
