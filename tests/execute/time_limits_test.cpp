// The timeLimit of a Dial and its key to hang up work, whatever happens within the Dial.
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

    // What the requests take in real time counts as well, but not that much.
    bool takes(std::chrono::seconds time, std::string_view verbs)
    {
        const Nanoseconds began = clock->now();
        run(verbs);
        return elapsed_since(began) >= time && elapsed_since(began) < time + 60s;
    }
};

TEST_F(TimeLimits, a_conference_ends_while_its_wait_document_plays)
{
    EXPECT_TRUE(takes(20s, R"(<Dial timeLimit="20" action="/done"><Conference waitUrl="/wait">room
        </Conference></Dial>)"));
    EXPECT_EQ(told("/done")["DialCallStatus"], "answered");
}

TEST_F(TimeLimits, a_star_ends_a_conference_while_its_wait_document_plays)
{
    clock->after(5s, [this] { channel->press("*"); });
    EXPECT_TRUE(
        takes(5s, R"(<Dial hangupOnStar="true" action="/done"><Conference waitUrl="/wait">room
        </Conference></Dial>)"));
    EXPECT_EQ(told("/done")["DialCallStatus"], "answered");
}

TEST_F(TimeLimits, a_talk_with_somebody_out_of_a_queue_ends)
{
    channel->on("dequeue", [this](JobId job) { channel->push(QueueBridged{job}); });
    EXPECT_TRUE(takes(5s, R"(<Dial timeLimit="5" action="/done"><Queue>support</Queue></Dial>)"));
    EXPECT_THAT(channel->commands, Contains("stop"));
}

TEST_F(TimeLimits, a_star_ends_a_talk_with_somebody_out_of_a_queue)
{
    channel->on("dequeue", [this](JobId job) {
        channel->push(QueueBridged{job});
        clock->after(7s, [this] { channel->press("*"); });
    });
    EXPECT_TRUE(takes(7s, R"(<Dial hangupOnStar="true"><Queue>support</Queue></Dial>)"));
}

TEST_F(TimeLimits, a_whisper_that_leads_to_itself_ends)
{
    answer_dials();
    EXPECT_TRUE(
        takes(120s, R"(<Dial action="/done"><Number url="/wait">+14155550111</Number></Dial>)"));
    EXPECT_EQ(told("/done")["DialCallStatus"], "no-answer");
    EXPECT_THAT(channel->commands, Contains("hang_up 1"));
}

}  // namespace
}  // namespace pivot::test
