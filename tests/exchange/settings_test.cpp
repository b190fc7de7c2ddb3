// Settings as a snapshot, with a profile for each account.

#include "exchange/settings.hpp"

#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using exchange::Settings;

TEST(Settings, have_a_profile_for_each_account_and_one_for_all_others)
{
    EngineConfig config;
    config.signing.keys = {{"a1", "one"}, {"a2", ""}};
    config.signing.key = "other";
    const auto settings = Settings::make(config).value();
    EXPECT_EQ(settings->accounts().at("a1").signing_key, "one");
    EXPECT_EQ(settings->accounts().at("a2").signing_key, "") << "which is not signed";
    EXPECT_EQ(settings->other_accounts().signing_key, "other");
}

TEST(Settings, of_an_account_come_before_those_of_all)
{
    EngineConfig config;
    config.signing.keys = {{"a1", "one"}};
    config.signing.key = "other";
    config.accounts["a1"].signing_key = "its own";
    config.accounts["a2"].headers = {{"X-Key", "two"}};
    const auto settings = Settings::make(config).value();
    EXPECT_EQ(settings->accounts().at("a1").signing_key, "its own");
    EXPECT_EQ(settings->accounts().at("a2").signing_key, "other");
    EXPECT_EQ(settings->accounts().at("a2").headers, std::vector<std::string>{"X-Key: two"});
    EXPECT_TRUE(settings->other_accounts().headers.empty());
}

TEST(Settings, do_not_change_with_the_configuration_they_were_made_of)
{
    EngineConfig config;
    config.calls_max = 7;
    const auto settings = Settings::make(config).value();
    config.calls_max = 8;
    EXPECT_EQ(settings->config().calls_max, 7U);
}

TEST(Settings, say_which_rule_is_wrong)
{
    EngineConfig config;
    config.policy.deny = {"10.0.0.0/99"};
    const auto settings = Settings::make(config);
    ASSERT_FALSE(settings);
    EXPECT_NE(settings.error().find("10.0.0.0/99"), std::string::npos) << settings.error();
}

}  // namespace
}  // namespace pivot::test
