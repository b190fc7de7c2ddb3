// Call-control commands as KAZOO's validators take them.
#include "base/json.hpp"
#include "switches/kazoo/conference_request.hpp"
#include "switches/kazoo/dial_commands.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::switches::kazoo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view id = "a1b2@10.26.0.158";

CallIdentity identity()
{
    CallIdentity call;
    call.call_id = id;
    call.account_id = "4642d6";
    return call;
}

Frame frame()
{
    Frame frame;
    frame.node = "pivot@here";
    frame.queue = "pivot-call-7f00a1";
    frame.message_id = "m1";
    return frame;
}

std::vector<std::string> applications_of(std::string_view body)
{
    json::Document document;
    const auto message = document.read(body);
    std::vector<std::string> names;
    for (const auto part : message->find("Commands")->elements()) {
        names.emplace_back(part.find("Application-Name")->text());
    }
    return names;
}

TEST(KazooCommands, a_hang_up_is_framed_as_kazoo_has_it)
{
    Frame now = frame();
    now.insert_at = InsertAt::now;
    EXPECT_EQ(framed(now, hangup_command(id, "USER_BUSY")),
              R"({"Event-Category":"call","Event-Name":"command","App-Name":"kapps_call",)"
              R"("App-Version":"1.0.0","Node":"pivot@here","Msg-ID":"m1",)"
              R"("Server-ID":"pivot-call-7f00a1","Insert-At":"now","Application-Name":"hangup",)"
              R"("Call-ID":"a1b2@10.26.0.158","Hangup-Cause":"USER_BUSY"})");
}

TEST(KazooCommands, a_queue_is_listed_from_its_end_with_the_marker_first)
{
    const std::string body =
        framed_queue(frame(), id, {plain_command("progress", id), plain_command("play", id)});
    EXPECT_THAT(applications_of(body), ElementsAre("noop", "play", "progress"));
    EXPECT_THAT(body, HasSubstr(R"({"Application-Name":"noop","Call-ID":"a1b2@10.26.0.158",)"
                                R"("Msg-ID":"m1"})"));
}

TEST(KazooCommands, media_are_named_as_kazoo_finds_them)
{
    const auto command_for = [](const Media& media) {
        return play_command(identity(), media).value_or("none");
    };
    EXPECT_THAT(command_for(Media(WebUrl::of("http://media.example.com/hi.mp3"))),
                HasSubstr(R"("Media-Name":"http://media.example.com/hi.mp3")"));
    EXPECT_THAT(command_for(Media(SoundName::of("hello"))), HasSubstr(R"("Media-Name":"hello")"));
    EXPECT_THAT(command_for(Media(PromptName::of("vm-goodbye"), LanguageTag::of("de_DE"))),
                HasSubstr(R"("prompt://4642d6/vm-goodbye/de-de")"));
    const std::string music = command_for(Media(HoldMusicName()));
    EXPECT_THAT(music, HasSubstr(R"("Media-Name":"${hold_music}")"));
    EXPECT_THAT(music, HasSubstr(R"("Endless-Playback":true)"));
    EXPECT_FALSE(play_command(identity(), Media(LocalPath::of_operator("/tmp/x.wav"))));
}

TEST(KazooCommands, media_are_played_as_often_as_they_are_to_be_and_no_key_ends_them)
{
    Media media(SoundName::of("hello"));
    EXPECT_EQ(*play_command(identity(), media),
              R"({"Application-Name":"play","Call-ID":"a1b2@10.26.0.158","Media-Name":"hello",)"
              R"("Terminators":"none"})");
    media.set_loops(3);
    EXPECT_THAT(*play_command(identity(), media), HasSubstr(R"("Loop-Count":3)"));
    media.set_loops(0);
    EXPECT_THAT(*play_command(identity(), media), HasSubstr(R"("Endless-Playback":true)"));
}

TEST(KazooCommands, tones_have_their_frequencies_and_an_end)
{
    const Tone tone{std::chrono::milliseconds(500), std::chrono::milliseconds(100), 440, 480};
    EXPECT_THAT(*play_command(identity(), Media(tone)),
                HasSubstr(R"("Tones":[{"Frequencies":["440","480"],"Duration-ON":"500",)"
                          R"("Duration-OFF":"100"}])"));
    EXPECT_THAT(*play_command(identity(), Media(tone, 0)), HasSubstr(R"("Repeat":"6000")"));
}

TEST(KazooCommands, speech_has_a_voice_only_if_kazoo_has_it)
{
    Speech speech;
    speech.text = OpaqueText("5 < 6 \"quoted\" \xff");
    speech.voice = VoiceName::of("woman");
    speech.language = LanguageTag::of("en-GB");
    const std::string said = speech_command(id, speech);
    EXPECT_THAT(said, HasSubstr(R"("Text":"5 < 6 \"quoted\" )"));
    EXPECT_THAT(said, HasSubstr(R"("Voice":"female","Language":"en-gb")"));
    speech.voice = VoiceName::of("Polly.Joanna");
    EXPECT_THAT(speech_command(id, speech), Not(HasSubstr("Voice")));
}

TEST(KazooCommands, keys_are_sent_with_their_length)
{
    EXPECT_THAT(keys_command(id, KeySequence::of("12w#"), std::chrono::milliseconds(200)),
                HasSubstr(R"("DTMFs":"12w#","Duration":"200")"));
}

TEST(KazooCommands, a_set_has_the_objects_that_kazoo_requires)
{
    EXPECT_EQ(set_command(id, {{"Media-Name", "r.mp3"}}),
              R"({"Application-Name":"set","Call-ID":"a1b2@10.26.0.158",)"
              R"("Custom-Channel-Vars":{"Media-Name":"r.mp3"},"Custom-Call-Vars":{}})");
}

TEST(KazooCommands, a_recording_ends_by_keys_silence_or_its_limit)
{
    Recording recording;
    recording.keys = KeySet::of("#A5");
    recording.silence_max = std::chrono::seconds(5);
    recording.length_max = std::chrono::milliseconds(59'001);
    EXPECT_EQ(record_command(id, "r.mp3", recording),
              R"({"Application-Name":"record","Call-ID":"a1b2@10.26.0.158","Media-Name":"r.mp3",)"
              R"("Terminators":["#","5"],"Time-Limit":"60","Silence-Threshold":"200",)"
              R"("Silence-Hits":"5"})");
    EXPECT_THAT(record_command(id, "r.mp3", Recording()), HasSubstr(R"("Terminators":"none")"));
}

TEST(KazooCommands, a_recording_beside_all_else_has_an_id)
{
    Recording recording;
    recording.url = WebUrl::of("http://web.example.com/r/");
    const std::string begun = record_call_command(id, true, "r.mp3", recording);
    EXPECT_THAT(begun, HasSubstr(R"("Record-Action":"start")"));
    EXPECT_THAT(begun, HasSubstr(R"("Media-Recording-ID":"r.mp3")"));
    EXPECT_THAT(begun, HasSubstr(R"("Media-Transfer-Method":"put")"));
    EXPECT_THAT(record_call_command(id, false, "r.mp3", recording),
                HasSubstr(R"("Record-Action":"stop")"));
}

Dial dial_of(const std::vector<Address>& addresses)
{
    Dial dial;
    for (const Address& address : addresses) {
        Target target;
        target.address = address;
        dial.targets.push_back(target);
    }
    return dial;
}

TEST(KazooCommands, a_bridge_names_each_endpoint_as_kazoo_reaches_it)
{
    CallIdentity call = identity();
    call.control = {"ctl", "<0.1.0>"};
    call.realm = "acme.example.com";
    const std::string device = "0d3a9f8b7c6e5d4c3b2a190817161514";
    const Dial dial = dial_of({Address(PhoneNumber::of("+14155550100")),
                               Address(SipUri::of("sip:ann@example.com")),
                               Address(UserName::of("bob")), Address(UserName::of(device))});
    const std::string bridge = bridge_command(call, dial, {"l1", "l2", "l3", "l4"});
    EXPECT_THAT(bridge, HasSubstr(R"({"Invite-Format":"loopback","Route":"+14155550100",)"
                                  R"("To-DID":"+14155550100","Bypass-Media":"false",)"
                                  R"("Outbound-Call-ID":"l1"})"));
    EXPECT_THAT(bridge, HasSubstr(R"("Invite-Format":"route","Route":"sip:ann@example.com")"));
    EXPECT_THAT(bridge, HasSubstr(R"("Invite-Format":"username","To-User":"bob",)"
                                  R"("To-Realm":"acme.example.com")"));
    EXPECT_THAT(bridge, HasSubstr(fmt::format(R"("Invite-Format":"endpoint","Endpoint-ID":"{}",)"
                                              R"("Endpoint-URI":"{}@4642d6","Account-ID":"4642d6")",
                                              device, device)));
    EXPECT_THAT(bridge,
                HasSubstr(R"("Dial-Endpoint-Method":"simultaneous","Continue-After":true)"));
    call.control.process.clear();
    EXPECT_THAT(bridge_command(call, dial, {"l1", "l2", "l3", "l4"}), Not(HasSubstr("endpoint\"")))
        << "4.3 does not know it";
}

TEST(KazooCommands, a_bridge_has_the_rules_of_its_dial)
{
    Dial dial = dial_of({Address(SipUri::of("sip:ann@example.com"))});
    Target& target = dial.targets.front();
    target.timeout = std::chrono::milliseconds(9'500);
    target.username = OpaqueText("u");
    target.password = OpaqueText("p");
    target.headers = {SipHeader::of("X-Tag", "a b")};
    dial.is_sequential = true;
    dial.timeout = std::chrono::seconds(20);
    dial.caller_id_number = CallerNumber::of("+14155550111");
    dial.ringback = Media(Tone{std::chrono::seconds(2), std::chrono::seconds(4), 440, 480}, 0);
    EXPECT_EQ(bridge_command(identity(), dial, {"l1"}),
              R"({"Application-Name":"bridge","Call-ID":"a1b2@10.26.0.158","Endpoints":[)"
              R"({"Invite-Format":"route","Route":"sip:ann@example.com","Outbound-Call-ID":"l1",)"
              R"("Endpoint-Timeout":10,"Auth-User":"u","Auth-Password":"p",)"
              R"("Custom-SIP-Headers":{"X-Tag":"a b"}}],"Dial-Endpoint-Method":"single",)"
              R"("Continue-After":true,"Outbound-Caller-ID-Number":"+14155550111","Timeout":20,)"
              R"("Ringback":"tone_stream://%(2000,4000,440,480);loops=-1"})");
}

TEST(KazooCommands, a_number_alone_goes_to_a_carrier)
{
    Dial dial = dial_of({Address(PhoneNumber::of("+14155550100"))});
    dial.timeout = std::chrono::seconds(30);
    ASSERT_TRUE(is_for_carrier(dial));
    CallIdentity call = identity();
    call.control = {"ctl", "<0.1.0>"};
    const Publication request = offnet_request(frame(), call, dial);
    EXPECT_EQ(request.exchange, "resources");
    EXPECT_EQ(request.routing_key, "offnet.resource.req.audio");
    for (const std::string_view part :
         {R"("Event-Category":"resource","Event-Name":"offnet_req")",
          R"("Application-Name":"bridge","Resource-Type":"audio","To-DID":"+14155550100")",
          R"("Control-Queue":"pid://<0.1.0>/ctl")", R"("Timeout":30)",
          R"("Server-ID":"pivot-call-7f00a1")", R"("Msg-ID":"m1")"}) {
        EXPECT_THAT(request.body, HasSubstr(part));
    }
    EXPECT_FALSE(is_for_carrier(dial_of({dial.targets[0].address, dial.targets[0].address})));
    EXPECT_FALSE(is_for_carrier(dial_of({Address(SipUri::of("sip:ann@example.com"))})));
}

TEST(KazooCommands, a_conference_is_that_of_its_name)
{
    CallIdentity call = identity();
    call.call_object = R"({"Call-ID":"a"})";
    Conference conference;
    conference.room = RoomName::of("hello");
    conference.members_max = 2;
    conference.is_muted = true;
    conference.ends_with_caller = true;
    const Publication request = conference_request(frame(), call, conference);
    EXPECT_EQ(request.exchange, "conference");
    EXPECT_EQ(request.routing_key, "conference.discovery");
    for (const std::string_view part :
         {R"("Event-Name":"discovery_req")", R"("Call":{"Call-ID":"a"})",
          R"("Conference-ID":"5d41402abc4b2a76b9719d911017c592")", R"("max_participants":3)",
          R"("moderator":{"join_muted":true)", R"("member-flags":"endconf")",
          R"("profile_name":"5d41402abc4b2a76b9719d911017c592_4642d6")", R"("Moderator":true)"}) {
        EXPECT_THAT(request.body, HasSubstr(part));
    }
}

TEST(KazooCommands, the_status_of_a_channel_is_asked_for_by_its_encoded_id)
{
    const Publication request = status_request(frame(), id);
    EXPECT_EQ(request.exchange, "callevt");
    EXPECT_EQ(request.routing_key, "call.status_req.a1b2%4010%2E26%2E0%2E158");
    EXPECT_THAT(request.body, HasSubstr(R"("Event-Name":"channel_status_req")"));
    EXPECT_THAT(request.body, HasSubstr(R"("Server-ID":"pivot-call-7f00a1")"));
}

}  // namespace
}  // namespace pivot::switches::kazoo
