#include "execute/directory.hpp"

#include "execute/pattern.hpp"
#include "places.hpp"

#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {

using execute::Directory;
using execute::Pattern;
using testing::ElementsAre;
using testing::HasSubstr;

std::string error_of(std::string_view text)
{
    const auto directory = Directory::from_json(text);
    return directory ? std::string() : directory.error();
}

TEST(Directory, the_example_of_the_documentation_is_one)
{
    std::ifstream page(source_root() + "/docs/directory.md");
    const std::string text{std::istreambuf_iterator<char>(page), std::istreambuf_iterator<char>()};
    const auto begin = text.find("```json\n");
    ASSERT_NE(begin, text.npos);
    const auto end = text.find("```", begin + 8);
    const auto directory =
        Directory::from_json(std::string_view(text).substr(begin + 8, end - begin - 8));
    ASSERT_TRUE(directory) << directory.error();
    EXPECT_NE(directory->flow_of_number("1001"), nullptr);
    EXPECT_NE(directory->room_of_number("3000"), nullptr);
    EXPECT_FALSE(directory->devices_of("alice").empty());
}

TEST(Directory, nothing_at_all_is_one)
{
    const auto directory = Directory::from_json("{}");
    ASSERT_TRUE(directory);
    EXPECT_EQ(directory->device("a"), nullptr);
    EXPECT_EQ(directory->flow_of_number("1"), nullptr);
}

TEST(Directory, what_is_wrong_is_named_with_its_pointer)
{
    EXPECT_THAT(error_of("["), HasSubstr("not JSON"));
    EXPECT_THAT(error_of("[]"), HasSubstr("expected an object"));
    EXPECT_EQ(error_of(R"({"devices":{"a/b":{}}})"), "/devices/a~1b/dial: is missing");
    EXPECT_THAT(
        error_of(R"({"devices":{"a":{"dial":"x","kind":"fax"}}})"),
        HasSubstr(R"(/devices/a/kind: expected "endpoint", "sip" or "number", found "fax")"));
    EXPECT_THAT(
        error_of(R"({"devices":{"a":{"dail":"x"}}})"),
        HasSubstr("/devices/a/dail: is not a key of a device: did you mean /devices/a/dial?"));
    EXPECT_THAT(error_of(R"({"machines":{}})"),
                HasSubstr("/machines: is not a section: use one of account, devices, users"));
    EXPECT_THAT(error_of(R"({"menus":{"m":{"hunt_allow":"("}}})"),
                HasSubstr("/menus/m/hunt_allow: no pattern"));
    EXPECT_THAT(error_of(R"({"menus":{"m":{"retries":-1}}})"), HasSubstr("/menus/m/retries"));
    EXPECT_THAT(error_of(R"({"flows":{"f":{"module":"tts"}}})"), HasSubstr("/flows/f/data/text"));
    EXPECT_THAT(error_of(R"({"numbers":{"1":"f"}})"), HasSubstr("/numbers/1: names a flow"));
    EXPECT_THAT(error_of(R"({"groups":{"g":{"members":[{"id":"d"}]}}})"),
                HasSubstr("/groups/g/members/0/id: names a device"));
    EXPECT_THAT(error_of(R"({"lists":{"l":{"entries":{"01":{}}}}})"),
                HasSubstr("/lists/l/entries/01/number: is missing"));
}

TEST(Directory, a_stored_flow_has_its_defaults_written_in)
{
    const auto directory = Directory::from_json(R"({"flows":{"f":{"module":"collect_dtmf"}}})");
    ASSERT_TRUE(directory);
    EXPECT_THAT(*directory->flow("f"), HasSubstr(R"("max_digits":1)"));
}

TEST(Directory, its_flows_may_name_the_hosts_that_the_rules_let_them)
{
    constexpr std::string_view text =
        R"({"flows":{"f":{"module":"pivot","data":{"voice_url":"http://127.0.0.1/"}}}})";
    EXPECT_THAT(error_of(text), HasSubstr("/flows/f/data/voice_url"));
    EXPECT_TRUE(Directory::from_json(text, {.hosts_denied = {}}));
}

TEST(Directory, a_users_devices_are_those_they_own)
{
    const auto directory = Directory::from_json(
        R"({"devices":{"b":{"dial":"x","owner":"u"},"a":{"dial":"y","owner":"u"},"c":{"dial":"z"}}})");
    ASSERT_TRUE(directory);
    EXPECT_THAT(directory->devices_of("u"), ElementsAre("a", "b"));
}

TEST(Pattern, matches_anywhere_unless_it_is_anchored)
{
    EXPECT_TRUE(Pattern::compile("415")->matches("+14155550100"));
    EXPECT_FALSE(Pattern::compile("^415")->matches("+14155550100"));
    EXPECT_TRUE(Pattern::compile("^(?!\\+44)")->matches("+1"));
}

TEST(Pattern, an_invalid_one_says_where)
{
    EXPECT_THAT(Pattern::compile("a(b").error(), HasSubstr("at byte 3"));
    EXPECT_THAT(Pattern::compile(std::string(2'000, 'a')).error(), HasSubstr("more than"));
}

TEST(Pattern, one_that_would_take_for_ever_does_not_match)
{
    EXPECT_FALSE(Pattern::compile("(a|aa|aaa)+$")->matches(std::string(90, 'a') + "!"));
    EXPECT_FALSE(Pattern::compile("x")->matches("\xff\xfe"));
}

}  // namespace pivot::test
