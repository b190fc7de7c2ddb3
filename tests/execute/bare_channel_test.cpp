// A switch that can answer and hang up, and do nothing else: no verb waits for what never began.
#include "execute/verb_fixture.hpp"

namespace pivot::test {
namespace {

class BareChannel : public VerbTest {
protected:
    BareChannel()
    {
        channel->lacks = {"play",    "say",   "send_keys", "record", "listen",
                          "stream",  "dial",  "bridge",    "join",   "enqueue",
                          "dequeue", "refer", "transfer",  "park",   "run_module"};
    }
};

struct Row {
    std::string_view verbs;
    std::string_view warning;  // empty: `action` says it
};

constexpr Row rows[] = {
    {"<Play>/m.mp3</Play>", "could not"},
    {"<Say>Hello</Say>", "could not"},
    {"<Record/>", "could not record"},
    {"<Gather input=\"speech\" timeout=\"1\"/>", "no speech input"},
    {"<Dial>+14155550100</Dial>", ""},
    {"<Dial record=\"record-from-ringing\"><Conference>room</Conference></Dial>",
     "could not join the room"},
    {"<Dial><Queue>support</Queue></Dial>", "no queues"},
    {"<Enqueue>support</Enqueue>", "no queues"},
    {"<Refer><Sip>sip:ann@example.com</Sip></Refer>", "did not refer"},
    {"<Connect><Stream url=\"wss://h.example/s\"/></Connect>", "no media streams"},
    {"<Start><Stream url=\"wss://h.example/s\"/></Start>", "no media streams"},
};

TEST_F(BareChannel, goes_through_every_document)
{
    const std::set<std::string> lacks = channel->lacks;
    for (const Row& row : rows) {
        SCOPED_TRACE(row.verbs);
        renew();
        channel->lacks = lacks;
        const Commands& done = run(fmt::format("{}<Redirect>/done</Redirect>", row.verbs));
        EXPECT_THAT(done, Not(Contains("stuck")));
        EXPECT_THAT(asked(), Contains("POST /done"));
        EXPECT_TRUE(is_warned(row.warning));
    }
}

TEST_F(BareChannel, hangs_up_a_callee_whom_it_cannot_connect)
{
    channel->lacks = {"bridge"};
    answer_dials();
    EXPECT_THAT(run("<Dial>+14155550100</Dial>"),
                ElementsAre("answer", HasSubstr("dial"), "hang_up 1", "hang_up 0"));
}

}  // namespace
}  // namespace pivot::test
