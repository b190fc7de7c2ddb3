#include "base/harmless.hpp"

#include "base/json.hpp"
#include "exact.hpp"

#include <string>

#include <gtest/gtest.h>

namespace pivot {
namespace {

TEST(Harmless, what_people_write_stays)
{
    for (const auto* text :
         {"", "a b", "Zo\xc3\xab", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\\u001b"}) {
        EXPECT_EQ(harmless(text), text);
        EXPECT_EQ(harmless_lines(text), text);
    }
}

TEST(Harmless, controls_and_marks_that_turn_writing_are_escaped)
{
    EXPECT_EQ(harmless("\x1b[31m\x7f"), "\\u001b[31m\\u007f");
    EXPECT_EQ(harmless(std::string_view("\0\b", 2)), "\\u0000\\u0008");
    EXPECT_EQ(harmless("\xc2\x9b"), "\\u009b");
    EXPECT_EQ(harmless("\xe2\x80\xae!\xe2\x81\xa9\xd8\x9c"), "\\u202e!\\u2069\\u061c");
}

TEST(Harmless, a_line_stays_one_line)
{
    EXPECT_EQ(harmless("a\r\nb\tc"), "a  b c");
    EXPECT_EQ(harmless("a\xe2\x80\xa8\xe2\x80\xa9\xc2\x85"), "a\\u2028\\u2029\\u0085");
}

TEST(Harmless, lines_keep_their_line_feeds_alone)
{
    EXPECT_EQ(harmless_lines("a\r\n\tb\n\x1b"), "a \n b\n\\u001b");
}

TEST(Harmless, bytes_that_belong_to_no_character_are_replaced)
{
    EXPECT_EQ(harmless("Zo\xeb."), "Zo\xEF\xBF\xBD.");
}

TEST(Harmless, json_stays_the_same_json)
{
    std::string written;
    json::append_quoted(written, "\x1b\xc2\x9b\xe2\x80\xae\x7f\n\xe2\x82\xac");
    json::Document before;
    json::Document after;
    const auto value = before.read(written);
    const auto shown = after.read(harmless_lines(written));
    ASSERT_TRUE(value && shown);
    EXPECT_EQ(shown->text(), value->text());
}

TEST(Harmless, the_end_of_the_bytes_is_the_end_of_the_text)
{
    for_each_prefix("a\xc3\xab\xe2\x82\xac\xf0\x9f\x98\x80",
                    [](std::string_view prefix) { harmless(prefix); });
}

}  // namespace
}  // namespace pivot
