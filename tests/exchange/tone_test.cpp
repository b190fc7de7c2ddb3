#include <pivot/command.hpp>

#include <string_view>

#include <gtest/gtest.h>

namespace pivot::test {

using namespace std::chrono_literals;

TEST(Tones, are_written_as_they_are_read)
{
    EXPECT_EQ(Tone::of("500,100,440"), (Tone{500ms, 100ms, 440, 0}));
    EXPECT_EQ(Tone::of("2000,4000,440+480"), (Tone{2'000ms, 4'000ms, 440, 480}));
    for (const std::string_view text : {"500,100,440", "1,0,1", "3600000,3600000,20000+20000"}) {
        EXPECT_EQ(Tone::of(text).text(), text);
    }
    EXPECT_EQ(Tone::of("500,100,440").length(), 600ms);
}

TEST(Tones, of_another_form_are_empty)
{
    for (const std::string_view text :
         {"", "500", "500,100", "500,100,", "0,100,440", "500,100,0", "500,100,440+",
          "500,100,+480", "500,100,440+0", "500,100,440+480+620", "500,100,440,480", "-1,100,440",
          "500,-1,440", "3600001,0,440", "500,100,20001", "%(500,100,440)", " 500,100,440",
          "5e2,100,440", "99999999999999999999,0,440"}) {
        EXPECT_TRUE(Tone::of(text).empty()) << text;
        EXPECT_TRUE(Media(Tone::of(text)).empty()) << text;
    }
}

TEST(Media, say_how_often_they_are_heard)
{
    EXPECT_EQ(Media(SoundName::of("welcome")).loops(), 1U);
    EXPECT_EQ(Media(Tone::of("500,100,440"), 25).loops(), 25U);
    const Media music{HoldMusicName()};
    EXPECT_EQ(music.loops(), 0U) << "until it is stopped";
    EXPECT_FALSE(music.empty()) << "the switch's default";
    EXPECT_EQ(Media(HoldMusicName::of("jazz")).what(), "jazz");
    EXPECT_TRUE(Media().empty());
    EXPECT_TRUE(Media(SoundName()).empty());
}

}  // namespace pivot::test
