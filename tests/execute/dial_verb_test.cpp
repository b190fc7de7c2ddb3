// Dial of numbers, SIP addresses, users and devices.
#include "execute/directory.hpp"
#include "execute/verb_fixture.hpp"

namespace pivot::test {
namespace {

using namespace std::chrono_literals;

using Legs = std::vector<std::string>;

class DialVerb : public VerbTest {
protected:
    // The order that a Dial with these attributes comes to.
    Dial dialled(std::string_view attributes, std::string_view content = "+14155550100")
    {
        renew();
        run(fmt::format("<Dial {}>{}</Dial>", attributes, content));
        return channel->dials.empty() ? Dial() : channel->dials.front();
    }

    static Legs addresses(const Dial& dial)
    {
        Legs addresses;
        for (const Target& target : dial.targets) addresses.push_back(target.address.text());
        return addresses;
    }

    // What becomes of each leg of a dial in turn: it rings, and does not answer in time.
    void ring_in_vain()
    {
        channel->on("dial", [this](JobId job) {
            for (const Target& target : channel->dials.back().targets) {
                channel->push(LegRinging{target.leg});
                channel->push(LegEnded{target.leg, {"NO_ANSWER", 480}});
            }
            channel->push(DialFailed{job, {"NO_ANSWER", 480}});
        });
    }

    static constexpr std::string_view two_numbers =
        R"(<Number statusCallback="/one" statusCallbackEvent="initiated ringing answered completed">
           +14155550101</Number>
           <Number statusCallback="/two" statusCallbackEvent="initiated ringing answered completed">
           +14155550102</Number>)";
};

TEST_F(DialVerb, it_answers_the_caller_calls_and_connects)
{
    page("/done", "<Say>Bye</Say>");
    answer_dials();
    EXPECT_THAT(run(R"(<Dial action="/done">+14155550100</Dial><Say>never</Say>)"),
                ElementsAre("answer", "dial 30000 +14155550100/0/0", "bridge 1", "hang_up 1",
                            "say Bye", "hang_up 0"));
    const Told done = told("/done");
    EXPECT_EQ(done["DialCallStatus"], "completed");
    EXPECT_EQ(done["DialBridged"], "true");
    EXPECT_EQ(done["DialCallSid"], "b-leg");
    EXPECT_GE(std::stoi(done["DialCallDuration"]), 12);
    EXPECT_EQ(done["CallSid"], "c1");
    EXPECT_EQ(done["CallStatus"], "in-progress");
}

TEST_F(DialVerb, without_an_action_the_document_goes_on_when_the_two_have_parted)
{
    answer_dials();
    EXPECT_THAT(run("<Dial>+14155550100</Dial><Say>Bye</Say>"),
                ElementsAre("answer", "dial 30000 +14155550100/0/0", "bridge 1", "hang_up 1",
                            "say Bye", "hang_up 0"));
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
}

TEST_F(DialVerb, a_dial_of_nobody_is_told_as_failed)
{
    for (const std::string_view content :
         {"", "nobody", "<Number/>", "<Number>none</Number>", "<Sip> </Sip>", "<Client/>"}) {
        renew();
        run(fmt::format(R"(<Dial action="/done">{}</Dial>)", content));
        EXPECT_EQ(told("/done")["DialCallStatus"], "failed") << content;
        EXPECT_EQ(told("/done")["DialBridged"], "false");
        EXPECT_THAT(channel->dials, testing::SizeIs(0));
        EXPECT_FALSE(warnings.empty());
    }
}

TEST_F(DialVerb, the_status_of_a_failed_dial_says_why)
{
    struct Row {
        std::string_view cause;
        int sip_code;
        std::string_view status;
    };
    constexpr Row rows[] = {
        {"USER_BUSY", 486, "busy"},
        {"CALL_REJECTED", 603, "busy"},
        {"CALL_REJECTED", 403, "failed"},
        {"BUSY_EVERYWHERE", 600, "busy"},
        {"DECLINE", 603, "busy"},
        {"NO_ANSWER", 480, "no-answer"},
        {"NO_USER_RESPONSE", 408, "no-answer"},
        {"UNALLOCATED_NUMBER", 404, "failed"},
        {"NORMAL_TEMPORARY_FAILURE", 503, "failed"},
        {"INVALID_GATEWAY", 0, "failed"},
        {"ORIGINATOR_CANCEL", 487, "canceled"},
        {"", 486, "busy"},
        {"", 600, "busy"},
        {"", 603, "busy"},
        {"", 403, "failed"},
        {"", 404, "failed"},
        {"", 480, "no-answer"},
        {"", 487, "canceled"},
        {"", 503, "failed"},
        {"", 0, "failed"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.cause);
        renew();
        refuse_dials(std::string(row.cause), row.sip_code);
        run(R"(<Dial action="/done"><Sip>sip:ann@example.com</Sip></Dial>)");
        EXPECT_EQ(told("/done")["DialCallStatus"], row.status);
        EXPECT_EQ(told("/done")["DialBridged"], "false");
        EXPECT_EQ(told("/done")["DialCallDuration"], "-");
        EXPECT_EQ(told("/done")["DialSipResponseCode"],
                  row.sip_code == 0 ? "-" : std::to_string(row.sip_code));
    }
}

TEST_F(DialVerb, after_a_failed_dial_without_an_action_the_document_goes_on)
{
    refuse_dials("USER_BUSY", 486);
    EXPECT_THAT(run("<Dial>+14155550100</Dial><Say>Busy</Say>"), Contains("say Busy"));
}

TEST_F(DialVerb, numbers_lose_their_punctuation)
{
    EXPECT_THAT(addresses(dialled("", "+1 (415) 555-0100")), ElementsAre("+14155550100"));
    EXPECT_THAT(addresses(dialled("", "<Number> 415.555.0100\n</Number>")),
                ElementsAre("4155550100"));
}

TEST_F(DialVerb, a_number_as_text_and_as_a_noun_is_the_same)
{
    const Dial text = dialled("");
    const Dial noun = dialled("", "<Number>+14155550100</Number>");
    EXPECT_EQ(addresses(text), addresses(noun));
    EXPECT_EQ(text.timeout, noun.timeout);
    EXPECT_EQ(text.targets.front().address.kind(), noun.targets.front().address.kind());
}

TEST_F(DialVerb, it_rings_as_long_as_it_says)
{
    struct Row {
        std::string_view attributes;
        milliseconds timeout;
        bool warns;
    };
    constexpr Row rows[] = {
        {"", 30s, false},
        {R"(timeout="12")", 12s, false},
        {R"(timeout="0")", 30s, true},
        {R"(timeout="99999")", 3'600s, true},
        {R"(timeout="long")", 30s, true},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(dialled(row.attributes).timeout, row.timeout) << row.attributes;
        EXPECT_EQ(is_warned("timeout of Dial"), row.warns) << row.attributes;
    }
}

TEST_F(DialVerb, the_callee_sees_the_callers_number_unless_another_is_given)
{
    EXPECT_EQ(dialled("").caller_id_number, "");
    const Dial given = dialled(R"(callerId="+15005550006" callerName="Ann")");
    EXPECT_EQ(given.caller_id_number, "+15005550006");
    EXPECT_EQ(given.caller_id_name, "Ann");
}

TEST_F(DialVerb, a_ring_tone_takes_the_place_of_the_far_ends)
{
    EXPECT_TRUE(dialled("").ringback.empty());
    EXPECT_EQ(dialled(R"(ringTone="us")").ringback.what(), "2000,4000,440+480");
    EXPECT_EQ(dialled(R"(ringTone="us")").ringback.loops(), 0U) << "until they are connected";
    EXPECT_EQ(dialled(R"(ringTone="uk")").ringback.what(), "1000,2000,400+450");
    EXPECT_FALSE(dialled(R"(ringTone="de")").ringback.empty());
    EXPECT_TRUE(dialled(R"(ringTone="moon")").ringback.empty());
    EXPECT_TRUE(is_warned("ringTone of Dial"));
}

TEST_F(DialVerb, several_nouns_ring_at_once_or_in_their_order)
{
    EXPECT_FALSE(dialled("", two_numbers).is_sequential);
    EXPECT_THAT(addresses(dialled("", two_numbers)), ElementsAre("+14155550101", "+14155550102"));
    EXPECT_TRUE(dialled(R"(sequential="true")", two_numbers).is_sequential);
    EXPECT_TRUE(dialled(R"(strategy="single")", two_numbers).is_sequential);
    EXPECT_FALSE(dialled(R"(strategy="simultaneous")", two_numbers).is_sequential);
    EXPECT_FALSE(dialled(R"(sequential="maybe")", two_numbers).is_sequential);
    EXPECT_TRUE(is_warned("sequential of Dial"));
}

TEST_F(DialVerb, only_ten_are_called)
{
    std::string nouns;
    for (int i = 0; i < 100; ++i) nouns += fmt::format("<Number>+1415555010{}</Number>", i % 10);
    EXPECT_EQ(dialled("", nouns).targets.size(), 10U);
    EXPECT_TRUE(is_warned("Dial: only ten are called; left out: 90"));
    EXPECT_EQ(
        std::ranges::count_if(
            warnings, [](const std::string& text) { return text.find("only ten") != text.npos; }),
        1);
}

TEST_F(DialVerb, a_noun_without_an_address_is_skipped_and_the_others_ring)
{
    EXPECT_THAT(addresses(dialled("", "<Number>x</Number><Number>+14155550101</Number><Foo/>")),
                ElementsAre("+14155550101"));
    EXPECT_TRUE(is_warned("Number: \"x\" is not a phone number"));
    EXPECT_TRUE(is_warned("Foo is unknown"));
}

TEST_F(DialVerb, a_sip_address_goes_out_with_its_credentials_and_headers)
{
    const Dial dial = dialled("", R"(<Sip username="ann" password="secret">
        sip:bob@example.com;transport=tls?X-a=1&amp;User-to-User=uu%20x</Sip>)");
    ASSERT_EQ(dial.targets.size(), 1U);
    const Target& target = dial.targets.front();
    EXPECT_EQ(target.address.kind(), Address::Kind::sip);
    EXPECT_EQ(target.address.text(), "sip:bob@example.com;transport=tls");
    EXPECT_EQ(target.username, "ann");
    EXPECT_EQ(target.password, "secret");
    ASSERT_EQ(target.headers.size(), 2U);
    EXPECT_EQ(target.headers[0].name(), "X-a");
    EXPECT_EQ(target.headers[0].value(), "1");
    EXPECT_EQ(target.headers[1].name(), "User-to-User");
    EXPECT_EQ(target.headers[1].value(), "uu x");
}

TEST_F(DialVerb, a_sip_noun_may_have_its_address_and_headers_as_elements)
{
    const Dial dial = dialled("", R"(<Sip><Uri username="ann" password="secret">sip:bob@example.com
        </Uri><Headers><Header name="X-a" value="1 &amp; 2"/></Headers></Sip>)");
    ASSERT_EQ(dial.targets.size(), 1U);
    const Target& target = dial.targets.front();
    EXPECT_EQ(target.address.text(), "sip:bob@example.com");
    EXPECT_EQ(target.username, "ann");
    EXPECT_EQ(target.password, "secret");
    ASSERT_EQ(target.headers.size(), 1U);
    EXPECT_EQ(target.headers[0].name(), "X-a");
    EXPECT_EQ(target.headers[0].value(), "1 & 2");
}

TEST_F(DialVerb, headers_that_are_not_the_documents_to_set_warn_and_are_left_out)
{
    const Dial dial = dialled("",
                              "<Sip>sip:bob@example.com?Via=evil&amp;x-b=2&amp;"
                              "Remote-Party-ID=ann</Sip>");
    ASSERT_EQ(dial.targets.size(), 1U);
    ASSERT_EQ(dial.targets.front().headers.size(), 2U);
    EXPECT_EQ(dial.targets.front().headers[0].name(), "x-b");
    EXPECT_EQ(dial.targets.front().headers[1].name(), "Remote-Party-ID");
    EXPECT_TRUE(is_warned("Via"));
}

TEST_F(DialVerb, users_and_devices_are_whom_the_directory_knows)
{
    const auto directory = Directory::from_json(R"({
        "devices": {"desk": {"dial": "user/desk", "owner": "ann"},
                    "soft": {"dial": "user/soft", "owner": "ann"},
                    "away": {"dial": "user/away", "owner": "ann", "enabled": false}},
        "users": {"ann": {}}
    })");
    ASSERT_TRUE(directory);
    executor.directory = &*directory;
    EXPECT_THAT(addresses(dialled("", "<User>ann</User>")), ElementsAre("user/desk", "user/soft"));
    EXPECT_THAT(addresses(dialled("", "<Device>desk</Device>")), ElementsAre("user/desk"));
    EXPECT_THAT(addresses(dialled("", "<Client>ann</Client>")),
                ElementsAre("user/desk", "user/soft"));
    EXPECT_THAT(addresses(dialled("", "<Client><Identity>ann</Identity></Client>")),
                ElementsAre("user/desk", "user/soft"));
    EXPECT_THAT(addresses(dialled("", "<User>bob</User>")), IsEmpty());
    EXPECT_TRUE(is_warned("the directory has nothing to call for bob"));
    executor.directory = nullptr;
    EXPECT_THAT(addresses(dialled("", "<User>ann</User>")), ElementsAre("ann"));
}

TEST_F(DialVerb, the_caller_is_answered_when_the_callee_is_where_the_document_wants_that)
{
    answer_dials();
    EXPECT_THAT(
        run(R"(<Dial answerOnBridge="true">+14155550100</Dial>)"),
        ElementsAre("dial 30000 +14155550100/0/0", "answer", "bridge 1", "hang_up 1", "hang_up 0"));
    renew();
    refuse_dials("USER_BUSY", 486);
    EXPECT_THAT(run(R"(<Dial answerOnBridge="true">+14155550100</Dial><Reject reason="busy"/>)"),
                ElementsAre("dial 30000 +14155550100/0/0", "reject 486 Busy Here"));
}

TEST_F(DialVerb, a_time_limit_parts_the_two_and_the_document_goes_on)
{
    answer_dials(9'999s);
    run(R"(<Dial timeLimit="60" action="/done">+14155550100</Dial>)");
    EXPECT_EQ(told("/done")["DialCallStatus"], "completed");
    EXPECT_GE(std::stoi(told("/done")["DialCallDuration"]), 60);
    EXPECT_LT(std::stoi(told("/done")["DialCallDuration"]), 120);
    EXPECT_THAT(channel->commands, Contains("hang_up 1"));
}

TEST_F(DialVerb, without_a_time_limit_a_conversation_lasts_four_hours)
{
    answer_dials(99'999s);
    run(R"(<Dial action="/done">+14155550100</Dial>)");
    EXPECT_GE(std::stoi(told("/done")["DialCallDuration"]), 14'400);
    EXPECT_LT(std::stoi(told("/done")["DialCallDuration"]), 14'500);
}

TEST_F(DialVerb, a_star_of_the_caller_ends_the_other_leg_only_where_the_document_wants_that)
{
    struct Row {
        std::string_view attribute;
        std::string_view keys;
        bool ends;
    };
    constexpr Row rows[] = {
        {"", "*", false},
        {R"(hangupOnStar="false")", "*", false},
        {R"(hangupOnStar="true")", "12*", true},
        {R"(hangupOnStar="true")", "12#", false},
        {R"(hangupOn="#")", "#", true},
        {R"(hangupOn="#")", "*", false},
        {R"(hangupOnStar="1")", "*", false},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(fmt::format("{} {}", row.attribute, row.keys));
        renew();
        answer_dials(500s);
        clock->after(100s, [&] { channel->press(row.keys); });
        run(fmt::format(R"(<Dial action="/done" {}>+14155550100</Dial>)", row.attribute));
        EXPECT_EQ(std::stoi(told("/done")["DialCallDuration"]) < 400, row.ends);
        EXPECT_EQ(told("/done")["DialCallStatus"], "completed");
    }
}

TEST_F(DialVerb, a_star_that_ended_a_conversation_is_not_gathered_afterwards)
{
    answer_dials(500s);
    clock->after(1s, [this] { channel->press("*"); });
    run(R"(<Dial hangupOnStar="true">+14155550100</Dial><Gather finishOnKey="" action="/done"/>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
}

// Ends with it, as a channel does: first what runs, then the legs, then the call.
TEST_F(DialVerb, a_caller_who_hangs_up_while_it_rings_has_canceled_it)
{
    page("/done", "<Say>never</Say>");
    channel->on("dial", [this](JobId job) {
        channel->push(LegEnded{channel->first_leg(), {"ORIGINATOR_CANCEL", 487}});
        channel->push(DialFailed{job, {"ORIGINATOR_CANCEL", 487}});
        channel->hang_up_caller();
    });
    run(R"(<Dial action="/done">+14155550100</Dial><Say>never</Say>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /done"));
    EXPECT_EQ(told("/done")["DialCallStatus"], "canceled");
    EXPECT_EQ(told("/done")["CallStatus"], "completed");
    EXPECT_EQ(told("/done")["DialBridged"], "false");
    EXPECT_EQ(told("/done")["DialCallDuration"], "-");
    EXPECT_NE(told("/done")["DialCallSid"], "-");
    EXPECT_THAT(channel->commands, Not(Contains("say never")));
}

TEST_F(DialVerb, a_caller_who_was_never_answered_has_canceled_the_call_too)
{
    channel->on("dial", [this](JobId job) {
        channel->push(DialFailed{job, {"ORIGINATOR_CANCEL", 487}});
        channel->hang_up_caller();
    });
    run(R"(<Dial action="/done" answerOnBridge="true">+14155550100</Dial>)");
    EXPECT_EQ(told("/done")["DialCallStatus"], "canceled");
    EXPECT_EQ(told("/done")["CallStatus"], "canceled");
}

TEST_F(DialVerb, a_caller_who_hangs_up_in_the_conversation_has_completed_it)
{
    page("/done", "<Say>never</Say>");
    answer_dials();
    channel->on("bridge", [this](JobId job) {
        clock->after(30s, [this, job] {
            channel->push(BridgeEnded{job});
            channel->push(LegEnded{channel->first_leg(), {"NORMAL_CLEARING", 200}});
            channel->hang_up_caller();
        });
    });
    run(R"(<Dial action="/done" record="record-from-answer" recordingUrl="http://store.example/a"
        recordStoreMethod="POST"><Number statusCallback="/told">+14155550100</Number></Dial><Say>never</Say>)");
    EXPECT_THAT(asked(), testing::UnorderedElementsAre("GET /first", "POST /told", "POST /done"));
    EXPECT_EQ(told("/told")["CallStatus"], "completed");
    const Told done = told("/done");
    EXPECT_EQ(done["DialCallStatus"], "completed");
    EXPECT_EQ(done["CallStatus"], "completed");
    EXPECT_EQ(done["DialBridged"], "true");
    EXPECT_EQ(done["DialCallSid"], "b-leg");
    EXPECT_EQ(done["DialCallDuration"], "30");
    EXPECT_EQ(done["RecordingUrl"], "http://r/1");
    EXPECT_EQ(channel->recordings.front().url, "http://store.example/a");
    EXPECT_TRUE(channel->recordings.front().uploads_by_post);
    EXPECT_THAT(channel->commands, Not(Contains("say never")));
}

TEST_F(DialVerb, a_caller_who_hangs_up_during_a_whisper_has_canceled_it)
{
    page("/whisper", "<Say>A call for you</Say>");
    answer_dials();
    channel->on("say", [this](JobId job) {
        channel->push(JobEnded{job, JobEnd::stopped, ""});
        channel->push(LegEnded{channel->first_leg(), {"ORIGINATOR_CANCEL", 487}});
        channel->hang_up_caller();
    });
    run(R"(<Dial action="/done"><Number url="/whisper">+14155550100</Number></Dial>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /whisper", "POST /done"));
    EXPECT_EQ(told("/done")["DialCallStatus"], "canceled");
    EXPECT_EQ(told("/done")["DialCallSid"], "b-leg");
    EXPECT_EQ(told("/done")["CallStatus"], "completed");
}

TEST_F(DialVerb, a_caller_who_hangs_up_is_reported_once_and_only_to_an_action)
{
    answer_dials();
    hang_up_during("bridge");
    run("<Dial>+14155550100</Dial>");
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
}

TEST_F(DialVerb, a_call_that_has_moved_asks_nothing)
{
    answer_dials();
    channel->on("bridge", [this](JobId job) {
        channel->push(BridgeEnded{job});
        channel->move_caller();
    });
    run(R"(<Dial action="/done">+14155550100</Dial>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
}

TEST_F(DialVerb, the_duration_counts_from_the_answer_of_the_callee)
{
    page("/whisper", R"(<Pause length="10"/>)");
    answer_dials(12s);
    run(R"(<Dial action="/done">
        <Number url="/whisper" statusCallback="/told">+14155550100</Number></Dial>)");
    EXPECT_EQ(told("/done")["DialCallDuration"], "22");
    EXPECT_EQ(told("/told")["CallDuration"], "22");
}

TEST_F(DialVerb, only_the_events_that_are_told_are_counted)
{
    answer_dials();
    run(R"(<Dial><Number statusCallback="/told" statusCallbackEvent="answered completed">
        +14155550100</Number></Dial>)");
    EXPECT_THAT(each_told("/told", "CallStatus"), ElementsAre("in-progress", "completed"));
    EXPECT_THAT(each_told("/told", "SequenceNumber"), ElementsAre("0", "1"));
}

TEST_F(DialVerb, keys_of_the_conversation_are_digits_where_the_document_collects_them)
{
    struct Row {
        std::string_view attributes;
        std::string_view digits;
    };
    constexpr Row rows[] = {
        {"", "-"},
        {R"(collect_dtmf="false")", "-"},
        {R"(collect_dtmf="true")", "12#3"},
        {R"(collect_dtmf="true" hangupOn="#")", "12#"},
    };
    for (const Row& row : rows) {
        renew();
        answer_dials(500s);
        clock->after(5s, [&] { channel->press("12#"); });
        clock->after(100s, [&] { channel->press("3"); });
        clock->after(200s, [&] { channel->push(KeyPressed{channel->first_leg(), '9'}); });
        run(fmt::format(R"(<Dial action="/done" {}>+14155550100</Dial>)", row.attributes));
        EXPECT_EQ(told("/done")["Digits"], row.digits) << row.attributes;
    }
}

TEST_F(DialVerb, no_key_that_was_pressed_before_the_conversation_is_collected)
{
    answer_dials();
    channel->on("dial", [this](JobId) {
        channel->press("7");
        channel->push(LegAnswered{channel->first_leg(), "b-leg"});
    });
    run(R"(<Dial action="/done" collect_dtmf="true">+14155550100</Dial>)");
    EXPECT_EQ(told("/done")["Digits"], "-");
}

TEST_F(DialVerb, what_would_be_waited_for_in_vain_warns)
{
    answer_dials();
    run(R"(<Dial referUrl="/r"><Number machineDetection="Enable" amdStatusCallback="/amd">
        +14155550100</Number></Dial>)");
    EXPECT_TRUE(is_warned("Dial: referUrl is not offered"));
    EXPECT_TRUE(is_warned("Number: machineDetection is not offered"));
    EXPECT_TRUE(is_warned("Number: amdStatusCallback is not offered"));
    renew();
    answer_dials();
    run("<Dial><Number>+14155550100</Number></Dial>");
    EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(DialVerb, an_action_that_is_not_a_url_warns_and_counts_as_none)
{
    answer_dials();
    EXPECT_THAT(run(R"(<Dial action="http://[/">+14155550100</Dial><Say>next</Say>)"),
                Contains("say next"));
    EXPECT_TRUE(is_warned("action is not a URL"));
}

TEST_F(DialVerb, an_empty_action_is_the_documents_own_url)
{
    page("/dial", R"(<Dial action="">+14155550100</Dial>)");
    int dials = 0;
    channel->on("dial", [&](JobId job) {
        if (++dials == 2) return channel->hang_up_caller();
        channel->push(DialFailed{job, {"USER_BUSY", 486}});
    });
    run("<Redirect>/dial</Redirect>");
    EXPECT_THAT(each_told("/dial", "DialCallStatus"), ElementsAre("-", "busy", "canceled"));
}

TEST_F(DialVerb, the_results_go_with_one_request_only)
{
    page("/done", R"(<Redirect>/later</Redirect>)");
    answer_dials();
    run(R"(<Dial action="/done" method="GET">+14155550100</Dial>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first", "GET /done", "POST /later"));
    EXPECT_EQ(told("/later")["DialCallStatus"], "-");
}

TEST_F(DialVerb, a_leg_is_told_of_from_its_beginning_to_its_end)
{
    answer_dials();
    run(R"(<Dial><Number statusCallback="/told"
        statusCallbackEvent="initiated ringing answered completed">+14155550100</Number></Dial>)");
    EXPECT_THAT(each_told("/told", "CallStatus"),
                ElementsAre("initiated", "ringing", "in-progress", "completed"));
    EXPECT_THAT(each_told("/told", "SequenceNumber"), ElementsAre("0", "1", "2", "3"));
    const auto all = all_told("/told");
    for (const Told& told : all) {
        EXPECT_EQ(told["ParentCallSid"], "c1");
        EXPECT_EQ(told["CallbackSource"], "call-progress-events");
        EXPECT_THAT(told["Timestamp"],
                    testing::MatchesRegex("[A-Z][a-z]+, [0-9]+ [A-Z][a-z]+ 2[0-9]+ [0-9:]+ .0000"));
    }
    EXPECT_EQ(all[0]["CallDuration"], "-");
    EXPECT_EQ(all[2]["CallSid"], "b-leg");
    EXPECT_EQ(all[3]["CallSid"], "b-leg");
    EXPECT_GE(std::stoi(all[3]["CallDuration"]), 12);
    EXPECT_EQ(all[3]["Duration"], all[3]["CallDuration"]);
    EXPECT_EQ(all[3]["SipResponseCode"], "200");
}

TEST_F(DialVerb, only_the_end_of_a_leg_is_told_unless_more_is_wanted)
{
    for (const std::string_view noun : {"Number", "Sip", "Client", "User", "Device"}) {
        renew();
        refuse_dials("USER_BUSY", 486);
        run(fmt::format(R"(<Dial><{0} statusCallback="/told" statusCallbackMethod="GET">{1}</{0}>
                        </Dial>)",
                        noun, noun == "Sip" ? "sip:1@example.com" : "1"));
        EXPECT_THAT(each_told("/told", "CallStatus"), ElementsAre("busy")) << noun;
        EXPECT_THAT(asked(), Contains("GET /told"));
        EXPECT_EQ(told("/told")["CallDuration"], "0");
        EXPECT_EQ(told("/told")["SipResponseCode"], "486");
    }
}

TEST_F(DialVerb, events_that_nobody_knows_warn_and_the_others_are_told)
{
    refuse_dials("NO_ANSWER", 480);
    run(R"(<Dial><Number statusCallback="/told" statusCallbackEvent="initiated sneezed">
        +14155550100</Number></Dial>)");
    EXPECT_THAT(each_told("/told", "CallStatus"), ElementsAre("initiated"));
    EXPECT_TRUE(is_warned("sneezed"));
}

TEST_F(DialVerb, a_callback_that_is_not_a_url_warns_and_is_left_out)
{
    answer_dials();
    run(R"(<Dial><Number statusCallback="http://[/">+14155550100</Number></Dial>)");
    EXPECT_TRUE(is_warned("statusCallback is not a URL"));
}

TEST_F(DialVerb, all_that_ring_at_once_are_told_of)
{
    ring_in_vain();
    run(fmt::format(R"(<Dial action="/done">{}</Dial>)", two_numbers));
    EXPECT_THAT(each_told("/one", "CallStatus"), ElementsAre("initiated", "ringing", "no-answer"));
    EXPECT_THAT(each_told("/two", "CallStatus"), ElementsAre("initiated", "ringing", "no-answer"));
    EXPECT_EQ(told("/done")["DialCallStatus"], "no-answer");
}

TEST_F(DialVerb, of_those_after_the_first_nothing_is_told_before_it_is_their_turn)
{
    channel->on("dial", [this](JobId job) {
        const LegId first = channel->first_leg();
        channel->push(LegRinging{first});
        channel->push(LegAnswered{first, ""});
        static_cast<void>(job);
    });
    channel->on("bridge", [this](JobId job) { channel->push(BridgeEnded{job}); });
    run(fmt::format(R"(<Dial sequential="true">{}</Dial>)", two_numbers));
    EXPECT_THAT(each_told("/one", "CallStatus"),
                ElementsAre("initiated", "ringing", "in-progress", "completed"));
    EXPECT_THAT(each_told("/two", "CallStatus"), IsEmpty());
    renew();
    ring_in_vain();
    run(fmt::format(R"(<Dial sequential="true">{}</Dial>)", two_numbers));
    EXPECT_THAT(each_told("/two", "CallStatus"), ElementsAre("initiated", "ringing", "no-answer"));
}

TEST_F(DialVerb, the_callee_hears_keys_and_a_document_before_they_are_connected)
{
    page("/whisper", "<Say>A call for you</Say>");
    answer_dials();
    EXPECT_THAT(
        run(R"(<Dial><Number sendDigits="ww12" url="/whisper">+14155550100</Number></Dial>)"),
        ElementsAre("answer", "dial 30000 +14155550100/0/0", "send_keys on 1 ww12 200",
                    "say on 1 A call for you", "bridge 1", "hang_up 1", "hang_up 0"));
    EXPECT_EQ(told("/whisper")["ParentCallSid"], "c1");
    EXPECT_EQ(told("/whisper")["CallSid"], "b-leg");
}

TEST_F(DialVerb, a_leg_that_does_not_answer_has_a_call_id_too)
{
    ring_in_vain();
    run(R"(<Dial action="/done"><Number statusCallback="/told">+14155550100</Number></Dial>)");
    EXPECT_EQ(told("/done")["DialCallStatus"], "no-answer");
    EXPECT_EQ(told("/done")["DialCallSid"], told("/told")["CallSid"]);
    EXPECT_NE(told("/done")["DialCallSid"], "-");
}

TEST_F(DialVerb, a_whisper_is_asked_for_with_the_method_of_its_noun)
{
    answer_dials();
    run(R"(<Dial method="POST"><Sip url="/whisper" method="GET">sip:ann@example.com</Sip></Dial>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first", "GET /whisper"));
}

TEST_F(DialVerb, a_callee_may_accept_or_refuse_by_key)
{
    page("/whisper", R"(<Gather numDigits="1" action="/pressed"><Say>Press one</Say></Gather>
        <Hangup/>)");
    page("/pressed", "<Say>Connecting</Say>");
    answer_dials();
    channel->on("say", [this](JobId job) {
        channel->finish(job);
        channel->push(KeyPressed{channel->first_leg(), '1'});
    });
    run(R"(<Dial action="/done"><Number url="/whisper">+14155550100</Number></Dial>)");
    EXPECT_EQ(told("/pressed")["Digits"], "1");
    EXPECT_THAT(channel->commands, Contains("bridge 1"));
    EXPECT_EQ(told("/done")["DialCallStatus"], "completed");

    renew();
    answer_dials();
    run(R"(<Dial action="/done"><Number url="/whisper">+14155550100</Number></Dial>)");
    EXPECT_THAT(channel->commands, Not(Contains("bridge 1")));
    EXPECT_THAT(channel->commands, Contains("hang_up 1"));
    EXPECT_EQ(told("/done")["DialCallStatus"], "no-answer");
    EXPECT_EQ(told("/done")["DialBridged"], "false");
}

TEST_F(DialVerb, keys_of_the_caller_are_not_the_callees)
{
    page("/whisper",
         R"(<Gather numDigits="1" action="/pressed"><Say>Press</Say></Gather><Hangup/>)");
    answer_dials();
    channel->on("say", [this](JobId job) {
        channel->press("1");
        channel->finish(job);
    });
    run(R"(<Dial action="/done"><Number url="/whisper">+14155550100</Number></Dial>)");
    EXPECT_THAT(asked(), Not(Contains("POST /pressed")));
}

TEST_F(DialVerb, the_documents_own_url_is_what_it_was_when_a_whisper_is_over)
{
    page("/deep/whisper", "<Redirect>other</Redirect>");
    answer_dials();
    run(R"(<Dial action="done"><Number url="/deep/whisper">+14155550100</Number></Dial>)");
    EXPECT_THAT(asked(),
                ElementsAre("GET /first", "POST /deep/whisper", "POST /deep/other", "POST /done"));
}

// It may have been there to ask the callee whether to take the call.
TEST_F(DialVerb, a_whisper_that_cannot_be_had_connects_nobody)
{
    page("/whisper", 500, "text/plain", "no");
    answer_dials();
    EXPECT_THAT(run(R"(<Dial action="/done"><Number url="/whisper">+14155550100</Number></Dial>)"),
                AllOf(Contains("hang_up 1"), Not(Contains("bridge 1"))));
    EXPECT_EQ(told("/done")["DialCallStatus"], "no-answer");
    EXPECT_TRUE(is_warned("500"));
}

TEST_F(DialVerb, a_callee_who_is_gone_ends_the_exchange_for_their_whisper)
{
    silent_page("/whisper");
    answer_dials();
    hangs_up_when = [this, has_left = false]() mutable {
        const bool leaves = !has_left && asked().size() == 2;
        if (leaves) channel->push(LegEnded{channel->first_leg(), {"NORMAL_CLEARING", 200}});
        has_left = has_left || leaves;
        return false;
    };
    run(R"(<Dial action="/done"><Number url="/whisper">+14155550100</Number></Dial>)");
    EXPECT_EQ(told("/done")["DialCallStatus"], "no-answer");
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /whisper", "POST /done"));
}

TEST_F(DialVerb, a_callee_who_is_gone_ends_a_whisper_that_only_leads_on)
{
    page("/whisper", "<Redirect/>");
    answer_dials();
    channel->on("dial", [this](JobId) {
        channel->push(LegAnswered{channel->first_leg(), "b-leg"});
        clock->after(9s, [this] {
            channel->push(LegEnded{channel->first_leg(), {"NORMAL_CLEARING", 200}});
        });
    });
    run(R"(<Dial action="/done"><Number url="/whisper">+14155550100</Number></Dial>)");
    EXPECT_EQ(told("/done")["DialCallStatus"], "no-answer");
    EXPECT_LT(asked().size(), 30U);
}

TEST_F(DialVerb, all_of_a_whisper_is_about_the_callees_leg)
{
    page("/whisper", R"(<Gather numDigits="1" action="/pressed"><Say>Press one</Say></Gather>)");
    answer_dials();
    channel->on("say", [this](JobId job) {
        channel->finish(job);
        channel->push(KeyPressed{channel->first_leg(), '1'});
    });
    run(R"(<Dial callerId="+1 (415) 555-0199"><Number url="/whisper">+14155550100</Number></Dial>)");
    for (const std::string_view path : {"/whisper", "/pressed"}) {
        EXPECT_EQ(told(path)["CallSid"], "b-leg") << path;
        EXPECT_EQ(told(path)["ParentCallSid"], "c1") << path;
        EXPECT_EQ(told(path)["Direction"], "outbound-dial") << path;
        EXPECT_EQ(told(path)["From"], "+14155550199") << path;
        EXPECT_EQ(told(path)["To"], "+14155550100") << path;
    }
}

TEST_F(DialVerb, the_end_of_a_leg_is_told_when_the_caller_has_hung_up)
{
    answer_dials();
    channel->on("bridge", [this](JobId job) {
        channel->push(LegEnded{channel->first_leg(), {"NORMAL_CLEARING", 200}});
        channel->push(BridgeEnded{job});
        channel->hang_up_caller();
    });
    run(R"(<Dial><Number statusCallback="/told">+14155550100</Number></Dial>)");
    EXPECT_EQ(told("/told")["CallStatus"], "completed");
    EXPECT_EQ(told("/told")["To"], "+14155550100");
}

TEST_F(DialVerb, those_who_do_not_answer_in_time_are_told_as_the_dial_is)
{
    channel->on("dial", [this](JobId job) {
        channel->push(LegEnded{channel->first_leg(), {"ORIGINATOR_CANCEL", 487}});
        channel->push(DialFailed{job, {"NO_ANSWER", 480}});
    });
    run(R"(<Dial action="/done"><Number statusCallback="/told">+14155550100</Number></Dial>)");
    EXPECT_EQ(told("/told")["CallStatus"], "no-answer");
    EXPECT_EQ(told("/done")["DialCallStatus"], "no-answer");
    renew();
    channel->on("dial", [this](JobId job) {
        channel->push(LegEnded{channel->first_leg(), {"ORIGINATOR_CANCEL", 487}});
        channel->push(DialFailed{job, {"ORIGINATOR_CANCEL", 487}});
        channel->hang_up_caller();
    });
    run(R"(<Dial><Number statusCallback="/told">+14155550100</Number></Dial>)");
    EXPECT_EQ(told("/told")["CallStatus"], "canceled");
}

TEST_F(DialVerb, what_is_not_a_number_is_not_called)
{
    for (const std::string_view text :
         {"1-800-FLOWERS", "+14155550100 ext. 5", "+14155550100 +14155550101", "sip:ann", "+"}) {
        EXPECT_THAT(addresses(dialled("", text)), IsEmpty()) << text;
        EXPECT_FALSE(warnings.empty()) << text;
    }
    EXPECT_THAT(addresses(dialled("", " +1 (415) 555-01.00 ")), ElementsAre("+14155550100"));
}

// Dial strings have several addresses, and variables, in brackets.
TEST_F(DialVerb, an_address_is_one_address_and_nothing_of_the_switchs_own)
{
    for (const std::string_view noun :
         {"<Sip>sip:a@b,sip:c@d</Sip>", "<Sip>sip:a@b|sofia/x/y</Sip>", "<Sip>user/1000</Sip>",
          "<Sip>{a=b}sip:a@b</Sip>", "<Sip>sip:a@b&#10;X: y</Sip>", "<Client>a,b</Client>",
          "<Client>${a}</Client>", "<Device>[a=b]c</Device>"}) {
        EXPECT_THAT(addresses(dialled("", noun)), IsEmpty()) << noun;
        EXPECT_FALSE(warnings.empty()) << noun;
    }
    EXPECT_THAT(addresses(dialled("", "<Sip>ann@example.com:5060;transport=tcp</Sip>")),
                ElementsAre("sip:ann@example.com:5060;transport=tcp"));
    EXPECT_EQ(dialled(R"(callerId="x&#10;y")").caller_id_number, "");
    EXPECT_TRUE(is_warned("callerId is left out"));
    EXPECT_EQ(dialled(R"(callerId="client:ann")").caller_id_number, "client:ann");
}

TEST_F(DialVerb, a_whisper_cannot_dial)
{
    page("/whisper", "<Dial>+14155550199</Dial><Say>Hello</Say>");
    answer_dials();
    run(R"(<Dial><Number url="/whisper">+14155550100</Number></Dial>)");
    EXPECT_EQ(channel->dials.size(), 1U);
    EXPECT_THAT(channel->commands, Contains("say on 1 Hello"));
    EXPECT_TRUE(is_warned("Dial is not performed here"));
}

TEST_F(DialVerb, a_callee_who_hangs_up_during_their_whisper_was_not_connected)
{
    page("/whisper", "<Say>A call for you</Say><Say>never</Say>");
    answer_dials();
    channel->on("say", [this](JobId job) {
        channel->push(JobEnded{job, JobEnd::stopped, ""});
        channel->push(LegEnded{channel->first_leg(), {"NORMAL_CLEARING", 200}});
    });
    run(R"(<Dial action="/done"><Number url="/whisper">+14155550100</Number></Dial>)");
    EXPECT_THAT(channel->commands, Not(Contains("bridge 1")));
    EXPECT_EQ(told("/done")["DialCallStatus"], "no-answer");
}

TEST_F(DialVerb, recordings_begin_when_the_document_wants_that)
{
    struct Row {
        std::string_view record;
        bool records;
        bool is_before_the_answer;
        std::string_view channels;
    };
    constexpr Row rows[] = {
        {"", false, false, ""},
        {R"(record="do-not-record")", false, false, ""},
        {R"(record="false")", false, false, ""},
        {R"(record="maybe")", false, false, ""},
        {R"(record="true")", true, false, "1"},
        {R"(record="record-from-answer")", true, false, "1"},
        {R"(record="record-from-answer-dual")", true, false, "2"},
        {R"(record="record-from-ringing")", true, true, "1"},
        {R"(record="record-from-ringing-dual")", true, true, "2"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.record);
        renew();
        answer_dials();
        run(fmt::format(R"(<Dial action="/done" recordingStatusCallback="/told" {}>+1</Dial>)",
                        row.record));
        ASSERT_EQ(channel->recordings.size(), row.records ? 1U : 0U);
        EXPECT_EQ(told("/done")["RecordingUrl"], row.records ? "http://r/1" : "-");
        if (!row.records) continue;
        EXPECT_TRUE(channel->recordings.front().runs_beside);
        EXPECT_EQ(channel->recordings.front().track, Track::both);
        EXPECT_EQ(channel->recordings.front().is_dual, row.channels == "2");
        EXPECT_EQ(told("/told")["RecordingChannels"], row.channels);
        const auto& commands = channel->commands;
        const auto recorded = std::ranges::find_if(
            commands, [](const std::string& command) { return command.starts_with("record"); });
        const auto dialled = std::ranges::find(commands, "dial 30000 +1/0/0");
        EXPECT_EQ(recorded < dialled, row.is_before_the_answer);
        EXPECT_LT(recorded, std::ranges::find(commands, "bridge 1"));
    }
}

TEST_F(DialVerb, a_recording_is_told_of_as_the_document_wants)
{
    answer_dials();
    channel->on("record", [this](JobId job) { channel->push(RecordingBegan{job}); });
    run(R"(<Dial action="/done" record="record-from-answer" trim="trim-silence"
        recordingStatusCallback="/told" recordingStatusCallbackMethod="GET"
        recordingStatusCallbackEvent="in-progress completed">+14155550100</Dial>)");
    EXPECT_TRUE(channel->recordings.front().trims_silence);
    EXPECT_THAT(each_told("/told", "RecordingStatus"), ElementsAre("in-progress", "completed"));
    EXPECT_EQ(told("/told")["RecordingUrl"], "http://r/1");
    EXPECT_EQ(told("/told")["RecordingSource"], "DialVerb");
    EXPECT_EQ(told("/told")["CallSid"], "c1");
    EXPECT_EQ(told("/done")["RecordingSid"], "r1");
}

TEST_F(DialVerb, one_side_alone_may_be_recorded)
{
    answer_dials();
    run(R"(<Dial record="true" recordingTrack="outbound" recordingStatusCallback="/told">+1</Dial>)");
    EXPECT_EQ(channel->recordings.front().track, Track::outbound);
    EXPECT_EQ(told("/told")["RecordingTrack"], "outbound");
}

TEST_F(DialVerb, a_switch_that_reports_no_end_of_ringing_is_not_waited_for_longer_than_that)
{
    keep_running("dial");
    run(R"(<Dial action="/done" timeout="20">+14155550100</Dial>)");
    EXPECT_EQ(told("/done")["DialCallStatus"], "no-answer");
}

TEST_F(DialVerb, one_after_the_other_each_number_has_the_whole_time)
{
    const Dial dial = dialled(R"(sequential="true" timeout="15")", two_numbers);
    ASSERT_EQ(dial.targets.size(), 2U);
    for (const Target& target : dial.targets) EXPECT_EQ(target.timeout, 15s);
    EXPECT_EQ(dial.timeout, 30s);
    EXPECT_EQ(dialled(R"(timeout="15")", two_numbers).timeout, 15s);
}

TEST_F(DialVerb, a_callee_who_declines_lets_the_next_one_ring)
{
    constexpr std::string_view screened = R"(<Dial sequential="true" timeout="15" action="/done">
        <Number url="/whisper">+14155550100</Number><Number url="/whisper">+14155550101</Number>
        <Number>+14155550102</Number></Dial>)";
    page("/whisper", R"(<Gather timeout="3" numDigits="1" action="/accept"/><Hangup/>)");
    answer_dials();
    run(screened);
    EXPECT_THAT(
        channel->commands,
        ElementsAre("answer",
                    "dial in order 45000 +14155550100/0/15000 +14155550101/0/15000 "
                    "+14155550102/0/15000",
                    "hang_up 1", "dial in order 30000 +14155550101/0/15000 +14155550102/0/15000",
                    "hang_up 4", "dial in order 15000 +14155550102/0/15000", "bridge 6",
                    "hang_up 6", "hang_up 0"));
    EXPECT_EQ(told("/done")["DialCallStatus"], "completed");

    renew();
    answer_dials();
    page("/accept", "");
    channel->on("dial", [this](JobId) {
        const LegId leg = channel->first_leg();
        channel->push(LegAnswered{leg, "b-leg"});
        if (leg == 4) clock->after(1s, [this] { channel->push(KeyPressed{4, '1'}); });
    });
    run(screened);
    EXPECT_THAT(channel->commands, Contains("bridge 4"));
    EXPECT_EQ(told("/done")["DialCallStatus"], "completed");
}

TEST_F(DialVerb, of_those_who_ring_at_once_nobody_is_called_after_one_who_declines)
{
    page("/whisper", "<Hangup/>");
    answer_dials();
    run(R"(<Dial action="/done"><Number url="/whisper">+14155550100</Number>
        <Number url="/whisper">+14155550101</Number></Dial>)");
    EXPECT_EQ(told("/done")["DialCallStatus"], "no-answer");
    EXPECT_EQ(channel->dials.size(), 1U);
}

}  // namespace
}  // namespace pivot::test
