// Calls that the host has Asterisk make.
#include "switches/asterisk_fixture.hpp"

#include <chrono>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using switches::asterisk::OutboundCall;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::string_view endpoint = "Local/+493012345@pivot-dial/n";

class Origination : public testing::Test {
protected:
    void originate(const Address& callee = Address(PhoneNumber::of("+493012345")))
    {
        OutboundCall call;
        call.call_id = "call-1";
        call.account_id = "a1";
        call.callee = callee;
        call.caller_id = CallerNumber::of("+4930555");
        call.timeout = std::chrono::seconds(20);
        tested.application().originate(call);
        tested.run();
    }
    void answer()
    {
        asterisk.answer_legs();
        tested.run();
    }

    static AsteriskUnderTest::SwitchSettings settings()
    {
        AsteriskUnderTest::SwitchSettings settings;
        settings.dial.accounts["a1"].user = "PJSIP/a1-{user}";
        return settings;
    }

    AsteriskUnderTest tested{settings()};
    FakeAsterisk& asterisk = tested.asterisk;
};

TEST_F(Origination, is_a_call_as_any_other_once_somebody_has_answered)
{
    originate();
    ASSERT_EQ(asterisk.asked.size(), 1U);
    EXPECT_THAT(asterisk.asked.front(), StartsWith("POST channels {"));
    EXPECT_THAT(asterisk.asked.front(), HasSubstr(R"("endpoint":"Local/+493012345@pivot-dial/n")"));
    EXPECT_THAT(asterisk.asked.front(), HasSubstr(R"("callerId":"\"+4930555\" <+4930555>")"));
    EXPECT_THAT(tested.arrivals, IsEmpty());
    answer();
    ASSERT_EQ(tested.arrivals.size(), 1U);
    EXPECT_EQ(tested.arrivals.front().call.call_id, "call-1");
    EXPECT_EQ(tested.arrivals.front().call.direction, Direction::outbound_api);
    EXPECT_TRUE(tested.arrivals.front().is_answered);
    asterisk.press(asterisk.last_channel(), '5');
    tested.run();
    const auto told = tested.take_told();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(std::get<KeyPressed>(told.front()).key, '5');
    tested.pass();  // the time to answer is of no interest any more
    EXPECT_THAT(tested.unanswered, IsEmpty());
}

TEST_F(Origination, plays_sounds_of_16_khz_best_if_the_callee_is_wideband)
{
    asterisk.variables = {{"CHANNEL(audionativeformat)", "(g722)"}};
    originate();
    answer();
    EXPECT_EQ(tested.channel().sound_form(caller).rate_hz, 16'000U);
}

TEST_F(Origination, whose_session_ends_is_hung_up_and_not_given_to_a_dialplan)
{
    originate();
    answer();
    tested.end_session();
    EXPECT_EQ(asterisk.asked.back(),
              "DELETE channels/" + asterisk.last_channel() + "?reason_code=16");
    EXPECT_EQ(tested.application().calls(), 0U);
}

TEST_F(Origination, that_is_refused_in_the_end_is_hung_up)
{
    tested.refusal = {"the engine is stopping"};
    originate();
    answer();
    EXPECT_EQ(asterisk.asked.back(),
              "DELETE channels/" + asterisk.last_channel() + "?reason_code=42");
    EXPECT_EQ(tested.application().calls(), 0U);
}

TEST_F(Origination, that_nobody_answers_in_time_is_given_up)
{
    originate();
    tested.pass_one();
    EXPECT_THAT(tested.unanswered, ElementsAre("call-1 NO_ANSWER"));
    EXPECT_EQ(asterisk.channels(), 0U);
    EXPECT_EQ(tested.application().calls(), 0U);
}

TEST_F(Origination, to_one_who_is_busy_says_so)
{
    asterisk.refusing[std::string(endpoint)] = 17;
    originate();
    EXPECT_THAT(tested.unanswered, ElementsAre("call-1 USER_BUSY"));
}

TEST_F(Origination, that_rings_and_clears_normally_was_not_answered)
{
    originate();
    asterisk.hang_up(asterisk.last_channel());
    tested.run();
    EXPECT_THAT(tested.unanswered, ElementsAre("call-1 NO_ANSWER"));
}

TEST_F(Origination, to_an_address_that_asterisk_cannot_reach_says_why)
{
    asterisk.unreachable.insert(std::string(endpoint));
    originate();
    EXPECT_THAT(tested.unanswered, ElementsAre("call-1 NO_ROUTE_DESTINATION: Asterisk: Allocation "
                                               "failed (500)"));
}

TEST_F(Origination, to_an_address_without_a_template_names_the_setting)
{
    originate(Address(SipUri::of("sip:ann@example.com")));
    EXPECT_THAT(asterisk.asked, IsEmpty());
    EXPECT_THAT(tested.unanswered,
                ElementsAre(HasSubstr("neither asterisk.accounts.a1.dial.sip_uri nor")));
}

TEST_F(Origination, uses_the_templates_of_its_account_and_so_does_its_document)
{
    originate(Address(UserName::of("ann")));
    EXPECT_THAT(asterisk.asked.front(), HasSubstr(R"("endpoint":"PJSIP/a1-ann")"));
    answer();
    Dial dial;
    dial.targets.emplace_back().leg = 1;
    dial.targets.front().address = Address(UserName::of("bob"));
    asterisk.asked.clear();
    tested.channel().dial(1, dial);
    tested.run();
    EXPECT_THAT(asterisk.asked.front(), HasSubstr(R"("endpoint":"PJSIP/a1-bob")"));
}

TEST_F(Origination, that_is_hung_up_while_it_rings_is_given_up)
{
    originate();
    tested.application().hang_up_call("call-1");
    tested.run();
    EXPECT_THAT(tested.unanswered, ElementsAre("call-1 ORIGINATOR_CANCEL"));
    EXPECT_EQ(asterisk.channels(), 0U);
}

TEST_F(Origination, that_is_given_up_before_asterisk_has_answered_leaves_no_channel)
{
    asterisk.held = "POST channels";
    originate();
    tested.application().give_up_originations();
    tested.run();
    EXPECT_THAT(tested.unanswered, ElementsAre("call-1 ORIGINATOR_CANCEL"));
    asterisk.release();
    tested.run();
    EXPECT_EQ(asterisk.channels(), 0U);
    EXPECT_THAT(tested.arrivals, IsEmpty());
}

TEST_F(Origination, that_is_answered_is_left_alone_when_its_request_fails_late)
{
    asterisk.held = "POST channels";
    originate();
    std::string_view channel = asterisk.asked.front();
    constexpr std::string_view name = R"("channelId":")";
    channel.remove_prefix(channel.find(name) + name.size());
    asterisk.enter(std::string(channel.substr(0, channel.find('"'))), R"(["outbound"])", "Up");
    tested.run();
    ASSERT_EQ(tested.arrivals.size(), 1U);
    tested.pass_one();  // nobody waits for the request any more
    EXPECT_EQ(tested.commands, 2) << "it, and the question after the formats";
    EXPECT_FALSE(asterisk.has_asked("DELETE"));
    EXPECT_THAT(tested.unanswered, IsEmpty());
}

TEST_F(Origination, whose_asterisk_is_lost_is_over)
{
    originate();
    tested.application().lost("closed");
    tested.pass_one();
    EXPECT_THAT(tested.unanswered,
                ElementsAre(HasSubstr("call-1 NETWORK_OUT_OF_ORDER: Asterisk cannot be")));
}

}  // namespace
}  // namespace pivot::test
