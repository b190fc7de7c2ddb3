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

TEST(Utf8, the_first_invalid_byte_is_found)
{
    EXPECT_EQ(find_invalid_utf8("a\xc3\xab"), 3U);
    EXPECT_EQ(find_invalid_utf8("a\xc3"), 1U);
    EXPECT_EQ(find_invalid_utf8("\xe2\x82\xac\x80"), 3U);
    EXPECT_EQ(find_invalid_utf8("\xed\xa0\x80"), 0U);
    EXPECT_EQ(find_invalid_utf8(""), 0U);
}

TEST(Utf8, a_character_is_written_as_it_is_read)
{
    for (const std::uint32_t code :
         {0x41U, 0x7FU, 0x80U, 0x7FFU, 0x800U, 0xFFFDU, 0x10000U, 0x10FFFFU}) {
        char bytes[4];
        const std::string_view text(bytes, write_utf8(bytes, code) - bytes);
        EXPECT_TRUE(is_valid_utf8(text)) << code;
        EXPECT_EQ(count_characters(text), 1U);
        EXPECT_EQ(first_character(text).code, code);
        EXPECT_EQ(first_character(text).size, text.size());
    }
}

}  // namespace
}  // namespace pivot
