#include "media/command_line.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using testing::ElementsAre;

using Arguments = std::vector<std::string>;

Arguments filled_in(const Arguments& command)
{
    const media::Placeholder values[] = {
        {"text", "-f /etc/passwd; `rm` $HOME"}, {"voice", ""}, {"language", "de"}};
    return media::filled_in(command, values);
}

TEST(CommandLine, has_values_in_place_of_names)
{
    EXPECT_THAT(filled_in({"say", "-v{language}", "{language}/{language}.wav", "{", "{}", "{a b}"}),
                ElementsAre("say", "-vde", "de/de.wav", "{", "{}", "{a b}"));
    EXPECT_THAT(filled_in({"say", "{unknown}{language}{"}), ElementsAre("say", "{unknown}de{"));
}

TEST(CommandLine, leaves_out_what_has_no_value)
{
    EXPECT_THAT(filled_in({"say", "-V{voice}", "{language}{voice}"}), ElementsAre("say"));
}

TEST(CommandLine, lets_no_text_be_an_option_or_anything_to_a_shell)
{
    EXPECT_THAT(filled_in({"say", "{text}"}), ElementsAre("say", " -f /etc/passwd; `rm` $HOME"));
    EXPECT_THAT(filled_in({"say", "={text}"}), ElementsAre("say", "=-f /etc/passwd; `rm` $HOME"));
}

TEST(CommandLine, names_what_stands_for_nothing)
{
    constexpr std::string_view names[] = {"text", "file"};
    EXPECT_EQ(media::objection_to("{text}{file}{", names), "");
    EXPECT_EQ(media::objection_to("-x{txt}", names),
              "{txt} stands for nothing: there are {text}, {file}");
}

}  // namespace
}  // namespace pivot::test
