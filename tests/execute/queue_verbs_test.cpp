// Enqueue and Leave, and Dial of a queue.
#include "execute/verb_fixture.hpp"

namespace pivot::test {
namespace {

using namespace std::chrono_literals;

class QueueVerbs : public VerbTest {
protected:
    void end_queue(const std::string& command, QueueEnd end)
    {
        channel->on(command, [this, end](JobId job) {
            clock->after(20s, [this, end, job] {
                if (end == QueueEnd::bridged) channel->push(QueueBridged{job});
                channel->push(QueueEnded{job, end, "other-leg", 20s, 65s});
            });
        });
    }
    // Waits until it is stopped, which is how one leaves.
    void wait_in_queue()
    {
        channel->on("enqueue", [](JobId) {});
        channel->on("stop", [this](JobId job) {
            if (channel->queues.empty()) return channel->push(JobEnded{job, JobEnd::stopped, ""});
            channel->push(QueueEnded{job, QueueEnd::left, "", 7s, 0s});
        });
    }

    JobId queue_ = 0;
};

TEST_F(QueueVerbs, a_caller_waits_with_the_switchs_music_and_the_action_is_told_what_came_of_it)
{
    page("/done", "<Say>Bye</Say>");
    end_queue("enqueue", QueueEnd::bridged);
    EXPECT_THAT(run(R"(<Enqueue action="/done"> support </Enqueue><Say>never</Say>)"),
                ElementsAre("answer", "enqueue support", "say Bye", "hang_up 0"));
    EXPECT_FALSE(channel->queues.front().hold_music.empty());
    EXPECT_EQ(told("/done")["QueueResult"], "bridged");
    EXPECT_EQ(told("/done")["QueueTime"], "20");
    EXPECT_NE(told("/done")["QueueSid"], "-");
}

TEST_F(QueueVerbs, the_result_says_how_the_caller_left)
{
    struct Row {
        QueueEnd end;
        std::string_view result;
    };
    constexpr Row rows[] = {
        {QueueEnd::bridged, "bridged"}, {QueueEnd::left, "leave"},   {QueueEnd::hung_up, "hangup"},
        {QueueEnd::full, "queue-full"}, {QueueEnd::failed, "error"},
    };
    for (const Row& row : rows) {
        renew();
        end_queue("enqueue", row.end);
        run(R"(<Enqueue action="/done" method="GET">support</Enqueue>)");
        EXPECT_THAT(asked(), Contains("GET /done"));
        EXPECT_EQ(told("/done")["QueueResult"], row.result);
    }
}

TEST_F(QueueVerbs, without_an_action_the_document_goes_on)
{
    end_queue("enqueue", QueueEnd::full);
    EXPECT_THAT(run("<Enqueue>support</Enqueue><Say>next</Say>"), Contains("say next"));
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
}

TEST_F(QueueVerbs, a_switch_without_queues_warns_and_the_result_is_an_error)
{
    channel->lacks.merge(std::set<std::string>{"enqueue", "dequeue"});
    run(R"(<Enqueue action="/done">support</Enqueue>)");
    EXPECT_EQ(told("/done")["QueueResult"], "error");
    EXPECT_TRUE(is_warned("this switch has no queues"));
}

TEST_F(QueueVerbs, the_url_of_a_queue_that_the_switch_keeps_is_not_performed)
{
    end_queue("dequeue", QueueEnd::bridged);
    run(R"(<Dial action="/done"><Queue url="/hello">support</Queue></Dial>)");
    EXPECT_TRUE(is_warned("Queue: its url is not performed: the switch keeps its own queues"));
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /done"));
    EXPECT_EQ(told("/done")["DequeueResult"], "bridged");
}

TEST_F(QueueVerbs, a_queue_has_the_size_that_the_document_gives)
{
    run("<Enqueue>a</Enqueue>");
    EXPECT_EQ(channel->queues.front().size_max, 0U);
    renew();
    run(R"(<Enqueue maxQueueSize="3">a</Enqueue>)");
    EXPECT_EQ(channel->queues.front().size_max, 3U);
    renew();
    run(R"(<Enqueue maxQueueSize="many">a</Enqueue>)");
    EXPECT_EQ(channel->queues.front().size_max, 0U);
    EXPECT_TRUE(is_warned("maxQueueSize of Enqueue"));
}

TEST_F(QueueVerbs, an_empty_wait_url_is_silence)
{
    end_queue("enqueue", QueueEnd::bridged);
    EXPECT_THAT(run(R"(<Enqueue waitUrl="">support</Enqueue>)"),
                ElementsAre("answer", "enqueue support", "hang_up 0"));
    EXPECT_TRUE(channel->queues.front().hold_music.empty());
}

TEST_F(QueueVerbs, a_wait_document_is_asked_for_again_until_somebody_takes_the_caller)
{
    page("/wait", "<Say>Please wait</Say><Pause length=\"4\"/>");
    end_queue("enqueue", QueueEnd::bridged);
    run(R"(<Enqueue waitUrl="/wait" action="/done">support</Enqueue>)");
    EXPECT_GE(std::ranges::count(channel->commands, "say Please wait"), 3);
    EXPECT_LE(std::ranges::count(channel->commands, "say Please wait"), 5);
    EXPECT_NE(told("/wait")["QueueSid"], "-");
    EXPECT_NE(told("/wait")["QueueTime"], "-");
    EXPECT_EQ(asked().back(), "POST /done");
}

TEST_F(QueueVerbs, a_wait_document_is_told_where_the_caller_stands)
{
    page("/wait", "<Pause length=\"30\"/>");
    channel->on("enqueue", [this](JobId job) {
        channel->push(QueueStanding{job, 3, 5, 40s});
        clock->after(20s, [this, job] { channel->push(QueueStanding{job, 1, 4, 45s}); });
        clock->after(50s, [this, job] {
            channel->push(QueueEnded{job, QueueEnd::bridged, "other", 50s, 60s});
        });
    });
    run(R"(<Enqueue waitUrl="/wait" maxQueueSize="7">support</Enqueue>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /wait", "POST /wait"));
    const Told first = all_told("/wait").front();
    EXPECT_EQ(first["QueuePosition"], "3");
    EXPECT_EQ(first["CurrentQueueSize"], "5");
    EXPECT_EQ(first["AvgQueueTime"], "40");
    EXPECT_EQ(first["MaxQueueSize"], "7");
    EXPECT_EQ(first["QueueTime"], "0");
    const Told later = all_told("/wait").back();
    EXPECT_EQ(later["QueuePosition"], "1");
    EXPECT_EQ(later["QueueTime"], "30");
}

TEST_F(QueueVerbs, a_wait_document_that_cannot_be_had_makes_way_for_music)
{
    page("/wait", 500, "text/plain", "no");
    keep_running("play");
    channel->on("enqueue", [this](JobId job) {
        clock->after(50s, [this, job] {
            channel->push(QueueEnded{job, QueueEnd::bridged, "other", 50s, 60s});
        });
    });
    EXPECT_THAT(run(R"(<Enqueue waitUrl="/wait">support</Enqueue><Say>Bye</Say>)"),
                ElementsAre("answer", "enqueue support", "play hold_music", "stop", "say Bye",
                            "hang_up 0"));
    EXPECT_TRUE(is_warned("500"));
}

TEST_F(QueueVerbs, a_document_for_who_waits_is_not_performed_and_warns)
{
    end_queue("dequeue", QueueEnd::bridged);
    run(R"(<Dial><Queue url="/about">support</Queue></Dial>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first"));
    EXPECT_TRUE(is_warned("url is not performed"));
}

TEST_F(QueueVerbs, somebody_who_takes_the_caller_ends_the_wait_document)
{
    page("/wait", "<Play>music</Play><Say>never</Say>");
    keep_running("play");
    channel->on("enqueue", [this](JobId job) {
        clock->after(20s, [this, job] { channel->push(QueueBridged{job}); });
        clock->after(80s, [this, job] {
            channel->push(QueueEnded{job, QueueEnd::bridged, "other", 20s, 60s});
        });
    });
    EXPECT_THAT(run(R"(<Enqueue waitUrl="/wait" waitUrlMethod="GET">support</Enqueue>)"),
                ElementsAre("answer", "enqueue support", "play name music", "stop", "hang_up 0"));
    EXPECT_THAT(asked(), ElementsAre("GET /first", "GET /wait"));
}

TEST_F(QueueVerbs, a_leave_takes_the_caller_out_and_the_action_is_asked_at_once)
{
    page("/wait", R"(<Say>Wait</Say><Leave/><Say>never</Say>)");
    wait_in_queue();
    EXPECT_THAT(run(R"(<Enqueue waitUrl="/wait" action="/done">support</Enqueue>)"),
                ElementsAre("answer", "enqueue support", "say Wait", "stop", "hang_up 0"));
    EXPECT_EQ(told("/done")["QueueResult"], "leave");
    EXPECT_EQ(told("/done")["QueueTime"], "7");
}

TEST_F(QueueVerbs, after_a_leave_without_an_action_the_document_after_the_enqueue_goes_on)
{
    page("/wait", "<Leave/>");
    wait_in_queue();
    EXPECT_THAT(run(R"(<Enqueue waitUrl="/wait">support</Enqueue><Say>Voicemail</Say>)"),
                ElementsAre("answer", "enqueue support", "stop", "say Voicemail", "hang_up 0"));
}

TEST_F(QueueVerbs, a_caller_leaves_by_key)
{
    page("/wait", R"(<Gather numDigits="1" action="/key"><Say>Press one</Say></Gather>)");
    page("/key", "<Leave/>");
    wait_in_queue();
    channel->on("say", [this](JobId job) {
        channel->finish(job);
        channel->press("1");
    });
    run(R"(<Enqueue waitUrl="/wait" action="/done">support</Enqueue>)");
    EXPECT_EQ(told("/key")["Digits"], "1");
    EXPECT_EQ(told("/done")["QueueResult"], "leave");
}

TEST_F(QueueVerbs, a_hangup_in_the_wait_document_ends_the_call)
{
    page("/wait", "<Say>Closed</Say><Hangup/>");
    wait_in_queue();
    run(R"(<Enqueue waitUrl="/wait" action="/done">support</Enqueue><Say>never</Say>)");
    EXPECT_THAT(channel->commands, Contains("hang_up 0"));
    EXPECT_THAT(channel->commands, Not(Contains("say never")));
    EXPECT_THAT(asked(), Not(Contains("POST /done")));
}

TEST_F(QueueVerbs, a_wait_document_may_lead_to_another)
{
    page("/wait", "<Redirect>other?n=1</Redirect>");
    page("/other", "<Leave/>");
    wait_in_queue();
    run(R"(<Enqueue waitUrl="/wait" action="done">support</Enqueue>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /wait", "POST /other", "POST /done"));
}

TEST_F(QueueVerbs, a_wait_document_that_cannot_be_had_leaves_the_caller_in_the_queue)
{
    page("/wait", 500, "text/plain", "no");
    end_queue("enqueue", QueueEnd::bridged);
    run(R"(<Enqueue waitUrl="/wait" action="/done">support</Enqueue>)");
    EXPECT_EQ(told("/done")["QueueResult"], "bridged");
    EXPECT_FALSE(warnings.empty());
}

// twiml.md, section 3.6.
TEST_F(QueueVerbs, the_action_is_told_when_the_caller_hangs_up_in_the_queue)
{
    channel->on("enqueue", [this](JobId job) {
        channel->push(QueueEnded{job, QueueEnd::hung_up, "", 3s, 0s});
        channel->hang_up_caller();
    });
    run(R"(<Enqueue action="/done">support</Enqueue><Say>never</Say>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /done"));
    EXPECT_EQ(told("/done")["QueueResult"], "hangup");
    EXPECT_EQ(told("/done")["QueueTime"], "3");
    EXPECT_EQ(told("/done")["CallStatus"], "completed");
}

TEST_F(QueueVerbs, the_action_is_told_when_the_caller_hangs_up_on_whoever_took_them)
{
    channel->on("enqueue", [this](JobId job) {
        channel->push(QueueBridged{job});
        clock->after(9s, [this, job] {
            channel->push(QueueEnded{job, QueueEnd::bridged, "other", 3s, 9s});
            channel->hang_up_caller();
        });
    });
    run(R"(<Enqueue action="/done">support</Enqueue>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /done"));
    EXPECT_EQ(told("/done")["QueueResult"], "bridged");
    EXPECT_EQ(told("/done")["CallStatus"], "completed");
}

TEST_F(QueueVerbs, a_queue_without_a_name_is_an_error)
{
    run(R"(<Enqueue action="/done"> </Enqueue>)");
    EXPECT_EQ(told("/done")["QueueResult"], "error");
    EXPECT_TRUE(is_warned("has no name"));
    renew();
    run(R"(<Dial action="/done"><Queue/></Dial>)");
    EXPECT_EQ(told("/done")["DialCallStatus"], "failed");
    EXPECT_THAT(channel->commands, ElementsAre("answer", "hang_up 0"));
}

TEST_F(QueueVerbs, whoever_is_taken_ends_the_exchange_for_the_wait_document)
{
    silent_page("/wait");
    channel->on("enqueue", [this](JobId job) { queue_ = job; });
    hangs_up_when = [this] {
        if (asked().size() < 2 || queue_ == 0) return false;
        channel->push(QueueBridged{queue_});
        channel->push(QueueEnded{std::exchange(queue_, 0), QueueEnd::bridged, "other", 5s, 60s});
        return false;
    };
    run(R"(<Enqueue waitUrl="/wait" action="/done">support</Enqueue>)");
    EXPECT_EQ(told("/done")["QueueResult"], "bridged");
}

TEST_F(QueueVerbs, all_that_a_wait_document_leads_to_is_told_of_the_queue)
{
    page("/wait", "<Redirect>/more</Redirect>");
    page("/more", "<Pause length=\"9\"/>");
    end_queue("enqueue", QueueEnd::bridged);
    run(R"(<Enqueue waitUrl="/wait">support</Enqueue>)");
    EXPECT_EQ(told("/more")["QueueSid"], told("/wait")["QueueSid"]);
    EXPECT_EQ(told("/wait")["CallStatus"], "in-progress");
}

TEST_F(QueueVerbs, a_leave_outside_a_queue_warns_and_is_skipped)
{
    EXPECT_THAT(run("<Leave/><Say>next</Say>"), ElementsAre("answer", "say next", "hang_up 0"));
    EXPECT_TRUE(is_warned("Leave: the caller is in no queue"));
}

TEST_F(QueueVerbs, dial_connects_with_the_first_in_a_queue)
{
    end_queue("dequeue", QueueEnd::bridged);
    EXPECT_THAT(run(R"(<Dial timeout="45" action="/done"><Queue> support </Queue></Dial>)"),
                ElementsAre("answer", "dequeue support 45000", "hang_up 0"));
    const Told done = told("/done");
    EXPECT_EQ(done["DialCallStatus"], "completed");
    EXPECT_EQ(done["DialBridged"], "true");
    EXPECT_EQ(done["DequeueResult"], "bridged");
    EXPECT_EQ(done["DequeuedCallSid"], "other-leg");
    EXPECT_EQ(done["DequeuedCallQueueTime"], "20");
    EXPECT_EQ(done["DequeuedCallDuration"], "65");
    EXPECT_NE(done["QueueSid"], "-");
}

TEST_F(QueueVerbs, a_queue_that_is_empty_or_missing_is_told)
{
    struct Row {
        QueueEnd end;
        std::string_view status;
    };
    constexpr Row rows[] = {{QueueEnd::left, "no-answer"}, {QueueEnd::failed, "failed"}};
    for (const Row& row : rows) {
        renew();
        end_queue("dequeue", row.end);
        run(R"(<Dial action="/done"><Queue>support</Queue></Dial>)");
        EXPECT_EQ(told("/done")["DialCallStatus"], row.status);
        EXPECT_EQ(told("/done")["DialBridged"], "false");
        EXPECT_EQ(told("/done")["DequeuedCallSid"], "-");
    }
}

TEST_F(QueueVerbs, a_star_ends_the_conversation_with_one_from_a_queue)
{
    channel->on("dequeue", [](JobId) {});
    channel->on("stop", [this](JobId job) {
        channel->push(QueueEnded{job, QueueEnd::bridged, "other", 1s, 2s});
    });
    clock->after(10s, [this] { channel->press("*"); });
    EXPECT_THAT(run(R"(<Dial hangupOnStar="true"><Queue>a</Queue></Dial><Say>next</Say>)"),
                ElementsAre("answer", "dequeue a 30000", "stop", "say next", "hang_up 0"));
}

TEST_F(QueueVerbs, a_caller_who_hangs_up_in_a_dial_of_a_queue_is_reported)
{
    struct Row {
        QueueEnd end;
        std::string_view status;
        std::string_view duration;
    };
    constexpr Row rows[] = {{QueueEnd::hung_up, "canceled", "-"},
                            {QueueEnd::bridged, "completed", "65"}};
    for (const Row& row : rows) {
        renew();
        channel->on("dequeue", [&](JobId job) {
            channel->push(QueueEnded{job, row.end, "other", 2s, 65s});
            channel->hang_up_caller();
        });
        run(R"(<Dial action="/done"><Queue>support</Queue></Dial>)");
        EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /done"));
        EXPECT_EQ(told("/done")["DialCallStatus"], row.status);
        EXPECT_EQ(told("/done")["DialCallDuration"], row.duration);
        EXPECT_EQ(told("/done")["CallStatus"], "completed");
    }
}

TEST_F(QueueVerbs, a_dial_of_a_queue_records_and_collects_keys_where_the_document_wants_that)
{
    channel->on("dequeue", [this](JobId job) {
        clock->after(5s, [this, job] { channel->push(QueueBridged{job}); });
        clock->after(9s, [this] { channel->press("42"); });
        clock->after(60s, [this, job] {
            channel->push(QueueEnded{job, QueueEnd::bridged, "other", 5s, 55s});
        });
    });
    EXPECT_THAT(
        run(R"(<Dial action="/done" record="true" collect_dtmf="true"
                    recordingStatusCallback="/told"><Queue>support</Queue></Dial>)"),
        ElementsAre("answer", "dequeue support 30000", HasSubstr("record"), "stop", "hang_up 0"));
    EXPECT_EQ(told("/done")["RecordingUrl"], "http://r/1");
    EXPECT_EQ(told("/done")["Digits"], "42");
    EXPECT_EQ(told("/told")["RecordingSource"], "DialVerb");
}

// Calls that may ask four times.
class WaitsOfShortCalls : public VerbTest {
protected:
    WaitsOfShortCalls() : VerbTest(config())
    {
        page("/wait", R"(<Pause length="1"/><Redirect>/more</Redirect>)");
        page("/more", R"(<Gather timeout="1" action="/typed" actionOnEmptyResult="true"/>)");
        page("/done", "<Say>Bye</Say>");
    }

private:
    static EngineConfig config()
    {
        EngineConfig config = loopback();
        config.session.iterations_max = 4;
        return config;
    }
};

TEST_F(WaitsOfShortCalls, use_up_no_requests)
{
    for (const std::string_view waiting :
         {R"(<Enqueue waitUrl="/wait" action="/done">support</Enqueue>)",
          R"(<Dial action="/done"><Conference waitUrl="/wait">room</Conference></Dial>)"}) {
        renew();
        channel->on("enqueue", [this](JobId job) {
            clock->after(60s, [this, job] {
                channel->push(QueueEnded{job, QueueEnd::bridged, "other", 60s, 60s});
            });
        });
        channel->on("join", [this](JobId job) {
            clock->after(60s, [this, job] { channel->finish(job); });
        });
        EXPECT_THAT(run(waiting), Contains("say Bye")) << waiting;
        EXPECT_GT(asked().size(), 4U);
        EXPECT_THAT(warnings, IsEmpty());
    }
}

}  // namespace
}  // namespace pivot::test
