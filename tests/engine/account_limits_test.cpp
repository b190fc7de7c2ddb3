// What the limits of an account let its calls do: a customer's document dials at the operator's
// cost.
#include "engine/whole_call_fixture.hpp"

#include <string>
#include <string_view>

#include <gmock/gmock.h>

namespace pivot::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AccountLimits : public SessionTest {
protected:
    EngineConfig::Account::Limits& limits() { return config.accounts["a1"].limits; }

    SessionRequest request_by(std::string_view account_id) const
    {
        SessionRequest asked = request();
        asked.request.call.account_id = account_id;
        return asked;
    }
    Phone& start_call() { return start(phone(), request_by("a1")); }

    // A call that dials, to its end.
    const Phone& dial(std::string_view nouns, std::string_view attributes = "")
    {
        page("/done", "<Hangup/>");
        page("/first", fmt::format(R"(<Dial action="/done" {}>{}</Dial>)", attributes, nouns));
        Phone& caller = start_call();
        EXPECT_TRUE(wait_until([&] { return caller.ends() == 1; }));
        return caller;
    }
};

TEST_F(AccountLimits, let_only_their_numbers_be_called)
{
    limits().numbers = {"+49*"};
    const Phone& caller = dial(
        "<Number>+900123</Number><Number>+4930123</Number>"
        "<Sip>sip:900123@gateway.example.com</Sip>");
    EXPECT_THAT(caller.dialled(), ElementsAre("+4930123"));
    EXPECT_THAT(caller.warnings(),
                ElementsAre("limits: \"+900123\" is not called: it is not among limits.numbers of "
                            "the account",
                            HasSubstr("sip:900123@gateway.example.com")));
    EXPECT_EQ(told("/done")["DialCallStatus"], "completed");
}

TEST_F(AccountLimits, end_a_dial_of_which_nobody_may_be_called)
{
    limits().numbers = {"+49*"};
    const Phone& caller = dial("+900123");
    EXPECT_THAT(caller.dialled(), IsEmpty());
    EXPECT_EQ(told("/done")["DialCallStatus"], "failed");
    EXPECT_EQ(told("/done")["DialSipResponseCode"], "403");
    EXPECT_EQ(caller.warnings().size(), 1U);
}

TEST_F(AccountLimits, hold_for_the_account_alone)
{
    limits().numbers = {"+49*"};
    page("/first", "<Dial>+900123</Dial>");
    Phone& caller = start(phone(), request_by("a2"));
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_THAT(caller.dialled(), ElementsAre("+900123"));
}

TEST_F(AccountLimits, show_no_other_caller_id)
{
    limits().caller_ids = {"+4930*"};
    const Phone& caller = dial("+4940123", R"(callerId="+1900555")");
    EXPECT_THAT(caller.dialled(), ElementsAre("+4940123"));
    EXPECT_THAT(caller.shown(), ElementsAre(""));
    EXPECT_THAT(caller.warnings(), ElementsAre(HasSubstr("\"+1900555\" is not shown")));
    EXPECT_THAT(dial("+4940123", R"(callerId="+49 30 1")").shown(), ElementsAre("+49301"));
}

TEST_F(AccountLimits, keep_the_number_of_legs)
{
    limits().legs_max = 1;
    page("/first", "<Dial>+4930123</Dial>");
    Phone& first = phone();
    first.on("bridge", [](JobId) {});  // they talk
    start(first, request_by("a1"));
    ASSERT_TRUE(wait_until([&] { return first.has_been("bridge"); }));

    const Phone& second = dial("<Number>+4930124</Number>");
    EXPECT_THAT(second.dialled(), IsEmpty());
    EXPECT_EQ(told("/done")["DialSipResponseCode"], "503");
    EXPECT_THAT(second.warnings(),
                ElementsAre(HasSubstr("1 legs are dialled, which is the limit")));

    first.hang_up_caller();
    ASSERT_TRUE(wait_for_end(first));
    EXPECT_THAT(dial("+4930125").dialled(), ElementsAre("+4930125"));
}

TEST_F(AccountLimits, count_those_who_are_given_up_no_more)
{
    limits().legs_max = 2;
    page("/first", "<Dial><Number>+491</Number><Number>+492</Number></Dial>");
    Phone& first = phone();
    first.on("bridge", [](JobId) {});
    start(first, request_by("a1"));
    ASSERT_TRUE(wait_until([&] { return first.has_been("bridge"); }));
    EXPECT_THAT(dial("+493").dialled(), ElementsAre("+493"));
    first.hang_up_caller();
    ASSERT_TRUE(wait_for_end(first));
}

TEST_F(AccountLimits, keep_the_number_of_legs_a_minute)
{
    limits().legs_per_minute_max = 2;
    const Phone& first = dial("<Number>+491</Number><Number>+492</Number><Number>+493</Number>");
    EXPECT_THAT(first.dialled(), ElementsAre("+491", "+492"));
    const Phone& second = dial("<Number>+494</Number><Number>+495</Number>");
    EXPECT_THAT(second.dialled(), IsEmpty());
    EXPECT_THAT(second.warnings(),
                ElementsAre(HasSubstr("2 legs were dialled within a minute, which is the limit "
                                      "(limits.legs_per_minute_max of the account); legs not "
                                      "called: 2")));
}

TEST_F(AccountLimits, keep_the_number_of_calls_to_a_number)
{
    limits().calls_per_number_max = 1;
    page("/first", R"(<Gather timeout="600" numDigits="1"/>)");
    Phone& first = start_call();
    ASSERT_TRUE(wait_until([&] { return first.has_been("answer"); }));
    Phone& second = start_call();
    ASSERT_TRUE(wait_until([&] { return second.ends() == 1; }));
    EXPECT_THAT(second.branches(), ElementsAre(HasSubstr("which is the limit "
                                                         "(limits.calls_per_number_max of "
                                                         "account a1)")));
    SessionRequest elsewhere = request_by("a1");
    elsewhere.request.call.to.user = "another";
    Phone& third = start(phone(), elsewhere);
    ASSERT_TRUE(wait_until([&] { return third.has_been("answer"); }));
    first.hang_up_caller();
    ASSERT_TRUE(wait_until([&] { return first.ends() == 1; }));
    Phone& fourth = start_call();
    ASSERT_TRUE(wait_until([&] { return fourth.has_been("answer"); }));
    for (Phone* caller : {&third, &fourth}) caller->hang_up_caller();
    ASSERT_TRUE(wait_for_end(fourth));
}

TEST_F(AccountLimits, hang_up_a_call_that_lasts_too_long)
{
    limits().call_duration_max = std::chrono::seconds(1);
    page("/first", R"(<Gather timeout="600" numDigits="1"/><Redirect>/first</Redirect>)");
    Phone& caller = start_call();
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_EQ(caller.end().cause.name, "ALLOTTED_TIMEOUT");
    EXPECT_THAT(caller.warnings(), ElementsAre(HasSubstr("limits.call_s_max")));
    EXPECT_EQ(count("/first"), 1U);
}

TEST_F(AccountLimits, hang_up_a_call_that_waits_for_its_web_server_too_long)
{
    limits().call_duration_max = std::chrono::seconds(1);
    page("/first", "<Redirect>/silent</Redirect>");
    Phone& caller = start_call();
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_EQ(caller.end().cause.name, "ALLOTTED_TIMEOUT");
}

TEST_F(AccountLimits, permit_a_call_of_the_host_or_do_not)
{
    limits().numbers = {"+49*"};
    limits().caller_ids = {"+4930*"};
    const Address callee(PhoneNumber::of("+4940123"));
    EXPECT_TRUE(engine().permit_call("a1", callee, ""));
    EXPECT_TRUE(engine().permit_call("a1", callee, "+4930555"));
    EXPECT_TRUE(engine().permit_call("a2", Address(PhoneNumber::of("+900123")), "+1900555"));
    const auto barred = engine().permit_call("a1", Address(PhoneNumber::of("+900123")), "");
    const auto disguised = engine().permit_call("a1", callee, "+1900555");
    ASSERT_FALSE(barred);
    EXPECT_EQ(barred.error().reason, Reason::blocked);
    EXPECT_THAT(barred.error().message, HasSubstr("\"+900123\" is not called"));
    ASSERT_FALSE(disguised);
    EXPECT_EQ(disguised.error().reason, Reason::blocked);
    EXPECT_THAT(disguised.error().message, HasSubstr("\"+1900555\" may not be shown"));
}

TEST_F(AccountLimits, count_a_call_of_the_host_once_from_before_it_rings)
{
    limits().calls_max = 1;
    limits().legs_max = 1;
    page("/first", R"(<Gather timeout="600" numDigits="1"/>)");
    const Address callee(PhoneNumber::of("+4940123"));
    auto permit = engine().permit_call("a1", callee, "");
    ASSERT_TRUE(permit);
    const auto refused = engine().permit_call("a1", callee, "");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Reason::overload);

    SessionRequest asked = request_by("a1");
    asked.permit = std::move(*permit);
    Phone& caller = start(phone(), asked);
    asked.permit = nullptr;
    ASSERT_TRUE(wait_until([&] { return caller.has_been("answer"); }));
    EXPECT_FALSE(engine().permit_call("a1", callee, ""));
    caller.hang_up_caller();
    ASSERT_TRUE(wait_for_end(caller));
    EXPECT_TRUE(wait_until([&] { return engine().permit_call("a1", callee, "").has_value(); }));
}

TEST_F(AccountLimits, count_a_call_of_the_host_among_all_calls_while_it_rings)
{
    config.calls_max = 2;
    page("/first", R"(<Gather timeout="600" numDigits="1"/>)");
    const Address callee(PhoneNumber::of("+4940123"));
    auto permit = engine().permit_call("a1", callee, "");
    auto other = engine().permit_call("a2", callee, "");
    ASSERT_TRUE(permit && other);
    const auto refused = engine().permit_call("a1", callee, "");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Reason::overload);
    EXPECT_THAT(refused.error().message, HasSubstr("calls_max"));
    EXPECT_EQ(engine().calls_in_flight(), 0U);

    SessionRequest asked = request_by("a1");
    asked.permit = std::move(*permit);
    Phone& caller = start(phone(), asked);
    ASSERT_TRUE(wait_until([&] { return caller.has_been("answer"); }));
    EXPECT_FALSE(engine().permit_call("a1", callee, ""));
    other->reset();
    EXPECT_TRUE(engine().permit_call("a1", callee, ""));
    caller.hang_up_caller();
    ASSERT_TRUE(wait_for_end(caller));
    engine().stop({});
    EXPECT_EQ(engine().permit_call("a1", callee, "").error().reason, Reason::cancelled);
}

TEST_F(AccountLimits, that_are_wrong_are_refused)
{
    limits().numbers = {"+49 30"};
    const auto engine = Engine::create(config);
    ASSERT_FALSE(engine);
    EXPECT_THAT(engine.error(), HasSubstr("account a1: limits: \"+49 30\" is not a number"));
}

}  // namespace
}  // namespace pivot::test
