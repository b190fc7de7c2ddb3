#include "pivot/serve/numbers/actions.hpp"
#include "pivot/serve/numbers/numbers_file.hpp"

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::tools {
namespace {

using testing::HasSubstr;

class ServeActions : public testing::Test {
protected:
    ServeActions()
    {
        actions.add("sales", *ActionNode::from_json(R"({"voice_url":"http://h/sales"})"));
        actions.add("night", *ActionNode::from_json(R"({"voice_url":"http://h/night"})"));
    }

    void number(std::string_view pattern, std::string_view reference)
    {
        const auto added = actions.add_number(pattern, reference);
        EXPECT_TRUE(added) << added.error();
    }

    // The URL of the chosen action, or why there is none.
    std::string chosen(std::string_view said, std::string_view called) const
    {
        const auto node = actions.choose(said, called);
        return node ? node->action->voice_url : node.error();
    }

    Actions actions;
};

TEST_F(ServeActions, what_the_switch_says_goes_before_numbers_and_these_before_the_default)
{
    number("+493012345", "sales");
    ASSERT_TRUE(actions.set_default("http://h/default"));
    EXPECT_EQ(chosen("http://h/own", "+493012345"), "http://h/own");
    EXPECT_EQ(chosen("night", "+493012345"), "http://h/night");
    EXPECT_EQ(chosen(R"( {"voice_url":"http://h/json"})", "+493012345"), "http://h/json");
    EXPECT_EQ(chosen("", "+493012345"), "http://h/sales");
    EXPECT_EQ(chosen("", "+4999"), "http://h/default");
}

TEST_F(ServeActions, an_exact_number_goes_before_the_longest_prefix_whatever_their_order)
{
    number("+49*", "http://h/49");
    number("+493012345", "http://h/exact");
    number("+4930*", "http://h/4930");
    number("+49301234*", "http://h/longest");
    EXPECT_EQ(chosen("", "+493012345"), "http://h/exact");
    EXPECT_EQ(chosen("", "+493012346"), "http://h/longest");
    EXPECT_EQ(chosen("", "+4930"), "http://h/4930");
    EXPECT_EQ(chosen("", "+498"), "http://h/49");
    EXPECT_THAT(chosen("", "+4"), HasSubstr("no action"));
}

TEST_F(ServeActions, a_number_is_its_digits_and_a_leading_plus)
{
    number("+49*", "sales");
    number("100", "night");
    EXPECT_EQ(chosen("", "+49 (30) 123-45.6"), "http://h/sales");
    EXPECT_EQ(chosen("", "100"), "http://h/night");
    EXPECT_THAT(chosen("", "004930"), HasSubstr("no action")) << "what 00 means is not guessed";
    EXPECT_THAT(chosen("", "4930"), HasSubstr("no action"));
    EXPECT_THAT(chosen("", "bob100"), HasSubstr("no action")) << "the name of a user";
    EXPECT_THAT(chosen("", ""), HasSubstr("no action"));
}

TEST_F(ServeActions, a_pattern_that_no_number_matches_is_refused)
{
    for (const char* pattern :
         {"", "*", "+", "+*", "+49 30", "49+30", "+49*30", "sales", "+49**"}) {
        const auto added = actions.add_number(pattern, "sales");
        ASSERT_FALSE(added) << pattern;
        EXPECT_THAT(added.error(), HasSubstr("is not a number"));
    }
}

TEST_F(ServeActions, an_action_of_the_switch_that_is_wrong_is_not_replaced_by_another)
{
    ASSERT_TRUE(actions.set_default("sales"));
    EXPECT_EQ(chosen("nigth", ""),
              "the switch's action: \"nigth\" is neither a URL nor the name of an action: did you "
              "mean night?");
    EXPECT_THAT(chosen("ftp://h/", ""), HasSubstr("the URL cannot be asked"));
    EXPECT_THAT(chosen("{}", ""), HasSubstr("voice_url"));
    EXPECT_THAT(chosen("{", ""), HasSubstr("the switch's action"));
}

TEST_F(ServeActions, a_reference_to_an_action_that_is_not_there_is_refused)
{
    EXPECT_THAT(actions.set_default("sale").error(), HasSubstr("did you mean sales?"));
    EXPECT_THAT(actions.add_number("1", "elsewhere").error(), HasSubstr("add [actions.NAME]"));
    EXPECT_THAT(actions.set_default("http://").error(), HasSubstr("the URL cannot be asked"));
}

TEST_F(ServeActions, the_reason_names_the_number_and_cannot_control_a_terminal)
{
    EXPECT_EQ(chosen("", "+4930\n"),
              "no action for the number \"+4930 \": it is not among [numbers], and there is no "
              "default");
}

TEST_F(ServeActions, may_have_their_numbers_in_a_file)
{
    ASSERT_TRUE(
        add_numbers("# of Berlin\n\n+493012345,sales\r\n  +4930* , http://h/berlin\n"
                    "+4940*,night",
                    actions));
    EXPECT_EQ(chosen("", "+493012345"), "http://h/sales");
    EXPECT_EQ(chosen("", "+493099"), "http://h/berlin");
    EXPECT_EQ(chosen("", "+494099"), "http://h/night");
    number("+493012345", "night");
    EXPECT_EQ(chosen("", "+493012345"), "http://h/night") << "the table goes before the file";
}

TEST_F(ServeActions, take_the_numbers_of_others_that_they_do_not_have)
{
    number("+493012345", "sales");
    number("+4940*", "sales");
    Actions others = actions.named();
    EXPECT_EQ(others.numbers(), 0U);
    ASSERT_TRUE(add_numbers("+493012345,night\n+4940*,night\n+49401,night\n", others));
    EXPECT_EQ(others.numbers(), 3U);
    actions.add_missing(std::move(others));
    EXPECT_EQ(chosen("", "+493012345"), "http://h/sales");
    EXPECT_EQ(chosen("", "+49402"), "http://h/sales");
    EXPECT_EQ(chosen("", "+49401"), "http://h/night");
}

TEST_F(ServeActions, say_which_line_of_the_file_is_wrong)
{
    const auto why = [this](std::string_view text) {
        const auto added = add_numbers(text, actions);
        return added ? "" : added.error();
    };
    EXPECT_EQ(why("+491,sales\n+492\n"), "2: has no comma between a number and its action");
    EXPECT_THAT(why("\n\n49 30,sales"), HasSubstr("3: \"49 30\" is not a number"));
    EXPECT_THAT(why("+491,nobody"), HasSubstr("1: \"+491\" "));
}

TEST_F(ServeActions, are_found_among_a_hundred_thousand_numbers)
{
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += fmt::format("+49{:06},sales\n", i);
    ASSERT_TRUE(add_numbers(text, actions));
    EXPECT_EQ(chosen("", "+49099999"), "http://h/sales");
}

}  // namespace
}  // namespace pivot::tools
