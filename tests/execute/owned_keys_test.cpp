// Keys and words belong to a leg and to what happens there: nobody answers in another's place, and
// keys pressed in a conversation are for the other side.
#include "execute/verb_fixture.hpp"

namespace pivot::test {
namespace {

using namespace std::chrono_literals;

class OwnedKeys : public VerbTest {
protected:
    OwnedKeys()
    {
        page("/whisper", R"(<Say>Press 1 to accept</Say>
            <Gather numDigits="1" action="/accept"/><Hangup/>)");
        page("/rate", R"(<Say>Rate us</Say><Gather numDigits="1" action="/rated"/>)");
    }

    // While this is said.
    void press_while_saying(std::string words, std::string keys)
    {
        channel->on("say", [this, words = std::move(words), keys = std::move(keys)](JobId job) {
            const bool is_now = channel->speeches.back().text == words;
            if (is_now) channel->press(keys);
            channel->finish(job);
        });
    }
};

constexpr std::string_view screened =
    R"(<Say>Please wait</Say><Dial action="/rate"><Number url="/whisper">+14155550111</Number>
    </Dial>)";

TEST_F(OwnedKeys, a_caller_does_not_accept_a_screened_call_in_the_callees_place)
{
    answer_dials();
    press_while_saying("Please wait", "1");
    run(screened);
    EXPECT_THAT(channel->commands, Not(Contains(HasSubstr("bridge"))));
    EXPECT_THAT(asked(), Not(Contains("POST /accept")));
    renew();
    answer_dials();
    press_while_saying("Press 1 to accept", "1");  // the caller, still
    run(screened);
    EXPECT_THAT(channel->commands, Not(Contains(HasSubstr("bridge"))));
}

TEST_F(OwnedKeys, a_callee_accepts_a_screened_call)
{
    answer_dials();
    channel->on("say", [this](JobId job) {
        if (channel->speeches.back().text == "Press 1 to accept") {
            channel->push(KeyPressed{channel->first_leg(), '1'});
        }
        channel->finish(job);
    });
    run(screened);
    EXPECT_EQ(told("/accept")["Digits"], "1");
    EXPECT_THAT(channel->commands, Contains("bridge 1"));
}

TEST_F(OwnedKeys, a_whisper_listens_to_the_callee)
{
    page("/whisper", R"(<Gather input="speech" action="/accept"/><Hangup/>)");
    answer_dials();
    run(screened);
    EXPECT_THAT(channel->commands, Contains("listen on 1"));
    EXPECT_THAT(channel->commands, Not(Contains("listen")));
}

TEST_F(OwnedKeys, what_a_callee_types_in_a_whisper_does_not_answer_the_caller)
{
    answer_dials();
    channel->on("say", [this](JobId job) {
        if (channel->speeches.back().text == "Press 1 to accept") {
            for (const char key : {'1', '7'}) channel->push(KeyPressed{channel->first_leg(), key});
        }
        channel->finish(job);
    });
    run(screened);
    EXPECT_THAT(asked(), Contains("POST /rate"));
    EXPECT_THAT(asked(), Not(Contains("POST /rated")));
}

TEST_F(OwnedKeys, what_is_typed_in_a_conversation_does_not_answer_the_next_question)
{
    channel->on("dial", [this](JobId) { channel->push(LegAnswered{channel->first_leg(), "b"}); });
    channel->on("bridge", [this](JobId job) {
        channel->press("42");
        channel->push(LegEnded{channel->first_leg(), {"NORMAL_CLEARING", 200}});
        channel->push(BridgeEnded{job});
    });
    run(R"(<Dial action="/rate">+14155550111</Dial>)");
    EXPECT_THAT(asked(), Contains("POST /rate"));
    EXPECT_THAT(asked(), Not(Contains("POST /rated")));
}

TEST_F(OwnedKeys, what_was_typed_before_a_conversation_does_not_answer_the_question_after_it)
{
    answer_dials();
    press_while_saying("Please wait", "4");
    run(R"(<Say>Please wait</Say><Dial action="/rate">+14155550111</Dial>)");
    EXPECT_THAT(asked(), Not(Contains("POST /rated")));
}

TEST_F(OwnedKeys, what_is_typed_while_somebody_rings_is_typed_ahead)
{
    channel->on("dial", [this](JobId job) {
        channel->press("4");
        channel->push(DialFailed{job, {"USER_BUSY", 486}});
    });
    run(R"(<Dial action="/rate">+14155550111</Dial>)");
    EXPECT_EQ(told("/rated")["Digits"], "4");
}

TEST_F(OwnedKeys, a_room_a_queue_and_a_recording_keep_their_keys)
{
    for (const std::string_view verb :
         {R"(<Dial action="/rate"><Conference>room</Conference></Dial>)",
          R"(<Dial action="/rate"><Queue>support</Queue></Dial>)",
          R"(<Enqueue action="/rate">support</Enqueue>)", R"(<Record action="/rate"/>)"}) {
        renew();
        for (const std::string command : {"join", "dequeue", "enqueue", "record"}) {
            channel->on(command, [this](JobId job) {
                channel->press("4");
                channel->push(JobEnded{job, JobEnd::finished, ""});
            });
        }
        run(verb);
        EXPECT_THAT(asked(), Not(Contains("POST /rated"))) << verb;
    }
}

}  // namespace
}  // namespace pivot::test
