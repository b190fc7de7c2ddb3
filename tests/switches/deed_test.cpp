#include "switches/scripted/deed.hpp"

#include <gtest/gtest.h>

namespace pivot::switches::scripted {
namespace {

Deed deed(Nanoseconds at, std::string text)
{
    Deed deed;
    deed.at = at;
    deed.actor = "CALLER";
    deed.text = std::move(text);
    return deed;
}

TEST(Deed, is_a_line_with_its_time)
{
    EXPECT_EQ(line_of(deed(3'250'000'000, "presses 1")), "00:03.2  CALLER   presses 1");
    EXPECT_EQ(line_of(deed(3'600'000'000'000, "ends")), "60:00.0  CALLER   ends");
}

TEST(Deed, of_a_peer_neither_ends_its_line_nor_commands_the_terminal)
{
    EXPECT_EQ(line_of(deed(0, "a\r\nb\tc")), "00:00.0  CALLER   a  b c");
    EXPECT_EQ(line_of(deed(0, "\x1b[31m\x7f")), "00:00.0  CALLER   \\u001b[31m\\u007f");
    EXPECT_EQ(line_of(deed(0, "\xc2\x9b")), "00:00.0  CALLER   \\u009b");
    EXPECT_EQ(line_of(deed(0, "\xe2\x80\xae!\xe2\x80\xa8")), "00:00.0  CALLER   \\u202e!\\u2028");
}

TEST(Deed, keeps_what_is_written_in_other_scripts)
{
    const std::string text = "grüße, 電話, 📞";
    EXPECT_EQ(line_of(deed(0, text)), "00:00.0  CALLER   " + text);
    EXPECT_EQ(line_of(deed(0, "\xff")), "00:00.0  CALLER   \xef\xbf\xbd");
}

}  // namespace
}  // namespace pivot::switches::scripted
