#include "base/text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace pivot {
namespace {

TEST(Printable, shows_what_people_write_and_escapes_what_commands_a_terminal)
{
    EXPECT_EQ(printable("Grüße €"), "Grüße €");
    EXPECT_EQ(printable("\x1b[2J\n"), "\\u001b[2J ");
    EXPECT_EQ(printable("\xff"), "\xEF\xBF\xBD");
}

TEST(Printable, is_cut_between_characters)
{
    std::string long_text(199, 'a');
    long_text += "€";
    EXPECT_EQ(printable(long_text), std::string(199, 'a'));
}

TEST(Text, letters_and_digits_are_those_of_ascii)
{
    EXPECT_TRUE(is_letter('a') && is_letter('Z'));
    EXPECT_FALSE(is_letter('@') || is_letter('[') || is_letter('`') || is_letter('{'));
    EXPECT_EQ(hex_value('0'), 0);
    EXPECT_EQ(hex_value('f'), 15);
    EXPECT_EQ(hex_value('F'), 15);
    EXPECT_EQ(hex_value('g'), -1);
    EXPECT_EQ(hex_value('\0'), -1);
}

TEST(Text, is_trimmed_of_what_the_caller_names)
{
    EXPECT_EQ(trim(" \ta b\t "), "a b");
    EXPECT_EQ(trim("\na\n"), "\na\n");
    EXPECT_EQ(trim("\r\n a\n", blanks), "a");
    EXPECT_EQ(trim(" \n", blanks), "");
}

TEST(Text, a_word_is_one_of_a_list_as_a_whole)
{
    EXPECT_TRUE(has_word("get post", "get"));
    EXPECT_TRUE(has_word("get post", "post"));
    EXPECT_FALSE(has_word("get post", "pos"));
    EXPECT_FALSE(has_word("get post", "get post"));
    EXPECT_FALSE(has_word("", ""));
}

TEST(Text, a_number_is_the_whole_text)
{
    EXPECT_EQ(parse_number<int>("-12"), -12);
    EXPECT_EQ(parse_number<double>("1.5"), 1.5);
    EXPECT_EQ(parse_number<int>("12 "), std::nullopt);
    EXPECT_EQ(parse_number<int>(""), std::nullopt);
    EXPECT_EQ(parse_number<unsigned char>("256"), std::nullopt);
}

TEST(Text, xml_takes_it_in_an_element_and_in_a_value)
{
    std::string xml;
    append_xml(xml, "a<b>&\"c\"\r\n'");
    EXPECT_EQ(xml, "a&lt;b&gt;&amp;&quot;c&quot;&#13;\n'");
}

}  // namespace
}  // namespace pivot
