#include "execute/verb_fixture.hpp"

namespace pivot::test {
namespace {

using namespace std::chrono_literals;

class RecordVerb : public VerbTest {
protected:
    // What comes of a recording, after a while.
    void end_recordings(RecordingEnd end, char key = 0, milliseconds length = 8'700ms)
    {
        channel->on("record", [this, end, key, length](JobId job) {
            channel->push(RecordingBegan{job});
            clock->after(length, [this, end, key, length, job] {
                channel->push(RecordingEnded{job, end, key, "http://r.example/1", "r1", length});
            });
        });
    }

    Recording recorded(std::string_view attributes)
    {
        renew();
        end_recordings(RecordingEnd::key, '#');
        run(fmt::format(R"(<Record action="/done" {}/>)", attributes));
        return channel->recordings.empty() ? Recording() : channel->recordings.front();
    }
};

TEST_F(RecordVerb, it_answers_beeps_records_and_asks)
{
    page("/done", "<Say>Thanks</Say>");
    end_recordings(RecordingEnd::key, '#');
    EXPECT_THAT(run(R"(<Say>Speak</Say><Record action="/done"/><Say>never</Say>)"),
                ElementsAre("answer", "say Speak", "play tone 500,100,440", HasSubstr("record"),
                            "say Thanks", "hang_up 0"));
    const Told done = told("/done");
    EXPECT_EQ(done["RecordingUrl"], "http://r.example/1");
    EXPECT_EQ(done["RecordingDuration"], "8");
    EXPECT_EQ(done["RecordingSid"], "r1");
    EXPECT_EQ(done["Digits"], "#");
    EXPECT_EQ(done["CallStatus"], "in-progress");
}

TEST_F(RecordVerb, a_first_record_answers_the_call)
{
    end_recordings(RecordingEnd::limit);
    EXPECT_EQ(run(R"(<Record playBeep="false"/>)").front(), "answer");
}

TEST_F(RecordVerb, it_records_as_the_attributes_say)
{
    const Recording plain = recorded("");
    EXPECT_EQ(plain.keys, "1234567890*#");
    EXPECT_EQ(plain.silence_max, 5s);
    EXPECT_EQ(plain.length_max, 3'600s);
    EXPECT_TRUE(plain.trims_silence);
    EXPECT_EQ(plain.url, "");
    EXPECT_FALSE(plain.runs_beside);

    const Recording given = recorded(
        R"(finishOnKey="*9" timeout="12" maxLength="30" trim="do-not-trim"
           recordingUrl="http://store.example/put")");
    EXPECT_EQ(given.keys, "*9");
    EXPECT_EQ(given.silence_max, 12s);
    EXPECT_EQ(given.length_max, 30s);
    EXPECT_FALSE(given.trims_silence);
    EXPECT_EQ(given.url, "http://store.example/put");

    EXPECT_EQ(recorded(R"(finishOnKey="")").keys, "");
    EXPECT_EQ(recorded(R"(timeout="0")").silence_max, unlimited);
    EXPECT_EQ(recorded(R"(recordingUrl="/put")").url, url("/put"));
    EXPECT_TRUE(recorded(R"(recordingUrl="/a" recordStoreMethod="post")").uploads_by_post);
    EXPECT_FALSE(recorded(R"(recordingUrl="/a" recordStoreMethod="PUT")").uploads_by_post);
}

TEST_F(RecordVerb, bad_values_warn_and_become_the_default_or_the_greatest)
{
    const Recording odd =
        recorded(R"(finishOnKey="pound" timeout="soon" maxLength="long" trim="yes" playBeep="1")");
    EXPECT_EQ(odd.keys, "1234567890*#");
    EXPECT_EQ(odd.silence_max, 5s);
    EXPECT_EQ(odd.length_max, 3'600s);
    EXPECT_TRUE(odd.trims_silence);
    EXPECT_THAT(channel->commands, Contains("play tone 500,100,440"));
    for (const std::string_view name :
         {"finishOnKey", "timeout", "maxLength", "trim", "playBeep"}) {
        EXPECT_TRUE(is_warned(fmt::format("{} of Record", name))) << name;
    }
    EXPECT_EQ(recorded(R"(maxLength="0")").length_max, 3'600s);
    EXPECT_TRUE(is_warned("maxLength of Record"));
    EXPECT_EQ(recorded(R"(maxLength="1000000")").length_max, 86'400s);
}

TEST_F(RecordVerb, it_does_not_beep_where_the_document_does_not_want_that)
{
    recorded(R"(playBeep="false")");
    EXPECT_THAT(channel->commands, Not(Contains(HasSubstr("tone"))));
}

TEST_F(RecordVerb, an_upload_says_how_and_where)
{
    const Recording put = recorded(R"(storageUrl="/store?a=1" storageUrlMethod="PUT")");
    EXPECT_EQ(put.url, url("/store?a=1"));
    EXPECT_FALSE(put.uploads_by_post);
    EXPECT_TRUE(recorded(R"(storageUrl="/store")").uploads_by_post);
}

TEST_F(RecordVerb, the_action_is_told_which_key_ended_it_and_of_none_where_none_did)
{
    struct Row {
        RecordingEnd end;
        char key;
        std::string_view digits;
    };
    constexpr Row rows[] = {
        {RecordingEnd::key, '*', "*"},   {RecordingEnd::key, '1', "1"},
        {RecordingEnd::silence, 0, "-"}, {RecordingEnd::limit, 0, "-"},
        {RecordingEnd::stopped, 0, "-"},
    };
    for (const Row& row : rows) {
        renew();
        end_recordings(row.end, row.key);
        run(R"(<Record action="/done"/>)");
        EXPECT_THAT(each_told("/done", "Digits"), ElementsAre(row.digits));
        EXPECT_EQ(told("/done")["RecordingUrl"], "http://r.example/1");
    }
}

TEST_F(RecordVerb, without_an_action_the_documents_own_url_is_asked)
{
    page("/voicemail", "<Record/>");
    int recordings = 0;
    channel->on("record", [&](JobId job) {
        if (++recordings == 2) return channel->hang_up_caller();
        channel->push(RecordingEnded{job, RecordingEnd::key, '#', "http://r/1", "r1", 3s});
    });
    run("<Redirect>/voicemail?box=7</Redirect>");
    EXPECT_THAT(asked(),
                ElementsAre("GET /first", "POST /voicemail", "POST /voicemail", "POST /voicemail"));
    EXPECT_THAT(each_told("/voicemail", "RecordingUrl"),
                ElementsAre("-", "http://r/1", "http://r/1"));
}

TEST_F(RecordVerb, its_action_may_be_asked_with_get)
{
    recorded(R"(method="GET")");
    EXPECT_THAT(asked(), ElementsAre("GET /first", "GET /done"));
    EXPECT_EQ(told("/done")["RecordingUrl"], "http://r.example/1");
}

TEST_F(RecordVerb, where_nothing_was_said_the_document_goes_on)
{
    end_recordings(RecordingEnd::silence, 0, 4s);
    EXPECT_THAT(run(R"(<Record action="/done" playBeep="false"/><Say>Are you there?</Say>)"),
                ElementsAre("answer", HasSubstr("record"), "say Are you there?", "hang_up 0"));
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
}

TEST_F(RecordVerb, a_switch_that_cannot_record_warns_and_the_document_goes_on)
{
    channel->on("record", [this](JobId job) {
        channel->push(RecordingEnded{job, RecordingEnd::failed, 0, "", "", 0ms});
    });
    EXPECT_THAT(run(R"(<Record action="/done"/><Say>Sorry</Say>)"), Contains("say Sorry"));
    EXPECT_TRUE(is_warned("Record: the switch could not record"));
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
}

TEST_F(RecordVerb, a_caller_who_hangs_up_is_asked_about_and_the_answer_is_not_performed)
{
    page("/done", "<Say>never</Say>");
    channel->on("record", [this](JobId job) {
        channel->push(
            RecordingEnded{job, RecordingEnd::hung_up, 0, "http://r.example/1", "r1", 2'900ms});
        channel->hang_up_caller();
    });
    run(R"(<Record action="/done" playBeep="false"/><Say>never</Say>)");
    const Told done = told("/done");
    EXPECT_EQ(done["Digits"], "hangup");
    EXPECT_EQ(done["RecordingUrl"], "http://r.example/1");
    EXPECT_EQ(done["RecordingDuration"], "2");
    EXPECT_EQ(done["CallStatus"], "completed");
    EXPECT_THAT(channel->commands, Not(Contains("say never")));
}

TEST_F(RecordVerb, a_caller_who_hangs_up_during_the_beep_is_asked_about_too)
{
    hang_up_during("play");
    run(R"(<Record action="/done"/><Say>never</Say>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /done"));
    EXPECT_EQ(told("/done")["Digits"], "hangup");
    EXPECT_EQ(told("/done")["RecordingDuration"], "0");
    EXPECT_EQ(told("/done")["CallStatus"], "completed");
    EXPECT_THAT(channel->recordings, IsEmpty());
}

TEST_F(RecordVerb, a_call_that_has_moved_asks_nothing)
{
    channel->on("record", [this](JobId job) {
        channel->push(RecordingEnded{job, RecordingEnd::stopped, 0, "http://r/1", "r1", 3s});
        channel->move_caller();
    });
    run(R"(<Record action="/done"/>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
}

TEST_F(RecordVerb, a_callee_who_hangs_up_in_the_record_of_a_whisper_is_asked_about)
{
    page("/whisper", R"(<Record action="/name" playBeep="false"/><Say>never</Say>)");
    answer_dials();
    channel->on("record", [this](JobId job) {
        channel->push(RecordingEnded{job, RecordingEnd::hung_up, 0, "http://r/1", "r1", 3s});
        channel->push(LegEnded{channel->first_leg(), {"NORMAL_CLEARING", 200}});
    });
    run(R"(<Dial action="/done"><Number url="/whisper">+14155550100</Number></Dial>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /whisper", "POST /name", "POST /done"));
    EXPECT_EQ(told("/name")["Digits"], "hangup");
    EXPECT_EQ(told("/name")["RecordingUrl"], "http://r/1");
    EXPECT_EQ(told("/name")["CallSid"], "b-leg");
    EXPECT_EQ(told("/name")["CallStatus"], "completed");
    EXPECT_EQ(told("/done")["DialCallStatus"], "no-answer");
    EXPECT_EQ(told("/done")["CallStatus"], "in-progress");
}

TEST_F(RecordVerb, a_recording_goes_with_one_request_only)
{
    page("/done", "<Redirect>/later</Redirect>");
    recorded("");
    EXPECT_EQ(told("/later")["RecordingUrl"], "-");
    EXPECT_EQ(told("/later")["Digits"], "-");
}

TEST_F(RecordVerb, status_callbacks_tell_what_they_are_asked_for_in_the_order_of_events)
{
    recorded(R"(recordingStatusCallback="/told"
                recordingStatusCallbackEvent="in-progress completed absent")");
    EXPECT_THAT(each_told("/told", "RecordingStatus"), ElementsAre("in-progress", "completed"));
    const Told completed = told("/told");
    EXPECT_EQ(completed["RecordingUrl"], "http://r.example/1");
    EXPECT_EQ(completed["RecordingSid"], "r1");
    EXPECT_EQ(completed["RecordingDuration"], "8");
    EXPECT_EQ(completed["RecordingSource"], "RecordVerb");
    EXPECT_EQ(completed["RecordingChannels"], "1");
    EXPECT_EQ(completed["CallSid"], "c1");
    EXPECT_EQ(completed["RecordingTrack"], "inbound");
    EXPECT_NE(completed["RecordingStartTime"], "-");
    EXPECT_EQ(completed["CallStatus"], "-");
}

TEST_F(RecordVerb, a_recording_that_the_switch_has_not_begun_is_not_told_as_begun)
{
    channel->on("record", [this](JobId job) { channel->fail(job); });
    run(R"(<Record recordingStatusCallback="/told"
        recordingStatusCallbackEvent="in-progress completed absent"/>)");
    EXPECT_THAT(each_told("/told", "RecordingStatus"), ElementsAre("absent"));
}

TEST_F(RecordVerb, status_callbacks_tell_of_the_end_alone_unless_more_is_wanted)
{
    recorded(R"(recordingStatusCallback="/told" recordingStatusCallbackMethod="GET")");
    EXPECT_THAT(each_told("/told", "RecordingStatus"), ElementsAre("completed"));
    EXPECT_THAT(asked(), Contains("GET /told"));
    end_recordings(RecordingEnd::silence, 0, 1s);
}

TEST_F(RecordVerb, an_empty_recording_is_told_as_absent)
{
    end_recordings(RecordingEnd::silence, 0, 1s);
    run(R"(<Record recordingStatusCallback="/told" recordingStatusCallbackEvent="absent"/>)");
    EXPECT_THAT(each_told("/told", "RecordingStatus"), ElementsAre("absent"));
}

TEST_F(RecordVerb, whoever_waits_for_words_is_told_that_there_are_none)
{
    recorded(R"(transcribe="true" transcribeCallback="/words")");
    EXPECT_THAT(each_told("/words", "TranscriptionStatus"), ElementsAre("failed"));
    EXPECT_EQ(told("/words")["RecordingUrl"], "http://r.example/1");
    recorded(R"(transcribeCallback="/words")");
    EXPECT_THAT(each_told("/words", "TranscriptionStatus"), IsEmpty());
}

TEST_F(RecordVerb, of_two_recordings_of_a_flow_the_one_that_ends_is_told)
{
    std::vector<JobId> recordings;
    channel->on("record", [&](JobId job) { recordings.push_back(job); });
    clock->after(500ms, [&] {
        channel->push(
            RecordingEnded{recordings[0], RecordingEnd::limit, 0, "http://r/1", "r1", 500ms});
    });
    page("/first", 200, "application/json",
         fmt::format(R"({{"module":"record_call","data":{{"action":"start"}},
        "children":{{"_":{{"module":"record_call","data":{{"action":"start"}},
        "children":{{"_":{{"module":"sleep","data":{{"duration":2}},
        "children":{{"_":{{"module":"pivot","data":{{"voice_url":"{}"}},
        "children":{{}}}}}}}}}}}}}}}})",
                     url("/next")));
    run();
    EXPECT_EQ(told("/next")["Recording-Url"], "http://r/1");
}

}  // namespace
}  // namespace pivot::test
