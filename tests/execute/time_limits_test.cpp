// Whatever goes on within a Dial, its timeLimit and its key to hang up count.
#include "execute/verb_fixture.hpp"

namespace pivot::test {
namespace {

using namespace std::chrono_literals;

class TimeLimits : public VerbTest {
protected:
    TimeLimits()
    {
        page("/wait", "<Say>Please wait</Say><Redirect>/wait</Redirect>");
        take_time("say", 2s);
        for (const std::string command : {"join", "dequeue", "bridge"}) keep_running(command);
    }

    void take_time(const std::string& command, milliseconds time)
    {
        channel->on(command, [this, time](JobId job) {
            clock->after(time, [this, job] { channel->finish(job); });
        });
    }

    std::chrono::seconds length_of(std::string_view verbs)
    {
        const Nanoseconds began = clock->now();
        run(verbs);
        return elapsed_since(began);
    }
};

TEST_F(TimeLimits, a_conference_ends_while_its_wait_document_plays)
{
    EXPECT_EQ(length_of(R"(<Dial timeLimit="20" action="/done"><Conference waitUrl="/wait">room
        </Conference></Dial>)"),
              20s);
    EXPECT_EQ(told("/done")["DialCallStatus"], "answered");
}

TEST_F(TimeLimits, a_star_ends_a_conference_while_its_wait_document_plays)
{
    clock->after(5s, [this] { channel->press("*"); });
    EXPECT_EQ(length_of(R"(<Dial hangupOnStar="true" action="/done"><Conference waitUrl="/wait">room
        </Conference></Dial>)"),
              5s);
    EXPECT_EQ(told("/done")["DialCallStatus"], "answered");
}

TEST_F(TimeLimits, an_exchange_for_a_wait_document_does_not_outlive_the_limit)
{
    silent_page("/wait");
    const auto began = std::chrono::steady_clock::now();
    run(R"(<Dial timeLimit="1" action="/done"><Conference waitUrl="/wait">room</Conference></Dial>)");
    EXPECT_LT(std::chrono::steady_clock::now() - began, 4s);  // a request may take five
    EXPECT_EQ(told("/done")["DialCallStatus"], "answered");
}

TEST_F(TimeLimits, a_talk_with_somebody_out_of_a_queue_ends)
{
    channel->on("dequeue", [this](JobId job) { channel->push(QueueBridged{job}); });
    EXPECT_EQ(length_of(R"(<Dial timeLimit="5" action="/done"><Queue>support</Queue></Dial>)"), 5s);
    EXPECT_THAT(channel->commands, Contains("stop"));
}

TEST_F(TimeLimits, a_star_ends_a_talk_with_somebody_out_of_a_queue)
{
    channel->on("dequeue", [this](JobId job) {
        channel->push(QueueBridged{job});
        clock->after(7s, [this] { channel->press("*"); });
    });
    EXPECT_EQ(length_of(R"(<Dial hangupOnStar="true"><Queue>support</Queue></Dial>)"), 7s);
}

TEST_F(TimeLimits, a_whisper_that_leads_to_itself_ends)
{
    answer_dials();
    const auto length =
        length_of(R"(<Dial action="/done"><Number url="/wait">+14155550111</Number></Dial>)");
    EXPECT_EQ(length, 120s);
    EXPECT_EQ(told("/done")["DialCallStatus"], "no-answer");
    EXPECT_THAT(channel->commands, Contains("hang_up 1"));
}

}  // namespace
}  // namespace pivot::test
