// Events of KAZOO's calls, as they come over its bus.
#include "switches/kazoo/call_event.hpp"

#include <chrono>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace pivot::switches::kazoo {
namespace {

using Kind = CallEvent::Kind;
using std::chrono::milliseconds;

CallEvent read(std::string_view name, std::string_view members = {},
               std::string_view category = "call_event")
{
    const auto event = CallEvent::read(
        fmt::format(R"({{"Event-Category":"{}","Event-Name":"{}","Call-ID":"a","Msg-ID":"m"{}}})",
                    category, name, members));
    EXPECT_TRUE(event) << name;
    return event.value_or(CallEvent());
}

TEST(KazooEvent, a_key_is_one_of_the_keypad)
{
    EXPECT_EQ(read("DTMF", R"(,"DTMF-Digit":"5","DTMF-Duration":1600)").pressed, '5');
    EXPECT_EQ(read("DTMF", R"(,"DTMF-Digit":5)").pressed, '5');
    EXPECT_EQ(read("DTMF", R"(,"DTMF-Digit":"F")").pressed, '\0');
    EXPECT_EQ(read("DTMF", R"(,"DTMF-Digit":"55")").pressed, '\0');
    EXPECT_EQ(read("DTMF", R"(,"DTMF-Digit":null)").pressed, '\0');
}

TEST(KazooEvent, a_marker_tells_its_message)
{
    const CallEvent event =
        read("CHANNEL_EXECUTE_COMPLETE",
             R"(,"Application-Name":"noop","Application-Response":"5d2f0c9e1b7a4f3d")");
    EXPECT_EQ(event.kind, Kind::completed);
    EXPECT_EQ(event.application, "noop");
    EXPECT_EQ(event.response, "5d2f0c9e1b7a4f3d");
}

TEST(KazooEvent, a_bridge_tells_its_cause)
{
    const CallEvent event =
        read("CHANNEL_EXECUTE_COMPLETE",
             R"(,"Application-Name":"bridge","Bridge-Hangup-Cause":"USER_BUSY",)"
             R"("Application-Response":"SUCCESS","Hangup-Code":"sip:486")");
    EXPECT_EQ(event.cause, "USER_BUSY");
    EXPECT_EQ(event.sip_code, 486);
    EXPECT_EQ(read("CHANNEL_BRIDGE", R"(,"Other-Leg-Call-ID":"b")").other_leg, "b");
}

TEST(KazooEvent, a_hang_up_tells_its_cause)
{
    const CallEvent event =
        read("CHANNEL_DESTROY", R"(,"Hangup-Cause":"NO_ANSWER","Hangup-Code":"sip:480")");
    EXPECT_EQ(event.kind, Kind::destroyed);
    EXPECT_EQ(event.cause, "NO_ANSWER");
    EXPECT_EQ(event.sip_code, 480);
    EXPECT_EQ(read("CHANNEL_DESTROY", R"(,"Hangup-Code":"sip:99999")").sip_code, 0);
}

TEST(KazooEvent, the_length_of_a_recording_may_be_text)
{
    EXPECT_EQ(read("RECORD_STOP", R"(,"Length":"4200","Terminator":"#")").length,
              milliseconds(4'200));
    EXPECT_EQ(read("RECORD_STOP", R"(,"Length":4200.7)").length, milliseconds(4'200));
    EXPECT_EQ(read("RECORD_STOP", R"(,"Length":"-1")").length, milliseconds(0));
    EXPECT_EQ(read("RECORD_STOP", R"(,"Length":1e300)").length, milliseconds(0));
    EXPECT_TRUE(read("RECORD_STOP", R"(,"Silence-Terminated":true)").was_silent);
    EXPECT_TRUE(read("RECORD_STOP", R"(,"Silence-Terminated":"true")").was_silent);
}

TEST(KazooEvent, a_refused_command_tells_why)
{
    const CallEvent event =
        read("dialplan",
             R"(,"Error-Message":"application unknown","Channel-State":"EXECUTE",)"
             R"("Request":{"Application-Name":"store"})",
             "error");
    EXPECT_EQ(event.kind, Kind::refused);
    EXPECT_EQ(event.response, "application unknown");
    EXPECT_EQ(event.application, "store");
    EXPECT_FALSE(event.is_gone);
    EXPECT_TRUE(read("dialplan", R"(,"Channel-State":"DOWN")", "error").is_gone);
}

TEST(KazooEvent, an_answer_of_a_carrier_tells_its_status)
{
    const CallEvent event = read(
        "offnet_resp", R"(,"Response-Message":"USER_BUSY","Response-Code":"sip:486")", "resource");
    EXPECT_EQ(event.kind, Kind::offnet);
    EXPECT_EQ(event.cause, "USER_BUSY");
    EXPECT_EQ(event.sip_code, 486);
    EXPECT_EQ(event.message_id, "m");
}

TEST(KazooEvent, whoever_takes_the_call_is_named)
{
    EXPECT_EQ(read("usurp_control", R"(,"Fetch-ID":"f2","Reason":"redirect")").fetch_id, "f2");
    EXPECT_EQ(read("CHANNEL_TRANSFEREE", R"(,"Custom-Channel-Vars":{"Fetch-ID":"f3"})").fetch_id,
              "f3");
    EXPECT_EQ(read("CHANNEL_TRANSFEREE", R"(,"Custom-Channel-Vars":["f3"])").fetch_id, "");
    EXPECT_EQ(read("CHANNEL_REPLACED", R"(,"Replaced-By":"c")").replaced_by, "c");
    EXPECT_EQ(read("channel_status_resp", R"(,"Status":"terminated")").response, "terminated");
}

TEST(KazooEvent, a_channel_may_say_that_it_is_answered)
{
    EXPECT_TRUE(read("CHANNEL_ANSWER").is_up);
    EXPECT_TRUE(read("DTMF", R"(,"Channel-Answer-State":"answered")").is_up);
    EXPECT_FALSE(read("DTMF", R"(,"Channel-Answer-State":"early")").is_up);
}

TEST(KazooEvent, what_is_not_a_message_about_a_call_is_nothing)
{
    for (const std::string_view body :
         {"", "[]", "{}", "5", "{\"Event-Category\":\"call_event\"}",
          R"({"Event-Category":5,"Event-Name":[]})",
          R"({"Event-Category":"call_event","Event-Name":"HEARTBEAT"})",
          R"({"Event-Category":"nodes","Event-Name":"DTMF"})"}) {
        EXPECT_FALSE(CallEvent::read(body)) << body;
    }
    const std::string deep(100'000, '[');
    EXPECT_FALSE(CallEvent::read(deep));
}

TEST(KazooEvent, what_is_too_long_or_of_the_wrong_kind_is_left_out)
{
    const std::string members = fmt::format(R"(,"Hangup-Cause":"{}","Other-Leg-Call-ID":{{"a":1}})",
                                            std::string(5'000, 'x'));
    const CallEvent event = read("CHANNEL_DESTROY", members);
    EXPECT_EQ(event.cause, "");
    EXPECT_EQ(event.other_leg, "");
}

}  // namespace
}  // namespace pivot::switches::kazoo
