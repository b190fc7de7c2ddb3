#include "switches/asterisk/dial_string.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::switches::asterisk {
namespace {

using testing::HasSubstr;

TEST(DialString, a_number_goes_through_the_operators_dialplan)
{
    EXPECT_EQ(dial_string(Address(PhoneNumber::of("+493012345")), {}),
              "Local/+493012345@pivot-dial/n");
}

TEST(DialString, a_user_is_called_by_their_name)
{
    EXPECT_EQ(dial_string(Address(UserName::of("ann")), {}), "PJSIP/ann");
}

TEST(DialString, no_user_is_a_number_at_a_trunk)
{
    const auto filled = dial_string(Address(UserName::of("+882161234@carrier")), {});
    ASSERT_FALSE(filled);
    EXPECT_THAT(filled.error(), HasSubstr("+882161234@carrier has an @"));
}

TEST(DialString, what_has_no_template_is_not_called)
{
    const auto filled = dial_string(Address(SipUri::of("sip:ann@example.com")), {});
    ASSERT_FALSE(filled);
    EXPECT_THAT(filled.error(), HasSubstr("asterisk.dial.sip_uri is not set"));
}

}  // namespace
}  // namespace pivot::switches::asterisk
