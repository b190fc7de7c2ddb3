// Events as a real Asterisk 22 has written them.
#include "switches/asterisk/ari_event.hpp"

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::switches::asterisk {
namespace {

using testing::ElementsAre;

class AriEvents : public testing::Test {
protected:
    // The text has its exact size, so that a sanitizer sees what reads on.
    template <typename Told>
    const Told* read(std::string_view json)
    {
        text_ = std::string(json);
        event_ = reader_.read(text_);
        return std::get_if<Told>(&event_);
    }
    bool is_nothing(std::string_view json) { return read<std::monostate>(json) != nullptr; }

private:
    EventReader reader_;
    std::string text_;
    AriEvent event_;
};

TEST_F(AriEvents, a_call_comes_with_its_channel_and_its_arguments)
{
    const auto* start = read<StasisStart>(
        R"({"type":"StasisStart","timestamp":"2026-11-29T20:00:00.000+0000","args":["a","b"],
            "channel":{"id":"1795458421.28","name":"PJSIP/sipp-00000001","state":"Ring",
            "protocol_id":"1-27194@127.0.0.1","caller":{"name":"Alice","number":"+15551230000"},
            "connected":{"name":"","number":""},"accountcode":"acme","dialplan":{"context":
            "from-sip","exten":"700","priority":2,"app_name":"Stasis","app_data":"pivot,a,b"},
            "creationtime":"2026-11-29T20:00:00.000+0000","language":"en"},
            "asterisk_id":"00:00:00:00:00:00","application":"pivot"})");
    ASSERT_NE(start, nullptr);
    EXPECT_EQ(start->channel.id, "1795458421.28");
    EXPECT_EQ(start->channel.name, "PJSIP/sipp-00000001");
    EXPECT_EQ(start->channel.protocol_id, "1-27194@127.0.0.1");
    EXPECT_EQ(start->channel.caller_number, "+15551230000");
    EXPECT_EQ(start->channel.extension, "700");
    EXPECT_EQ(start->channel.account, "acme");
    EXPECT_FALSE(start->channel.is_up);
    EXPECT_THAT(start->arguments, ElementsAre("a", "b"));
}

TEST_F(AriEvents, a_playback_is_done_or_has_failed)
{
    const auto* finished = read<PlaybackFinished>(
        R"({"type":"PlaybackFinished","playback":{"id":"p1","media_uri":"sound:none",
            "target_uri":"channel:c.1","language":"en","state":"failed"}})");
    ASSERT_NE(finished, nullptr);
    EXPECT_EQ(finished->channel, "c.1");
    EXPECT_EQ(finished->playback, "p1");
    EXPECT_TRUE(finished->has_failed);
}

TEST_F(AriEvents, a_hang_up_has_its_causes)
{
    const auto* request = read<ChannelHangupRequest>(
        R"({"type":"ChannelHangupRequest","cause":16,"tech_cause":487,"channel":{"id":"c"}})");
    ASSERT_NE(request, nullptr);
    EXPECT_EQ(request->cause, 16);
    EXPECT_EQ(request->sip_code, 487);
}

TEST_F(AriEvents, a_recording_that_failed_says_why)
{
    const auto* finished = read<RecordingFinished>(
        R"({"type":"RecordingFailed","recording":{"name":"r","state":"failed","cause":"no disk",
            "target_uri":"channel:c"}})");
    ASSERT_NE(finished, nullptr);
    EXPECT_TRUE(finished->has_failed);
    EXPECT_EQ(finished->cause, "no disk");
}

TEST_F(AriEvents, only_keys_of_the_keypad_are_keys)
{
    constexpr std::string_view pressed =
        R"({"type":"ChannelDtmfReceived","digit":"#","channel":{"id":"c"}})";
    const auto* key = read<ChannelDtmfReceived>(pressed);
    ASSERT_NE(key, nullptr);
    EXPECT_EQ(key->key, '#');
    EXPECT_TRUE(is_nothing(R"({"type":"ChannelDtmfReceived","digit":"##","channel":{"id":"c"}})"));
    EXPECT_TRUE(is_nothing(R"({"type":"ChannelDtmfReceived","digit":"x","channel":{"id":"c"}})"));
}

TEST_F(AriEvents, asterisk_is_to_tell_what_is_read_and_no_more)
{
    const std::string filter = event_filter();
    EXPECT_TRUE(filter.starts_with(R"({"allowed":[{"type":")"));
    for (const std::string_view type : {"StasisStart", "StasisEnd", "ApplicationReplaced"}) {
        EXPECT_NE(filter.find(fmt::format(R"({{"type":"{}"}})", type)), filter.npos) << type;
    }
    EXPECT_EQ(filter.find("PlaybackStarted"), filter.npos);
    json::Document document;
    EXPECT_TRUE(document.read(filter));
}

TEST_F(AriEvents, what_is_of_no_interest_or_broken_is_nothing)
{
    EXPECT_TRUE(is_nothing(R"({"type":"ChannelVarset","variable":"RTPAUDIOQOS","value":""})"));
    EXPECT_TRUE(is_nothing(R"({"type":"StasisStart","args":[]})"));
    EXPECT_TRUE(is_nothing(R"({"type":"StasisStart","args":[],"channel":{"id":7}})"));
    EXPECT_TRUE(is_nothing(R"({"type":"PlaybackFinished"})"));
    EXPECT_TRUE(is_nothing(R"({"type":)"));
    EXPECT_TRUE(is_nothing("[]"));
    EXPECT_TRUE(is_nothing(""));
}

}  // namespace
}  // namespace pivot::switches::asterisk
