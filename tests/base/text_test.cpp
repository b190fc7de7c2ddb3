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

}  // namespace
}  // namespace pivot
