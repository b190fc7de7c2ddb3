#include "exchange/dial_rules.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using exchange::DialRules;
using exchange::NumberPattern;
using exchange::plain_number;

TEST(NumberPattern, is_a_number_or_the_beginning_of_one)
{
    EXPECT_TRUE(NumberPattern::parse("+493012345")->matches("+493012345"));
    EXPECT_FALSE(NumberPattern::parse("+493012345")->matches("+4930123456"));
    EXPECT_TRUE(NumberPattern::parse("+4930*")->matches("+493012345"));
    EXPECT_FALSE(NumberPattern::parse("+4930*")->matches("+4940"));
    EXPECT_FALSE(NumberPattern::parse("49*")->matches("+49")) << "`+` counts";
    for (const char* wrong : {"", "*", "+", "+*", "+49 30", "+49*30", "4-9", "x", "+49#", "4+9"}) {
        EXPECT_FALSE(NumberPattern::parse(wrong)) << wrong;
    }
}

TEST(NumberPattern, sees_numbers_without_what_separates_their_digits)
{
    EXPECT_EQ(plain_number("+49 (30) 12-34.5"), "+493012345");
    EXPECT_EQ(plain_number("0049301"), "0049301");
    for (const char* other : {"", "+", "ann", "1*2", "12;ext=3", "1+2"}) {
        EXPECT_EQ(plain_number(other), "") << other;
    }
}

DialRules rules()
{
    DialRules rules;
    rules.numbers = {*NumberPattern::parse("+49*"), *NumberPattern::parse("110")};
    rules.caller_ids = {*NumberPattern::parse("+4930123*")};
    return rules;
}

Address number(std::string_view text)
{
    return Address(DialledNumber::of(text));
}

Address sip(std::string_view text)
{
    return Address(SipUri::of(text));
}

TEST(DialRules, let_numbers_be_called_that_match)
{
    EXPECT_TRUE(rules().may_call(number("+493012345")));
    EXPECT_TRUE(rules().may_call(number("110")));
    for (const char* other : {"1100", "+900123", "0049301", "*43", "493012345"}) {
        EXPECT_FALSE(rules().may_call(number(other))) << other;
    }
}

TEST(DialRules, see_the_number_in_a_sip_uri)
{
    EXPECT_TRUE(rules().may_call(sip("sip:ann@example.com")));
    EXPECT_TRUE(rules().may_call(sip("sip:example.com")));
    EXPECT_TRUE(rules().may_call(sip("sip:+4930123@gateway.example.com")));
    EXPECT_TRUE(rules().may_call(sip("sip:+4930123")));
    EXPECT_FALSE(rules().may_call(sip("sip:+900123")));
    for (const char* other : {"sip:+900123@gateway.example.com", "sip:900123@gateway.example.com",
                              "sips:+900123;phone-context=x@gateway.example.com",
                              "sip:0a@gateway.example.com", "sip:%2B900123@gateway.example.com",
                              "sip:+49x@gateway.example.com", "sip:*31#900123@gateway.example.com",
                              "sip:#31#900123@gateway.example.com", "sip:*72900123"}) {
        const Address address = sip(other);
        const bool is_called = !address.empty() && rules().may_call(address);
        EXPECT_FALSE(is_called) << other;
    }
}

TEST(DialRules, see_the_number_of_a_user_at_a_domain)
{
    EXPECT_TRUE(rules().may_call(Address(UserName::of("ann@example.com"))));
    EXPECT_TRUE(rules().may_call(Address(UserName::of("+4930123@trunk"))));
    EXPECT_FALSE(rules().may_call(Address(UserName::of("+900123@trunk"))));
}

TEST(DialRules, leave_users_and_the_operators_own_dial_strings_alone)
{
    EXPECT_TRUE(rules().may_call(Address(UserName::of("900123"))));
    EXPECT_TRUE(rules().may_call(Address(DialString::of("user/900123@example.com"))));
}

TEST(DialRules, show_nobody_elses_number)
{
    EXPECT_TRUE(rules().may_show("+49 30 123-1"));
    EXPECT_TRUE(rules().may_show(""));
    EXPECT_TRUE(rules().may_show("anonymous"));
    EXPECT_FALSE(rules().may_show("+49110"));
    EXPECT_FALSE(rules().may_show("Bank"));
}

TEST(DialRules, that_are_empty_allow_everything)
{
    EXPECT_TRUE(DialRules().may_call(number("+900123")));
    EXPECT_TRUE(DialRules().may_call(sip("sip:900@example.com")));
    EXPECT_TRUE(DialRules().may_show("+49110"));
}

}  // namespace
}  // namespace pivot::test
