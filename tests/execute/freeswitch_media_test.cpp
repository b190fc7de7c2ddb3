#include "execute/freeswitch_media.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace pivot::test {

namespace {

using execute::FreeswitchMedia;
using execute::read_freeswitch_media;

FreeswitchMedia read(std::string_view name)
{
    return read_freeswitch_media(name).value();
}

}  // namespace

TEST(FreeswitchMedia, become_a_tone_that_a_channel_takes)
{
    struct Row {
        std::string_view written;
        std::string_view tone;
        unsigned loops;
        std::string_view flaw;
    };
    const Row rows[] = {
        {"tone_stream://%(500,100,440)", "500,100,440", 1, ""},
        {"tone_stream://%(500,500,480,620);loops=25", "500,500,480+620", 25, ""},
        {"tone_stream://%(500,500,480);loops=-1", "500,500,480", 0, ""},
        {"tone_stream://v=-7;%(500,0,440,480);loops=3", "500,0,440+480", 3,
         "its volume is left out"},
        {"tone_stream://%(400,200,400,450);%(400,2000,400,450)", "400,200,400+450", 1,
         "only its first tone is played"},
        {"tone_stream://%(1,2,3);%(4,5,6);%(7,8,9)", "1,2,3", 1, "only its first tone is played"},
        {"tone_stream://%(400,200,1,2,3)", "400,200,1+2", 1,
         "only its first two frequencies are played"},
        {"tone_stream://v=-7;%(1,2,3);%(4,5,6)", "1,2,3", 1,
         "its volume is left out, and only its first tone is played"},
    };
    for (const Row& row : rows) {
        const FreeswitchMedia is = read(row.written);
        EXPECT_EQ(is.media.kind(), Media::Kind::tone) << row.written;
        EXPECT_EQ(is.media.what(), row.tone) << row.written;
        EXPECT_EQ(is.media.loops(), row.loops) << row.written;
        EXPECT_EQ(is.flaw, row.flaw) << row.written;
    }
}

TEST(FreeswitchMedia, become_hold_music_that_a_channel_takes)
{
    const FreeswitchMedia own = read("local_stream://default");
    EXPECT_EQ(own.media.kind(), Media::Kind::hold_music);
    EXPECT_EQ(own.media.what(), "") << "the switch's own";
    EXPECT_FALSE(own.media.empty());
    EXPECT_EQ(read("local_stream://jazz").media.what(), "jazz");
    EXPECT_EQ(read("local_stream://jazz").media.loops(), 0U);
}

TEST(FreeswitchMedia, that_cannot_be_read_are_empty)
{
    for (const std::string_view name :
         {"tone_stream://", "tone_stream://500", "tone_stream://%(1,2,3)&x",
          "tone_stream://%(1,2,3);loops=x", "tone_stream://path=/etc/passwd",
          "tone_stream://%(1,2,3);path=x", "tone_stream://%(0,1000,440)", "tone_stream://%(",
          "tone_stream://%()", "local_stream://", "local_stream://../x", "local_stream:///x"}) {
        EXPECT_TRUE(read(name).media.empty()) << name;
    }
}

TEST(FreeswitchMedia, are_not_the_names_of_other_sounds)
{
    for (const std::string_view name :
         {"", "welcome", "http://a.example/x", "tone_stream:/x", "silence_stream://1000"}) {
        EXPECT_FALSE(read_freeswitch_media(name)) << name;
    }
}

}  // namespace pivot::test
