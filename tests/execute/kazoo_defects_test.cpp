// Defects of KAZOO's pivot, and what happens here instead, one per test. Cases are those of kazoo-
// http.md, section 9.2. A call that KAZOO drops because nobody is free to publish it (case W) gets
// an outcome here: tests/engine/engine_test.cpp has the engine that has no room.
#include "execute/directory.hpp"
#include "execute/verb_fixture.hpp"

namespace pivot::test {
namespace {

using namespace std::chrono_literals;

class KazooDefects : public VerbTest {
protected:
    void expect_failure_branch()
    {
        EXPECT_THAT(channel->commands, ElementsAre("answer", "play name sorry", "hang_up 0"));
        EXPECT_THAT(branches, testing::SizeIs(1));
    }
};

// KAZOO answers each verb that it does not know with an error, and hangs up.
TEST_F(KazooDefects, an_unknown_verb_does_not_end_the_call)
{
    EXPECT_THAT(run("<Say>a</Say><Dance/><Say>b</Say>"),
                ElementsAre("answer", "say a", "say b", "hang_up 0"));
}

// A verb whose attribute KAZOO cannot read raises an exception, which ends the document.
TEST_F(KazooDefects, a_bad_value_does_not_end_the_call)
{
    constexpr std::string_view verbs[] = {
        R"(<Say voice="Polly.Amy" language="pt-BR">a</Say>)",
        R"(<Gather timeout="0"/>)",
        R"(<Gather timeout="-1"/>)",
        R"(<Gather finishOnKey="12"/>)",
        R"(<Gather method="delete"/>)",
        R"(<Record maxLength="999999"/>)",
        R"(<Pause length="0"/>)",
        R"(<Pause length="-3"/>)",
        R"(<Dial record="sometimes">+1</Dial>)",
        R"(<Dial timeout="x">+1</Dial>)",
        R"(<Dial/>)",
        R"(<Play/>)",
        R"(<Set/>)",
    };
    for (const std::string_view verb : verbs) {
        renew();
        channel->on("record", [this](JobId job) {
            channel->push(RecordingEnded{job, RecordingEnd::silence, 0, "", "", 0ms});
        });
        run(std::string(verb) + "<Say>next</Say>");
        EXPECT_THAT(channel->commands, Contains("say next")) << verb;
        EXPECT_THAT(branches, IsEmpty()) << verb;
    }
}

// KAZOO takes a Hangup with an attribute, and a Record, Pause or Reject with content, for unknown.
TEST_F(KazooDefects, verbs_that_should_be_empty_are_performed_when_they_are_not)
{
    EXPECT_THAT(run(R"(<Pause> </Pause><Hangup reason="tired">bye</Hangup>)"),
                ElementsAre("answer", "hang_up 0"));
    EXPECT_TRUE(is_warned("Hangup has no attribute reason"));
    renew();
    EXPECT_THAT(run("<Reject>\n</Reject>"), ElementsAre("reject 503 Service Unavailable"));
    renew();
    EXPECT_THAT(run("<Record>\n  </Record>"), Contains(HasSubstr("record")));
}

// A Set with none or several variables fails in KAZOO, and a Redirect with any crashes it.
TEST_F(KazooDefects, a_set_or_a_redirect_has_as_many_variables_as_it_likes)
{
    run(R"(<Set/><Set><Variable key="a" value="1"/><Variable key="b" value="2"/></Set>
        <Redirect>/next<Variable key="c" value="3"/></Redirect>)");
    EXPECT_EQ(told("/next")["a"], "1");
    EXPECT_EQ(told("/next")["b"], "2");
    EXPECT_EQ(told("/next")["c"], "3");
}

// KAZOO hangs the caller up when a bridge ends, and asks about the dial afterwards.
TEST_F(KazooDefects, the_call_goes_on_after_a_dial)
{
    page("/done", "<Say>How was it?</Say>");
    answer_dials();
    EXPECT_THAT(run(R"(<Dial action="/done"><User>ann</User></Dial>)"),
                ElementsAre("answer", testing::StartsWith("dial"), "bridge 1", "hang_up 1",
                            "say How was it?", "hang_up 0"));
}

// KAZOO computes the action of a Dial of a conference, and never asks it.
TEST_F(KazooDefects, the_action_of_a_conference_is_asked)
{
    page("/done", "<Say>Bye</Say>");
    EXPECT_THAT(run(R"(<Dial action="/done"><Conference>a</Conference></Dial>)"),
                Contains("say Bye"));
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /done"));
}

// KAZOO knows a Dial of a queue only to stop the call at it.
TEST_F(KazooDefects, a_dial_of_a_queue_is_performed)
{
    EXPECT_THAT(run("<Dial><Queue>support</Queue></Dial><Say>next</Say>"),
                ElementsAre("answer", "dequeue support 30000", "say next", "hang_up 0"));
}

// KAZOO joins a room called by the MD5 of its name, in which nobody else will look for it.
TEST_F(KazooDefects, a_conference_is_called_as_the_document_calls_it)
{
    EXPECT_THAT(run("<Dial><Conference>weekly</Conference></Dial>"),
                Contains("join weekly moderator"));
}

// In KAZOO a Dial of a number with a key to hang up and no recording crashes.
TEST_F(KazooDefects, a_key_may_end_a_dial_that_is_not_recorded)
{
    answer_dials(900s);
    clock->after(5s, [this] { channel->press("*"); });
    EXPECT_THAT(run(R"(<Dial hangupOnStar="true" record="false">+14155550100</Dial>
        <Say>next</Say>)"),
                Contains("say next"));
}

// hangupOnStar ends the caller's own channel in KAZOO.
TEST_F(KazooDefects, a_star_hangs_up_the_other_leg_and_not_the_caller)
{
    answer_dials(900s);
    clock->after(5s, [this] { channel->press("*"); });
    EXPECT_THAT(run(R"(<Dial hangupOnStar="true">+14155550100</Dial><Say>still here</Say>)"),
                ElementsAre("answer", testing::StartsWith("dial"), "bridge 1", "hang_up 1", "stop",
                            "say still here", "hang_up 0"));
}

// KAZOO reads url, method and sendDigits of a Number, and uses none of them.
TEST_F(KazooDefects, what_a_number_says_about_the_callee_is_done)
{
    page("/whisper", "<Say>For you</Say>");
    answer_dials();
    run(R"(<Dial><Number sendDigits="12" url="/whisper" method="GET">+14155550100</Number></Dial>)");
    EXPECT_THAT(channel->commands, Contains("send_keys on 1 12 200"));
    EXPECT_THAT(channel->commands, Contains("say on 1 For you"));
    EXPECT_THAT(asked(), Contains("GET /whisper"));
}

// A Sip noun fails in KAZOO with the version of endpoints that it sends by default.
TEST_F(KazooDefects, a_sip_address_is_called)
{
    answer_dials();
    EXPECT_THAT(run("<Dial><Sip>sip:ann@example.com</Sip></Dial>"), Contains("bridge 1"));
}

// KAZOO gives all dials that fail but for one cause the status `failed`.
TEST_F(KazooDefects, a_busy_callee_is_told_as_busy)
{
    refuse_dials("USER_BUSY", 486);
    run(R"(<Dial action="/done">+14155550100</Dial>)");
    EXPECT_EQ(told("/done")["DialCallStatus"], "busy");
}

// KAZOO defines DialCallDuration, and never sets it.
TEST_F(KazooDefects, a_dial_tells_how_long_it_lasted)
{
    answer_dials(77s);
    run(R"(<Dial action="/done">+14155550100</Dial>)");
    EXPECT_GE(std::stoi(told("/done")["DialCallDuration"]), 77);
}

// KAZOO defines RecordingSid, and never sets it.
TEST_F(KazooDefects, a_recording_has_an_id)
{
    channel->on("record", [this](JobId job) {
        channel->push(RecordingEnded{job, RecordingEnd::key, '#', "http://r/1", "r1", 3s});
    });
    run(R"(<Record action="/done"/>)");
    EXPECT_EQ(told("/done")["RecordingSid"], "r1");
}

// A Record does not answer the call in KAZOO, so there is nothing to record.
TEST_F(KazooDefects, a_record_answers_the_call)
{
    EXPECT_EQ(run(R"(<Record playBeep="false"/>)").front(), "answer");
}

// KAZOO says that a caller hung up when a recording ended by its limit.
TEST_F(KazooDefects, only_a_caller_who_hangs_up_has_hung_up)
{
    channel->on("record", [this](JobId job) {
        channel->push(RecordingEnded{job, RecordingEnd::limit, 0, "http://r/1", "r1", 60s});
    });
    run(R"(<Record action="/done" maxLength="60"/>)");
    EXPECT_EQ(told("/done")["Digits"], "-");
    EXPECT_EQ(told("/done")["RecordingUrl"], "http://r/1");
}

// KAZOO uploads a recording to the URL of the next request where no other is given.
TEST_F(KazooDefects, a_recording_is_uploaded_only_where_the_document_says_so)
{
    run(R"(<Record action="/done"/>)");
    ASSERT_EQ(channel->recordings.size(), 1U);
    EXPECT_EQ(channel->recordings.front().url, "");
}

// A recording that ends while the web server is asked is told to nobody.
TEST_F(KazooDefects, the_next_request_tells_of_a_recording_that_was_stopped)
{
    constexpr std::string_view start_and_stop =
        R"({{"module":"record_call","data":{{"action":"start"}},"children":{{"_":
            {{"module":"record_call","data":{{"action":"stop"}},"children":{{"_":
             {{"module":"pivot","data":{{"voice_url":"{}","req_timeout":"10"}}}}}}}}}}}})";
    channel->on("stop", [this](JobId job) {
        channel->push(RecordingEnded{job, RecordingEnd::stopped, 0, "http://r/7", "r7", 4s});
    });
    page("/first", 200, "application/json", fmt::format(start_and_stop, url("/next")));
    run();
    EXPECT_EQ(told("/next")["Recording-Url"], "http://r/7");
    EXPECT_EQ(told("/next")["Recording-ID"], "r7");
    EXPECT_EQ(told("/next")["Recording-Duration"], "4");
    EXPECT_TRUE(is_warned("req_timeout")) << "and a timeout that is too long breaks nothing";
}

// A Gather without prompts in KAZOO asks when nothing was pressed, and crashes upon a key.
TEST_F(KazooDefects, a_gather_without_prompts_takes_keys_and_goes_on_without_them)
{
    clock->after(1s, [this] { channel->press("1"); });
    run(R"(<Gather action="/done" numDigits="1"/>)");
    EXPECT_EQ(told("/done")["Digits"], "1");
    renew();
    EXPECT_THAT(run(R"(<Gather action="/done"/><Say>Nothing?</Say>)"), Contains("say Nothing?"));
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
}

// The time of a KAZOO Gather is for all keys together, so that slow callers are cut off.
TEST_F(KazooDefects, every_key_gives_a_caller_time_for_the_next)
{
    for (int key = 1; key <= 4; ++key) clock->after(key * 40s, [this] { channel->press("7"); });
    run(R"(<Gather action="/done" timeout="100"/>)");
    EXPECT_EQ(told("/done")["Digits"], "7777");
}

// KAZOO sends the results of a verb again with every later request, and an empty Digits with some.
TEST_F(KazooDefects, results_go_with_the_request_that_they_are_about)
{
    page("/done", "<Redirect>/later</Redirect>");
    clock->after(1s, [this] { channel->press("1"); });
    run(R"(<Gather action="/done" numDigits="1"/>)");
    EXPECT_EQ(told("/done")["Digits"], "1");
    EXPECT_EQ(told("/later")["Digits"], "-");
    renew();
    refuse_dials("USER_BUSY", 486);
    run(R"(<Dial action="/done">+14155550100</Dial>)");
    EXPECT_EQ(told("/done")["Digits"], "-");
    EXPECT_EQ(told("/later")["DialCallStatus"], "-");
}

// A Variable stored while digits are set freezes these digits among KAZOO's user variables.
TEST_F(KazooDefects, a_variable_keeps_itself_alone)
{
    page("/done", R"(<Set><Variable key="a" value="1"/></Set><Redirect>/later</Redirect>)");
    clock->after(1s, [this] { channel->press("7"); });
    run(R"(<Gather action="/done" numDigits="1"/>)");
    EXPECT_EQ(told("/later")["a"], "1");
    EXPECT_EQ(told("/later")["Digits"], "-");
}

// CallStatus is absent from KAZOO's requests until a verb has set it.
TEST_F(KazooDefects, the_first_request_tells_the_status_of_the_call)
{
    run("");
    EXPECT_EQ(told("/first")["CallStatus"], "ringing");
}

// KAZOO takes the dotted host of a URL for a file, and appends to a path what should replace it.
TEST_F(KazooDefects, relative_urls_mean_what_rfc_3986_says)
{
    page("/a/b", R"(<Redirect>/c?x=1</Redirect>)");
    page("/c", R"(<Redirect>d/</Redirect>)");
    page("/d/", R"(<Redirect>.</Redirect>)");
    int asked_there = 0;
    hangs_up_when = [&] {
        asked_there = static_cast<int>(all_told("/d/").size());
        return asked_there == 3;
    };
    run("<Redirect>/a/b</Redirect>");
    const auto all = asked();
    ASSERT_GE(all.size(), 5U);
    EXPECT_EQ(all[2], "POST /c");
    EXPECT_EQ(all[3], "POST /d/");
    EXPECT_EQ(all[4], "POST /d/");
}

// An empty <Response/> leaves KAZOO's call in silence (case Q).
TEST_F(KazooDefects, an_empty_response_hangs_up)
{
    for (const std::string body :
         {"<Response/>", "<Response></Response>", "<Response> </Response>"}) {
        renew();
        page("/first", 200, "text/xml", body);
        EXPECT_THAT(run(), ElementsAre("hang_up 0")) << body;
    }
}

// TwiML that simply ends leaves KAZOO's call in silence where there is a cdr_url (case S).
TEST_F(KazooDefects, the_end_of_a_document_hangs_up_whether_or_not_a_cdr_is_wanted)
{
    action += fmt::format(R"(,"cdr_url":"{}")", url("/cdr"));
    EXPECT_THAT(run("<Say>Bye</Say>"), ElementsAre("answer", "say Bye", "hang_up 0"));
}

// An empty body ends KAZOO's call, or leaves it waiting for ten seconds (case K).
TEST_F(KazooDefects, an_empty_body_takes_the_failure_branch)
{
    page("/first", 200, "text/xml", "");
    run();
    expect_failure_branch();
}

// KAZOO reports a document that is not TwiML as failed, and hangs up as well (case M).
TEST_F(KazooDefects, a_broken_document_takes_the_failure_branch)
{
    constexpr std::string_view bodies[] = {"<Response><Say>a</Response>", "<Other/>",
                                           R"({"module":"play"})", "no XML"};
    for (const std::string_view body : bodies) {
        renew();
        page("/first", 200, "text/xml", std::string(body));
        run();
        if (body.front() != '{') expect_failure_branch();
        EXPECT_THAT(channel->commands, Contains("hang_up 0")) << body;
    }
}

// Malformed JSON hangs KAZOO's call up without a word to the callflow (case N).
TEST_F(KazooDefects, malformed_json_takes_the_failure_branch)
{
    page("/first", 200, "application/json", R"({"module":"play","data":{"id":"a"}} and more)");
    run();
    expect_failure_branch();
}

// XML under a type that says nothing never runs in KAZOO (case O).
TEST_F(KazooDefects, a_document_runs_whatever_kind_of_text_it_is_called)
{
    for (const std::string type : {"text/html", "text/plain", "Text/XML"}) {
        renew();
        page("/first", 200, type, "<Response><Say>Hello</Say></Response>");
        EXPECT_THAT(run(), ElementsAre("answer", "say Hello", "hang_up 0")) << type;
    }
}

// JSON that fails the schema leaves KAZOO's call in silence until the caller hangs up (case P).
TEST_F(KazooDefects, a_flow_that_is_not_valid_takes_the_failure_branch)
{
    constexpr std::string_view flows[] = {
        R"({"module":"dance","data":{}})",
        R"({"data":{}})",
        R"({"module":"tts","data":{}})",
        R"([1])",
        R"("play")",
        R"(7)",
    };
    for (const std::string_view flow : flows) {
        SCOPED_TRACE(flow);
        renew();
        page("/first", 200, "application/json", std::string(flow));
        run();
        expect_failure_branch();
    }
}

// An action that KAZOO cannot read crashes its pivot, or leaves parameters out, and the caller
// waits for ten seconds (cases A, C, D, E, F, G).
TEST_F(KazooDefects, an_action_that_cannot_be_read_takes_the_failure_branch_at_once)
{
    constexpr std::string_view actions[] = {
        R"({})",                                                                          // A
        R"({"voice_url":7})",                                                             // A
        R"({"voice_url":"http://127.0.0.1/","method":"put"})",                            // C
        R"({"voice_url":"http://127.0.0.1/","req_format":"xml"})",                        // D
        R"({"voice_url":"http://127.0.0.1/","method":"post","req_body_format":"yaml"})",  // E
        R"({"voice_url":"127.0.0.1/ivr"})",                                               // F
        R"({"voice_url":"http:///ivr"})",                                                 // F
        R"({"voice_url":"ann@127.0.0.1"})",                                               // G
    };
    for (const std::string_view data : actions) {
        SCOPED_TRACE(data);
        renew();
        run_node(fmt::format(R"({{"module":"pivot","data":{}}})", data), sorry);
        expect_failure_branch();
        EXPECT_THAT(asked(), IsEmpty());
    }
}

// A call that is gone before it is asked about is not asked about (case B).
TEST_F(KazooDefects, a_caller_who_is_gone_is_not_asked_about)
{
    channel->hang_up_caller();
    EXPECT_THAT(run(), IsEmpty());
    EXPECT_THAT(asked(), IsEmpty());
}

// A user's name in a URL crashes KAZOO (case G).
TEST_F(KazooDefects, a_url_may_name_a_user)
{
    page("/first", "<Say>Hello</Say>");
    std::string named = url("/first");
    named.insert(named.find("127"), "ann@");
    EXPECT_THAT(run_node(node(named, action), sorry),
                ElementsAre("answer", "say Hello", "hang_up 0"));
}

// A null within the call's facts crashes KAZOO (case H).
TEST_F(KazooDefects, a_null_in_a_fact_is_left_out)
{
    call.custom_application_vars = R"({"a":null,"b":{"c":null,"d":"1"}})";
    action = R"(,"method":"post","req_body_format":"form")";
    page("/first", 200, "application/json", R"({"module":"tts","data":{"text":"Hello"}})");
    EXPECT_THAT(run(), Contains(HasSubstr("say Hello")));
}

// A body that is not text crashes KAZOO, the more so when it is to be kept (case L).
TEST_F(KazooDefects, a_body_that_is_not_text_takes_the_failure_branch_and_is_kept)
{
    for (const std::string type : {"text/xml", "application/json", "application/octet-stream"}) {
        renew();
        page("/first", 200, type, "\xff\xfe\x00\xd8<Response>\xc3\x28");
        run();
        expect_failure_branch();
        ASSERT_FALSE(records.empty()) << type;
        EXPECT_THAT(records.front(), HasSubstr("resp_body")) << type;
    }
}

// A failure without a `_` child hangs the call up, as in KAZOO (case V), but at once.
TEST_F(KazooDefects, a_failure_without_a_branch_to_take_hangs_up)
{
    page("/first", 500, "text/plain", "no");
    EXPECT_THAT(run_node(node(url("/first")), ""), ElementsAre("hang_up 0"));
}

// Network errors are only logged by KAZOO: the callflow goes on after ten seconds (case I).
TEST_F(KazooDefects, a_server_that_cannot_be_reached_takes_the_failure_branch_at_once)
{
    action = R"(,"req_format":"twiml","req_timeout_ms":100)";
    silent_page("/first");
    run();
    expect_failure_branch();
    renew();
    run_node(node("http://127.0.0.1:1/first", action), sorry);  // where nobody listens
    expect_failure_branch();
    renew();
    std::string secret = url("/first");
    secret.insert(4, "s");
    run_node(node(secret, action), sorry);  // the peer speaks no TLS
    expect_failure_branch();
}

// A 204 or another status that KAZOO does not expect counts as failed; a failure in mid-call leaves
// the caller in silence (cases J and T).
TEST_F(KazooDefects, a_failure_in_mid_call_takes_the_failure_branch)
{
    for (const int status : {404, 410, 500, 503}) {
        renew();
        page("/gone", status, "text/plain", "no");
        EXPECT_THAT(run("<Say>Hello</Say><Redirect>/gone</Redirect>"),
                    ElementsAre("answer", "say Hello", "play name sorry", "hang_up 0"))
            << status;
    }
    renew();
    action = R"(,"req_format":"twiml","req_timeout_ms":100)";
    silent_page("/gone");
    EXPECT_THAT(run("<Say>Hello</Say><Redirect>/gone</Redirect>"), Contains("play name sorry"));
}

// KAZOO performs what a slow server answers after the callflow has gone on (case U).
TEST_F(KazooDefects, an_answer_that_comes_too_late_is_not_performed)
{
    action = R"(,"req_format":"twiml","req_timeout_ms":1000)";
    silent_page("/first");
    run();
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
    expect_failure_branch();
}

// KAZOO follows documents round in a circle for ever.
TEST_F(KazooDefects, a_call_asks_a_limited_number_of_times)
{
    page("/loop", "<Redirect/>");
    run("<Redirect>/loop</Redirect>");
    EXPECT_THAT(channel->commands, Contains("play name sorry"));
    EXPECT_LE(asked().size(), loopback().session.iterations_max);
}

// The debug record of KAZOO says 200 whatever the status was.
TEST_F(KazooDefects, a_debug_record_has_the_status_that_came)
{
    page("/first", 418, "text/plain", "teapot");
    run();
    ASSERT_FALSE(records.empty());
    EXPECT_THAT(records.front(), HasSubstr("418"));
}

// KAZOO records no exchange that failed before an answer came.
TEST_F(KazooDefects, an_exchange_without_an_answer_has_a_debug_record)
{
    action = R"(,"req_format":"twiml","req_timeout_ms":100)";
    silent_page("/first");
    run();
    ASSERT_FALSE(records.empty());
    EXPECT_THAT(records.front(), HasSubstr("timeout"));
}

}  // namespace
}  // namespace pivot::test
