#include "execute/verb_fixture.hpp"

namespace pivot::test {
namespace {

using namespace std::chrono_literals;

class GatherVerb : public VerbTest {
protected:
    // Each key a while after the one before, when the prompt has been heard.
    void press_one_by_one(std::string_view keys, milliseconds apart)
    {
        milliseconds at = apart;
        for (const char key : keys) {
            clock->after(at, [this, key] { channel->push(KeyPressed{caller, key}); });
            at += apart;
        }
    }

    // What a caller who presses these keys at once has gathered; `none`: the next verb came.
    std::string gathered(std::string_view attributes, std::string_view keys)
    {
        renew();
        channel->on("say", [this, keys](JobId job) {
            channel->finish(job);
            channel->press(keys);
        });
        run(fmt::format(R"(<Gather action="/done" {}><Say>Press</Say></Gather>)", attributes));
        const auto all = each_told("/done", "Digits");
        return all.empty() ? "none" : all.back();
    }
};

TEST_F(GatherVerb, has_it_in_its_record_if_keys_may_be_lost)
{
    page("/keys", "<Hangup/>");
    clock->after(3s, [this] { channel->push(EventsMissed{"the connection was lost"}); });
    run(R"(<Gather timeout="5" actionOnEmptyResult="true" action="/keys"/>)");
    ASSERT_THAT(records, testing::SizeIs(2));
    EXPECT_THAT(records.front(), testing::Not(HasSubstr("the connection was lost")));
    EXPECT_THAT(records.back(), HasSubstr(R"("warnings":["the connection was lost"])"));
}

TEST_F(GatherVerb, what_was_pressed_before_the_finish_key_goes_to_the_action)
{
    page("/done", "<Say>Thanks</Say>");
    press_one_by_one("12#", 1s);
    EXPECT_THAT(run(R"(<Gather action="/done"><Say>Press</Say></Gather><Say>never</Say>)"),
                ElementsAre("answer", "say Press", "say Thanks", "hang_up 0"));
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /done"));
    EXPECT_EQ(told("/done")["Digits"], "12");
    EXPECT_EQ(told("/done")["CallStatus"], "in-progress");
}

TEST_F(GatherVerb, finish_key_and_number_of_digits_decide_when_it_is_enough)
{
    struct Row {
        std::string_view attributes;
        std::string_view keys;
        std::string_view digits;
    };
    constexpr Row rows[] = {
        {"", "12#", "12"},
        {"", "*5#", "*5"},
        {"", "#", "none"},
        {"", "", "none"},
        {R"(finishOnKey="*")", "1#2*", "1#2"},
        {R"(finishOnKey="9")", "129", "12"},
        {R"(finishOnKey="")", "1#*", "1#*"},
        {R"(finishOnKey="##")", "12#", "12"},  // no key: the default
        {R"(numDigits="1")", "7", "7"},
        {R"(numDigits="3")", "1234", "123"},
        {R"(numDigits="3")", "1#", "1"},
        {R"(numDigits="2" finishOnKey="")", "##", "##"},
        {R"(numDigits="0")", "45", "45"},     // as if it were not there
        {R"(numDigits="few")", "45#", "45"},  // no limit
    };
    for (const Row& row : rows) {
        EXPECT_EQ(gathered(row.attributes, row.keys), row.digits) << row.attributes << row.keys;
    }
}

TEST_F(GatherVerb, bad_values_warn)
{
    for (const std::string_view name : {"timeout", "numDigits", "finishOnKey", "input", "method",
                                        "actionOnEmptyResult", "speechTimeout"}) {
        gathered(fmt::format(R"({}="odd")", name), "1#");
        EXPECT_TRUE(is_warned(fmt::format("{} of Gather", name))) << name;
    }
}

TEST_F(GatherVerb, what_was_pressed_by_the_time_out_goes_to_the_action)
{
    press_one_by_one("42", 1s);
    run(R"(<Gather action="/done"/>)");
    EXPECT_EQ(told("/done")["Digits"], "42");
}

TEST_F(GatherVerb, the_time_counts_from_the_end_of_the_prompts_and_again_from_every_key)
{
    press_one_by_one("1234", 40s);  // 160 s in all
    run(R"(<Gather action="/done" timeout="100"><Pause length="30"/></Gather>)");
    EXPECT_EQ(told("/done")["Digits"], "1234");
}

TEST_F(GatherVerb, time_outs_have_a_default_and_a_most)
{
    struct Row {
        std::string_view timeout;
        std::chrono::seconds least;
        std::chrono::seconds below;
    };
    constexpr Row rows[] = {
        {"", 5s, 65s},
        {R"(timeout="auto")", 5s, 65s},
        {R"(timeout="soon")", 5s, 65s},
        {R"(timeout="0")", 0s, 60s},
        {R"(timeout="400")", 400s, 460s},
        {R"(timeout="99999")", 3'600s, 3'660s},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.timeout);
        renew();
        const Nanoseconds began = clock->now();
        EXPECT_THAT(run(fmt::format("<Gather {}/><Say>next</Say>", row.timeout)),
                    ElementsAre("answer", "say next", "hang_up 0"));
        EXPECT_GE(elapsed_since(began), row.least);
        EXPECT_LT(elapsed_since(began), row.below);
    }
}

TEST_F(GatherVerb, without_input_the_document_goes_on)
{
    EXPECT_THAT(run(R"(<Gather action="/done"><Say>Press</Say></Gather><Say>Nothing?</Say>)"),
                ElementsAre("answer", "say Press", "say Nothing?", "hang_up 0"));
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
}

TEST_F(GatherVerb, an_empty_result_is_asked_about_where_the_document_wants_that)
{
    run(R"(<Gather action="/done" actionOnEmptyResult="true"/><Say>never</Say>)");
    EXPECT_EQ(told("/done")["Digits"], "");
    EXPECT_THAT(channel->commands, Not(Contains("say never")));
}

TEST_F(GatherVerb, without_an_action_the_documents_own_url_is_asked)
{
    page("/menu", R"(<Gather numDigits="1"><Say>Press</Say></Gather>)");
    int rounds = 0;
    channel->on("say", [&](JobId job) {
        channel->finish(job);
        if (++rounds == 1) channel->press("1");
    });
    run("<Redirect>/menu?lang=de</Redirect>");
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /menu", "POST /menu"));
    EXPECT_THAT(each_told("/menu", "Digits"), ElementsAre("-", "1"));
}

TEST_F(GatherVerb, the_method_is_post_unless_it_says_get)
{
    struct Row {
        std::string_view method;
        std::string_view asked;
    };
    constexpr Row rows[] = {
        {"", "POST /done"},
        {R"(method="GET")", "GET /done"},
        {R"(method="get")", "GET /done"},
        {R"(method="POST")", "POST /done"},
        {R"(method="DELETE")", "POST /done"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(gathered(row.method, "1#"), "1");
        EXPECT_THAT(asked(), Contains(row.asked)) << row.method;
    }
}

TEST_F(GatherVerb, digits_of_any_kind_arrive_as_they_were_pressed)
{
    EXPECT_EQ(gathered(R"(finishOnKey="")", "0*#9AD"), "0*#9AD");
    EXPECT_EQ(gathered(R"(finishOnKey="" method="GET")", "0*#9AD"), "0*#9AD");
}

TEST_F(GatherVerb, the_first_key_ends_all_prompts)
{
    press_during("say", "3");
    run(R"(<Gather action="/done" numDigits="1"><Say loop="9">Press</Say><Play>more</Play>
        <Pause length="60"/></Gather>)");
    EXPECT_THAT(channel->commands, ElementsAre("answer", "say Press", "stop", "hang_up 0"));
    EXPECT_EQ(told("/done")["Digits"], "3");
}

TEST_F(GatherVerb, prompts_are_heard_in_their_order)
{
    EXPECT_THAT(run("<Gather><Say>a</Say><Play>b</Play><Pause/><Say>c</Say></Gather>"),
                ElementsAre("answer", "say a", "play name b", "say c", "hang_up 0"));
}

TEST_F(GatherVerb, other_verbs_in_it_warn_and_are_skipped)
{
    EXPECT_THAT(run("<Gather><Dial>+14155550100</Dial><Say>a</Say></Gather>"),
                ElementsAre("answer", "say a", "hang_up 0"));
    EXPECT_TRUE(is_warned("Dial cannot be in Gather"));
}

TEST_F(GatherVerb, keys_pressed_while_an_earlier_verb_speaks_count_where_there_is_no_prompt)
{
    channel->on("say", [this](JobId job) {
        channel->press("77#");
        channel->finish(job);
    });
    run(R"(<Say>Enter</Say><Gather action="/done"/>)");
    EXPECT_EQ(told("/done")["Digits"], "77");
}

TEST_F(GatherVerb, keys_pressed_before_its_prompts_do_not_end_them)
{
    int said = 0;
    channel->on("say", [&](JobId job) {
        if (++said == 1) channel->press("9");
        channel->finish(job);
    });
    EXPECT_THAT(run(R"(<Say>a</Say><Gather action="/done"><Say>b</Say></Gather>)"),
                ElementsAre("answer", "say a", "say b", "hang_up 0"));
}

TEST_F(GatherVerb, without_barge_in_prompts_are_heard_to_their_end)
{
    channel->on("say", [this](JobId job) {
        channel->press("1");
        channel->finish(job);
    });
    EXPECT_THAT(run(R"(<Gather bargeIn="false" numDigits="1" action="/done"><Say>a</Say>
                    <Play>b</Play></Gather>)"),
                ElementsAre("answer", "say a", "play name b", "hang_up 0"));
    EXPECT_EQ(told("/done")["Digits"], "1");
}

TEST_F(GatherVerb, digits_go_with_one_request_only)
{
    page("/done", "<Redirect>/later</Redirect>");
    press_one_by_one("1", 1s);
    run(R"(<Gather numDigits="1" action="/done"/>)");
    EXPECT_EQ(told("/done")["Digits"], "1");
    EXPECT_EQ(told("/later")["Digits"], "-");
}

TEST_F(GatherVerb, nothing_is_asked_when_the_caller_hangs_up)
{
    hang_up_during("say");
    run(R"(<Gather action="/done" actionOnEmptyResult="true"><Say>a</Say></Gather>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
    renew();
    clock->after(1s, [this] {
        channel->press("1");
        channel->hang_up_caller();
    });
    run(R"(<Gather action="/done" actionOnEmptyResult="true"/>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
}

TEST_F(GatherVerb, an_action_that_is_not_a_url_warns_and_the_documents_own_is_asked)
{
    press_one_by_one("1", 1s);
    run(R"(<Gather numDigits="1" action="http://[/"/>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /first"));
    EXPECT_TRUE(is_warned("action is not a URL"));
}

TEST_F(GatherVerb, words_go_to_the_action_with_their_confidence)
{
    channel->on("listen", [this](JobId job) {
        clock->after(2s, [this, job] { channel->push(SpeechHeard{job, "blue cheese", "0.93"}); });
    });
    run(R"(<Gather input="speech" action="/done"><Say>What?</Say></Gather>)");
    EXPECT_EQ(told("/done")["SpeechResult"], "blue cheese");
    EXPECT_EQ(told("/done")["Confidence"], "0.93");
    EXPECT_EQ(told("/done")["Digits"], "-");
}

TEST_F(GatherVerb, a_confidence_that_nobody_knows_is_left_out)
{
    channel->on("listen", [this](JobId job) { channel->push(SpeechHeard{job, "yes", ""}); });
    run(R"(<Gather input="speech" action="/done"/>)");
    EXPECT_EQ(told("/done")["SpeechResult"], "yes");
    EXPECT_EQ(told("/done")["Confidence"], "-");
}

TEST_F(GatherVerb, speech_ends_the_prompts)
{
    keep_running("say");
    channel->on("listen", [this](JobId job) {
        clock->after(2s, [this, job] { channel->push(SpeechHeard{job, "stop it", ""}); });
    });
    EXPECT_THAT(run(R"(<Gather input="speech" action="/done"><Say>What?</Say></Gather>)"),
                ElementsAre("answer", "listen", "say What?", "stop", "hang_up 0"));
}

TEST_F(GatherVerb, with_keys_and_speech_the_first_of_them_counts)
{
    channel->on("listen", [](JobId) {});
    press_one_by_one("5#", 1s);
    run(R"(<Gather input="dtmf speech" action="/done"/>)");
    EXPECT_EQ(told("/done")["Digits"], "5");
    EXPECT_EQ(told("/done")["SpeechResult"], "-");
    renew();
    channel->on("listen", [this](JobId job) {
        clock->after(1s, [this, job] { channel->push(SpeechHeard{job, "five", ""}); });
    });
    press_one_by_one("5", 2s);
    run(R"(<Gather input="dtmf speech" action="/done"/>)");
    EXPECT_EQ(told("/done")["SpeechResult"], "five");
    EXPECT_EQ(told("/done")["Digits"], "-");
}

TEST_F(GatherVerb, speech_is_listened_for_as_the_attributes_say)
{
    run(R"(<Gather input="speech"/>)");
    ASSERT_EQ(channel->speakings.size(), 1U);
    const Speaking plain = channel->speakings.front();
    EXPECT_EQ(plain.language, "en-US");
    EXPECT_EQ(plain.end_timeout, 5s);
    EXPECT_EQ(plain.length_max, 60s);
    EXPECT_TRUE(plain.filters_profanity);
    EXPECT_FALSE(plain.wants_partial);
    renew();
    run(R"(<Gather input="speech" language="fr-FR" hints="oui, non" speechModel="phone_call"
        speechTimeout="2" maxSpeechTime="9" profanityFilter="false"
        partialResultCallback="/partial"/>)");
    ASSERT_EQ(channel->speakings.size(), 1U);
    const Speaking given = channel->speakings.front();
    EXPECT_EQ(given.language, "fr-FR");
    EXPECT_EQ(given.hints, "oui, non");
    EXPECT_EQ(given.model, "phone_call");
    EXPECT_EQ(given.end_timeout, 2s);
    EXPECT_EQ(given.length_max, 9s);
    EXPECT_FALSE(given.filters_profanity);
    EXPECT_TRUE(given.wants_partial);
    renew();
    run(R"(<Gather input="speech" timeout="7"/><Gather input="speech" speechTimeout="auto"/>)");
    ASSERT_EQ(channel->speakings.size(), 2U);
    EXPECT_EQ(channel->speakings[0].end_timeout, 7s);
    EXPECT_EQ(channel->speakings[1].end_timeout, unlimited);
}

TEST_F(GatherVerb, partial_results_are_told_as_they_come)
{
    channel->on("listen", [this](JobId job) {
        channel->push(SpeechHeard{job, "blue", "", HearingEnd::partial});
        channel->push(SpeechHeard{job, "blue cheese", "", HearingEnd::partial});
        channel->push(SpeechHeard{job, "blue cheese", "0.9"});
    });
    run(R"(<Gather input="speech" action="/done" partialResultCallback="/partial"
        partialResultCallbackMethod="GET"/>)");
    EXPECT_THAT(asked(), Contains("GET /partial").Times(2));
    EXPECT_THAT(each_told("/partial", "UnstableSpeechResult"), ElementsAre("blue", "blue cheese"));
    EXPECT_THAT(each_told("/partial", "SequenceNumber"), ElementsAre("0", "1"));
    EXPECT_EQ(told("/done")["SpeechResult"], "blue cheese");
}

TEST_F(GatherVerb, where_nobody_can_listen_keys_are_gathered_and_the_host_is_warned)
{
    channel->lacks.insert("listen");
    press_one_by_one("1#", 1s);
    run(R"(<Gather input="dtmf speech" action="/done"/>)");
    EXPECT_EQ(told("/done")["Digits"], "1");
    EXPECT_TRUE(is_warned("no speech input"));
    renew();
    channel->lacks.insert("listen");
    EXPECT_THAT(run(R"(<Gather input="speech" action="/done"/><Say>next</Say>)"),
                ElementsAre("answer", "say next", "hang_up 0"));
}

TEST_F(GatherVerb, the_time_out_is_for_speech_to_begin_and_not_to_end)
{
    channel->on("listen", [this](JobId job) {
        clock->after(4s, [this, job] { channel->push(SpeechBegan{job}); });
        clock->after(7s, [this, job] { channel->push(SpeechHeard{job, "a long sentence", ""}); });
    });
    run(R"(<Gather input="speech" timeout="5" action="/done"/>)");
    EXPECT_EQ(told("/done")["SpeechResult"], "a long sentence");
    renew();
    channel->on("listen", [this](JobId job) {
        clock->after(6s, [this, job] { channel->push(SpeechBegan{job}); });
        clock->after(7s, [this, job] { channel->push(SpeechHeard{job, "too late", ""}); });
    });
    EXPECT_THAT(run(R"(<Gather input="speech" timeout="5" action="/done"/><Say>Nothing</Say>)"),
                ElementsAre("answer", "listen", "stop", "say Nothing", "hang_up 0"));
    renew();
    channel->on("listen", [this](JobId job) {  // a switch that tells what is heard so far
        clock->after(
            4s, [this, job] { channel->push(SpeechHeard{job, "a", "", HearingEnd::partial}); });
        clock->after(7s, [this, job] { channel->push(SpeechHeard{job, "a long one", ""}); });
    });
    run(R"(<Gather input="speech" timeout="5" action="/done"/>)");
    EXPECT_EQ(told("/done")["SpeechResult"], "a long one");
}

TEST_F(GatherVerb, speech_that_has_begun_is_awaited_as_long_as_it_may_last)
{
    channel->on("listen", [this](JobId job) { channel->push(SpeechBegan{job}); });
    const Nanoseconds began = clock->now();
    run(R"(<Gather input="speech" maxSpeechTime="30" action="/done"/>)");
    EXPECT_GE(elapsed_since(began), 30s);
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
}

TEST_F(GatherVerb, the_end_of_listening_does_not_end_the_typing)
{
    channel->on("listen", [this](JobId job) {
        clock->after(1s, [this] { channel->press("1"); });
        clock->after(3s, [this, job] { channel->push(SpeechHeard{job, "", ""}); });
        clock->after(5s, [this] { channel->press("234"); });
    });
    run(R"(<Gather input="dtmf speech" numDigits="4" action="/done"/>)");
    EXPECT_EQ(told("/done")["Digits"], "1234");
    renew();
    channel->on("listen", [this](JobId job) {
        clock->after(3s, [this, job] { channel->push(SpeechHeard{job, "", ""}); });
        clock->after(4s, [this] { channel->press("1234"); });
    });
    run(R"(<Gather input="dtmf speech" numDigits="4" action="/done"/>)");
    EXPECT_EQ(told("/done")["Digits"], "1234");
}

TEST_F(GatherVerb, words_do_not_throw_away_the_keys_before_them)
{
    channel->on("listen", [this](JobId job) {
        clock->after(1s, [this] { channel->press("12"); });
        clock->after(2s, [this, job] { channel->push(SpeechBegan{job}); });
        clock->after(2s, [this, job] { channel->push(SpeechHeard{job, "hmm", ""}); });
        clock->after(3s, [this] { channel->press("34"); });
    });
    channel->on("stop", [](JobId) {});  // the recogniser is still at it
    run(R"(<Gather input="dtmf speech" numDigits="4" action="/done"/>)");
    EXPECT_EQ(told("/done")["Digits"], "1234");
    EXPECT_EQ(told("/done")["SpeechResult"], "-");
}

TEST_F(GatherVerb, keys_beside_words_that_nobody_understood_count)
{
    channel->on("listen", [this](JobId job) {
        clock->after(1s, [this, job] { channel->push(SpeechBegan{job}); });
        clock->after(2s, [this] { channel->press("12"); });
        clock->after(3s, [this, job] { channel->push(SpeechHeard{job, "", ""}); });
        clock->after(4s, [this] { channel->press("34"); });
    });
    run(R"(<Gather input="dtmf speech" numDigits="4" action="/done"/>)");
    EXPECT_EQ(told("/done")["Digits"], "1234");
}

TEST_F(GatherVerb, a_recogniser_that_gives_up_during_the_prompts_is_asked_again)
{
    channel->on("say",
                [this](JobId job) { clock->after(9s, [this, job] { channel->finish(job); }); });
    unsigned count = 0;
    channel->on("listen", [this, &count](JobId job) {
        const std::string words = ++count == 1 ? "" : "yes";
        clock->after(3s, [this, job, words] { channel->push(SpeechHeard{job, words, ""}); });
    });
    EXPECT_THAT(run(R"(<Gather input="speech" action="/done"><Say>Long</Say></Gather>)"),
                ElementsAre("answer", "listen", "say Long", "listen", "hang_up 0"));
    EXPECT_EQ(told("/done")["SpeechResult"], "yes");
    EXPECT_EQ(channel->speakings.front().begin_timeout, unlimited);
    EXPECT_EQ(channel->speakings.back().begin_timeout, 5s);
}

TEST_F(GatherVerb, speech_that_begins_ends_the_prompts_unless_they_are_to_be_heard)
{
    for (const bool barges_in : {true, false}) {
        renew();
        keep_running("say");
        channel->on("listen", [this](JobId job) {
            clock->after(1s, [this, job] { channel->push(SpeechBegan{job}); });
            clock->after(5s, [this, job] { channel->push(SpeechHeard{job, "yes", ""}); });
        });
        channel->on(
            "say", [this](JobId job) { clock->after(20s, [this, job] { channel->finish(job); }); });
        const Nanoseconds began = clock->now();
        run(fmt::format(R"(<Gather input="speech" bargeIn="{}" action="/done"><Say>Long</Say>
            </Gather>)",
                        barges_in));
        EXPECT_GE(elapsed_since(began), barges_in ? 5s : 20s);
        if (barges_in) {
            EXPECT_THAT(channel->commands, Contains("stop"));
        }
        EXPECT_EQ(told("/done")["SpeechResult"], "yes");
    }
}

}  // namespace
}  // namespace pivot::test
