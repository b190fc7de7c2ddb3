#include "base/utf8.hpp"

#include "exact.hpp"

#include <gtest/gtest.h>

namespace pivot {
namespace {

TEST(Utf8, what_is_valid_stays)
{
    for (const auto* text : {"", "abc", "Zo\xc3\xab", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
        EXPECT_EQ(to_valid_utf8(text), text);
    }
    EXPECT_EQ(to_valid_utf8(std::string_view("a\0b", 3)), std::string_view("a\0b", 3));
}

TEST(Utf8, a_byte_that_belongs_to_no_character_is_replaced)
{
    EXPECT_EQ(to_valid_utf8("Zo\xeb."), "Zo\xEF\xBF\xBD.");
    EXPECT_EQ(to_valid_utf8("\x80"), "\xEF\xBF\xBD");
    EXPECT_EQ(to_valid_utf8("\xe2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(to_valid_utf8("\xc3\xc3\xab"), "\xEF\xBF\xBD\xc3\xab");
    EXPECT_EQ(to_valid_utf8("\xff\xfe<"), "\xEF\xBF\xBD\xEF\xBF\xBD<");
}

// RFC 3629, section 10: overlong forms, surrogates and what is beyond U+10FFFF.
TEST(Utf8, what_only_looks_like_a_character_is_replaced)
{
    const std::string three = "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD";
    EXPECT_EQ(to_valid_utf8("\xe0\x80\xaf"), three);
    EXPECT_EQ(to_valid_utf8("\xed\xa0\x80"), three);
    EXPECT_EQ(to_valid_utf8("\xf4\x90\x80\x80"), three + "\xEF\xBF\xBD");
}

TEST(Utf8, a_text_is_cut_between_characters)
{
    const std::string_view text = "a\xc3\xab\xe2\x82\xac\xf0\x9f\x98\x80";
    EXPECT_EQ(cut_utf8(text, 0), "");
    EXPECT_EQ(cut_utf8(text, 1), "a");
    EXPECT_EQ(cut_utf8(text, 2), "a");
    EXPECT_EQ(cut_utf8(text, 3), "a\xc3\xab");
    EXPECT_EQ(cut_utf8(text, 5), "a\xc3\xab");
    EXPECT_EQ(cut_utf8(text, 6), "a\xc3\xab\xe2\x82\xac");
    EXPECT_EQ(cut_utf8(text, 9), "a\xc3\xab\xe2\x82\xac");
    EXPECT_EQ(cut_utf8(text, 10), text);
    EXPECT_EQ(cut_utf8(text, 100), text);
}

TEST(Utf8, what_is_not_text_is_cut_anywhere)
{
    const std::string bytes(8, '\x80');
    EXPECT_EQ(cut_utf8(bytes, 6).size(), 6U);
    EXPECT_EQ(cut_utf8(bytes, 2).size(), 2U);
}

TEST(Utf8, the_end_of_the_bytes_is_the_end_of_the_text)
{
    for_each_prefix("a\xc3\xab\xe2\x82\xac\xf0\x9f\x98\x80",
                    [](std::string_view prefix) { to_valid_utf8(prefix); });
}

}  // namespace
}  // namespace pivot
