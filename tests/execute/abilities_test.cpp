// What a call does on a switch that lacks an ability.
#include "execute/abilities.hpp"

#include "execute/verb_fixture.hpp"

namespace pivot::test {
namespace {

class WithoutAbility : public VerbTest {
protected:
    // The channel: once a call.
    std::ptrdiff_t times_warned(std::string_view words) const
    {
        return std::ranges::count_if(warnings, [words](const std::string& warning) {
            return warning.find(words) != warning.npos;
        });
    }
};

constexpr std::string_view whispered =
    R"(<Dial action="/done"><Number url="/whisper">+14155550100</Number></Dial>)";

TEST_F(WithoutAbility, of_early_media_the_prompt_of_a_reject_is_skipped)
{
    channel->able.early_media = false;
    EXPECT_THAT(run(R"(<Reject prompt="/m.mp3"/>)"), ElementsAre(HasSubstr("reject")));
    EXPECT_EQ(times_warned("plays nothing before the answer"), 1);
}

TEST_F(WithoutAbility, of_early_media_a_flow_is_heard_from_the_answer_on)
{
    channel->able.early_media = false;
    page("/first", 200, "application/json",
         R"({"module":"play","data":{"id":"early","answer":false},"children":{"_":
            {"module":"play","data":{"id":"early2","answer":false},"children":{"_":
            {"module":"play","data":{"id":"late"}}}}}})");
    const Commands& done = run();
    EXPECT_THAT(done, AllOf(Contains(HasSubstr("late")), Not(Contains(HasSubstr("early")))));
    EXPECT_EQ(times_warned("plays nothing before the answer"), 1);
}

TEST_F(WithoutAbility, of_early_media_what_implies_an_answer_answers_first)
{
    channel->able.early_media = false;
    EXPECT_THAT(run("<Say>Hello</Say>"), ElementsAre("answer", "say Hello", "hang_up 0"));
    EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(WithoutAbility, to_play_to_a_leg_apart_an_announcement_is_skipped)
{
    channel->able.legs_apart = false;
    page("/whisper", "<Say>A call for you</Say><Play>/m.mp3</Play>");
    answer_dials();
    EXPECT_THAT(run(whispered), AllOf(Contains("bridge 1"), Not(Contains(HasSubstr("say")))));
    EXPECT_EQ(times_warned("before the two are connected"), 1);
}

TEST_F(WithoutAbility, to_play_to_a_leg_apart_nobody_is_connected_unscreened)
{
    channel->able.legs_apart = false;
    page("/whisper", R"(<Say>A call for you</Say><Gather numDigits="1" action="/pressed"/>)");
    answer_dials();
    EXPECT_THAT(run(whispered), AllOf(Contains("hang_up 1"), Not(Contains("bridge 1"))));
    EXPECT_EQ(told("/done")["DialCallStatus"], "no-answer");
    EXPECT_THAT(asked(), Not(Contains(HasSubstr("/pressed"))));
    EXPECT_EQ(times_warned("is hung up"), 1);
}

TEST_F(WithoutAbility, to_play_to_a_leg_apart_a_callee_is_not_recorded)
{
    channel->able.legs_apart = false;
    page("/whisper", "<Record/>");
    answer_dials();
    EXPECT_THAT(run(whispered), AllOf(Contains("bridge 1"), Not(Contains(HasSubstr("record")))));
}

TEST_F(WithoutAbility, of_sip_credentials_a_dial_has_none)
{
    constexpr std::string_view dial =
        R"(<Dial><Sip username="ann" password="secret">sip:ann@example.com</Sip></Dial>)";
    run(dial);
    EXPECT_EQ(channel->dials.front().targets.front().username, "ann");
    EXPECT_EQ(channel->dials.front().targets.front().password, "secret");
    EXPECT_THAT(warnings, IsEmpty());

    renew();
    channel->able.sip_credentials = false;
    run(dial);
    EXPECT_TRUE(channel->dials.front().targets.front().username.empty());
    EXPECT_TRUE(channel->dials.front().targets.front().password.empty());
    EXPECT_EQ(times_warned("username and password"), 1);
}

TEST_F(WithoutAbility, of_dual_recording_both_sides_are_on_one_channel)
{
    constexpr std::string_view dial =
        R"(<Dial record="record-from-answer-dual">+14155550100</Dial>)";
    answer_dials();
    run(dial);
    EXPECT_TRUE(channel->recordings.front().is_dual);

    renew();
    answer_dials();
    channel->able.dual_recording = false;
    run(dial);
    EXPECT_FALSE(channel->recordings.front().is_dual);
    EXPECT_EQ(times_warned("not dual"), 1);
}

TEST_F(WithoutAbility, of_keys_in_rooms_what_waits_for_one_is_warned_of)
{
    for (const char* dial : {R"(<Dial hangupOnStar="true">+14155550100</Dial>)",
                             R"(<Dial hangupOnStar="true"><Conference>room</Conference></Dial>)",
                             R"(<Dial hangupOnStar="true"><Queue>support</Queue></Dial>)",
                             R"(<Dial hangupOn="5">+14155550100</Dial>)"}) {
        SCOPED_TRACE(dial);
        renew();
        channel->able.keys_in_rooms = false;
        answer_dials();
        run(fmt::format("{0}{0}", dial));
        EXPECT_EQ(times_warned("keys in a conversation or a conference"), 1);
    }
    renew();
    channel->able.keys_in_rooms = false;
    answer_dials();
    run("<Dial>+14155550100</Dial>");
    EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(WithoutAbility, of_ssml_the_plain_text_is_said)
{
    constexpr std::string_view say = R"(<Say>Hello <break time="1s"/>you</Say>)";
    run(say);
    EXPECT_FALSE(channel->speeches.front().ssml.empty());
    const std::string plain = channel->speeches.front().text.bytes();

    renew();
    channel->able.ssml = false;
    run(say);
    EXPECT_TRUE(channel->speeches.front().ssml.empty());
    EXPECT_EQ(channel->speeches.front().text.bytes(), plain);
    EXPECT_EQ(times_warned("SSML"), 1);
}

TEST_F(WithoutAbility, to_answer_nobody_waits_for_it)
{
    channel->able.answers = false;
    channel->able.early_media = true;
    const auto began = clock->now();
    run("<Say>Hello</Say><Gather numDigits=\"1\" timeout=\"1\"/>");
    EXPECT_THAT(channel->commands, Not(Contains("answer")));
    EXPECT_THAT(channel->commands, Contains(HasSubstr("say")));
    EXPECT_LT(clock->now() - began, 5'000'000'000);
    EXPECT_EQ(times_warned("cannot answer"), 1);
}

TEST(AbilitiesOfAChannel, are_missing_unless_it_says_so)
{
    const Abilities least;
    for (const Ability ability :
         {Ability::legs_apart, Ability::sip_credentials, Ability::dual_recording,
          Ability::keys_in_rooms, Ability::early_media, Ability::ssml, Ability::coaching}) {
        EXPECT_FALSE(has(least, ability));
        EXPECT_FALSE(without(ability).empty());
    }
}

}  // namespace
}  // namespace pivot::test
