// What the switch tells of a failure reaches the voice developer.
#include "execute/verb_fixture.hpp"

namespace pivot::test {

namespace {

class VerbReasons : public VerbTest {
protected:
    VerbReasons() { channel_fails(); }

    void channel_fails()
    {
        for (const char* const command : {"play", "say", "send_keys", "join", "stream"}) {
            channel->on(command, [this](JobId job) {
                channel->push(JobEnded{job, JobEnd::failed, "", "the disk is full"});
            });
        }
        channel->on("record", [this](JobId job) {
            RecordingEnded ended;
            ended.job = job;
            ended.end = RecordingEnd::failed;
            ended.why = "the disk is full";
            channel->push(ended);
        });
        channel->on("listen", [this](JobId job) {
            channel->push(SpeechHeard{job, "", "", HearingEnd::failed, "the disk is full"});
        });
        for (const char* const command : {"enqueue", "dequeue"}) {
            channel->on(command, [this](JobId job) {
                QueueEnded ended;
                ended.job = job;
                ended.why = "the disk is full";
                channel->push(ended);
            });
        }
        channel->on("refer", [this](JobId job) {
            channel->push(Referred{job, 503, 0, "the disk is full"});
        });
        channel->on("dial", [this](JobId job) {
            channel->push(LegEnded{channel->first_leg(), {"USER_BUSY", 486}, "first"});
            channel->push(DialFailed{job, {"USER_BUSY", 486}, "the disk is full"});
        });
    }
};

}  // namespace

TEST_F(VerbReasons, are_in_the_warning_of_each_verb)
{
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"<Play>welcome</Play>", "Play: the switch could not play welcome"},
        {"<Play digits='1'/>", "Play: the switch could not send the keys"},
        {"<Say>hello</Say>", "Say: the switch could not speak this"},
        {"<Record playBeep='false'/>", "Record: the switch could not record"},
        {"<Gather input='speech' timeout='3'/>", "Gather: the switch could not listen for speech"},
        {"<Dial>+14155550100</Dial>", "Dial: nobody was reached"},
        {"<Dial><Conference>r</Conference></Dial>",
         "Conference: the switch could not join the room"},
        {"<Enqueue>q</Enqueue>", "Enqueue: the queue has failed"},
        {"<Dial><Queue>q</Queue></Dial>", "Queue: there is no such queue, or it has failed"},
        {"<Connect><Stream url='wss://s.example/'/></Connect>",
         "Stream: the switch could not stream, or the other side broke off"},
        {"<Start><Stream url='wss://s.example/'/></Start><Pause length='1'/>",
         "Stream: the switch could not stream, or the other side broke off"},
        {"<Refer><Sip>sip:ann@example.com</Sip></Refer>",
         "Refer: the switch did not refer the caller"},
    };
    for (const auto& [verbs, warning] : rows) {
        renew();
        channel_fails();
        run(verbs);
        EXPECT_TRUE(is_warned(fmt::format("{}: the disk is full", warning))) << verbs;
        EXPECT_EQ(warnings.size(), 1U) << verbs;
    }
}

TEST_F(VerbReasons, of_a_leg_are_told_where_the_dial_says_no_more)
{
    channel->on("dial", [this](JobId job) {
        channel->push(LegEnded{channel->first_leg(), {"GATEWAY_DOWN", 503}, "the trunk is down"});
        channel->push(DialFailed{job, {"GATEWAY_DOWN", 503}});
    });
    run("<Dial>+14155550100</Dial>");
    EXPECT_THAT(warnings, testing::ElementsAre("1:11 Dial: nobody was reached: the trunk is down"));
}

TEST_F(VerbReasons, are_told_when_the_two_could_not_be_connected)
{
    answer_dials();
    channel->on("bridge", [this](JobId job) {
        channel->push(JobEnded{job, JobEnd::failed, "", "no common codec"});
    });
    run("<Dial>+14155550100</Dial>");
    EXPECT_TRUE(is_warned("Dial: the switch could not connect the two: no common codec"));
}

TEST_F(VerbReasons, are_told_to_the_action_of_a_stream)
{
    run("<Connect action='/done'><Stream url='wss://s.example/'/></Connect>");
    EXPECT_THAT(told("/done")["StreamError"], testing::EndsWith(": the disk is full"));
}

TEST_F(VerbReasons, are_shown_harmless_and_short)
{
    channel->on("say", [this](JobId job) {
        channel->push(JobEnded{job, JobEnd::failed, "", "\x1b[2J" + std::string(500, 'x')});
    });
    run("<Say>hello</Say>");
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_EQ(warnings.front().find('\x1b'), std::string::npos);
    EXPECT_LT(warnings.front().size(), 300U);
}

TEST_F(VerbReasons, are_not_told_of_silence)
{
    channel->on("listen", [this](JobId job) {
        channel->push(SpeechHeard{job, "", "", HearingEnd::silence, ""});
    });
    run("<Gather input='speech' timeout='3'/>");
    EXPECT_THAT(warnings, testing::IsEmpty());
}

}  // namespace pivot::test
