#include "switches/asterisk/dial_string.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::switches::asterisk {
namespace {

using testing::HasSubstr;

TEST(DialString, a_number_goes_through_the_operators_dialplan)
{
    EXPECT_EQ(dial_string(Address(PhoneNumber::of("+493012345")), "", {}),
              "Local/+493012345@pivot-dial/n");
}

TEST(DialString, a_user_is_called_by_their_name)
{
    EXPECT_EQ(dial_string(Address(UserName::of("ann")), "", {}), "PJSIP/ann");
}

TEST(DialString, no_user_is_a_number_at_a_trunk)
{
    const auto filled = dial_string(Address(UserName::of("+882161234@carrier")), "", {});
    ASSERT_FALSE(filled);
    EXPECT_THAT(filled.error(), HasSubstr("+882161234@carrier has an @"));
}

TEST(DialString, what_has_no_template_is_not_called)
{
    const auto filled = dial_string(Address(SipUri::of("sip:ann@example.com")), "", {});
    ASSERT_FALSE(filled);
    EXPECT_EQ(filled.error(),
              "asterisk.dial.sip_uri is not set: such an address cannot be dialled");
}

TEST(DialString, an_account_may_have_templates_of_its_own)
{
    DialSettings settings;
    settings.common.number = "PJSIP/{number}@trunk";
    settings.accounts["a1"].number = "PJSIP/{number}@a1";
    const Address number(PhoneNumber::of("+4930"));
    EXPECT_EQ(dial_string(number, "a1", settings), "PJSIP/+4930@a1");
    EXPECT_EQ(dial_string(number, "a2", settings), "PJSIP/+4930@trunk");
    EXPECT_EQ(dial_string(number, "", settings), "PJSIP/+4930@trunk");
}

TEST(DialString, what_an_account_has_no_template_for_names_the_settings)
{
    DialSettings settings;
    const Address ann(SipUri::of("sip:ann@example.com"));
    EXPECT_EQ(dial_string(ann, "a1", settings).error(),
              "neither asterisk.accounts.a1.dial.sip_uri nor asterisk.dial.sip_uri is set: such an "
              "address cannot be dialled");
    settings.accounts["a1"];
    settings.common.sip_uri = "PJSIP/proxy/{uri}";
    EXPECT_EQ(dial_string(ann, "a1", settings).error(),
              "asterisk.accounts.a1.dial.sip_uri is empty: such an address cannot be dialled");
    EXPECT_EQ(dial_string(ann, "a2", settings), "PJSIP/proxy/sip:ann@example.com");
}

}  // namespace
}  // namespace pivot::switches::asterisk
