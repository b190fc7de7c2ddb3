// One call after the other on a fake Asterisk: what is asked of it, and what is told of it.
#include "base/link_mac.hpp"
#include "peers/temporary_folder.hpp"
#include "switches/asterisk_fixture.hpp"
#include "switches/conformance.hpp"
#include "switches/passing_time.hpp"
#include "switches/scripted_call.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

namespace pivot::test {
namespace {

using switches::asterisk::OfferedSounds;
using switches::asterisk::SwitchSettings;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using testing::VariantWith;

// ---- the contract -------------------------------------------------------------------------------

class OnAsterisk final : public conformance::SwitchUnderTest {
public:
    explicit OnAsterisk(bool tells_before_answers)
    {
        under_test_.asterisk.tells_before_answers = tells_before_answers;
    }

    Channel& begin_call() override
    {
        if (calls_ > 0) under_test_.end_session();
        id_ = fmt::format("c{}", ++calls_);
        under_test_.enter(id_);
        under_test_.take_told();
        return under_test_.channel();
    }
    std::vector<Event> settle() override
    {
        under_test_.pass();
        return under_test_.take_told();
    }
    std::vector<Event> look() override
    {
        under_test_.run();
        return under_test_.take_told();
    }
    void press(char key) override { under_test_.asterisk.press(id_, key); }
    void hang_up_caller() override { under_test_.asterisk.hang_up(id_); }
    std::optional<Address> somebody() override { return Address(PhoneNumber::of("+14155550100")); }
    std::optional<Address> nobody() override
    {
        under_test_.asterisk.refusing["Local/+14155550199@pivot-dial/n"] = 17;
        return Address(PhoneNumber::of("+14155550199"));
    }
    std::optional<Address> elsewhere() override { return somebody(); }
    std::optional<Address> nowhere() override
    {
        under_test_.asterisk.variables["DIALPLAN_EXISTS(in,+14155550199,1)"] = "0";
        return nobody();
    }

    std::size_t under_way_max() const { return under_test_.asterisk.under_way_max; }

private:
    AsteriskUnderTest under_test_;
    std::string id_;
    int calls_ = 0;
};

TEST(AsteriskContract, holds_if_events_come_after_answers)
{
    OnAsterisk tested(false);
    EXPECT_THAT(conformance::breaches_of(tested), IsEmpty());
    EXPECT_LE(tested.under_way_max(), 2U);
}

TEST(AsteriskContract, holds_if_events_come_before_answers)
{
    OnAsterisk tested(true);
    EXPECT_THAT(conformance::breaches_of(tested), IsEmpty());
}

// ---- calls --------------------------------------------------------------------------------------

class AsteriskCall : public testing::Test {
protected:
    // `1 finished`, `gone NORMAL_CLEARING`
    std::vector<std::string> told()
    {
        tested.run();
        std::vector<std::string> texts;
        for (const Event& event : tested.take_told()) {
            std::string text = std::visit(ShownEvent(), event);
            if (!text.empty()) texts.push_back(std::move(text));
        }
        return texts;
    }

    Channel& answered_call()
    {
        tested.enter();
        tested.channel().answer();
        EXPECT_THAT(told(), ElementsAre("answered"));
        asterisk.asked.clear();
        return tested.channel();
    }

    static Recording recording_into(const std::string& path)
    {
        Recording recording;
        recording.length_max = std::chrono::seconds(30);
        recording.file = LocalPath::of_operator(path);
        return recording;
    }

    static Dial dial_of(const std::vector<std::string>& numbers)
    {
        Dial dial;
        for (const std::string& number : numbers) {
            Target& target = dial.targets.emplace_back();
            target.leg = static_cast<LegId>(dial.targets.size());
            target.address = Address(PhoneNumber::of(number));
        }
        return dial;
    }

    // With the channel `callee`, in a bridge.
    Channel& talking_call()
    {
        Channel& channel = answered_call();
        channel.dial(1, to_callee);
        tested.pass();
        channel.bridge(2, 1);
        told();
        callee = asterisk.last_channel();
        return channel;
    }

    const Dial to_callee = dial_of({"+1415"});
    AsteriskUnderTest tested;
    FakeAsterisk& asterisk = tested.asterisk;
    TemporaryFolder folder;
    const Media hello{SoundName::of("hello")};
    std::string callee;
};

TEST_F(AsteriskCall, comes_with_what_asterisk_knows)
{
    asterisk.variables = {{"CHANNEL(pjsip,remote_uri)", "\"Ann\" <sip:ann@a.example.com:5060;x=1>"},
                          {"CHANNEL(pjsip,local_uri)", "<sip:700@b.example.com>"},
                          {"PJSIP_HEADERS(X-)", "X-Site"},
                          {"PJSIP_HEADER(read,X-Site)", "north"}};
    tested.enter("c1", R"(["https://example.com/ivr?a=1","b=2"])");
    ASSERT_EQ(tested.arrivals.size(), 1U);
    const auto& arrival = tested.arrivals.front();
    EXPECT_EQ(arrival.said, "https://example.com/ivr?a=1,b=2");
    EXPECT_EQ(arrival.called, "700");
    EXPECT_FALSE(arrival.is_answered);
    EXPECT_EQ(arrival.call.call_id, "sip-c1");
    EXPECT_EQ(arrival.call.account_id, "acme");
    EXPECT_EQ(arrival.call.from.user, "ann");
    EXPECT_EQ(arrival.call.from.realm, "a.example.com:5060");
    EXPECT_EQ(arrival.call.to.user, "700");
    EXPECT_EQ(arrival.call.caller_id_name, "Ann Lee");
    EXPECT_EQ(arrival.call.custom_sip_headers, R"({"X-Site":"north"})");
}

TEST_F(AsteriskCall, is_asked_about_twice_at_most_before_it_is_taken)
{
    asterisk.variables = {{"PJSIP_HEADERS(X-)", "X-A,X-B"},
                          {"PJSIP_HEADER(read,X-A)", "${B}"},
                          {"PJSIP_HEADER(read,X-B)", ""},
                          {"PIVOT_ACTION", "{\n\n}"}};
    tested.enter();
    ASSERT_EQ(tested.arrivals.size(), 1U);
    EXPECT_EQ(tested.arrivals.front().said, "{\n\n}");
    EXPECT_EQ(tested.arrivals.front().call.custom_sip_headers, R"({"X-A":"${B}","X-B":""})");
    EXPECT_EQ(asterisk.count_asked("GET channels/c1/variable"), 2U);
}

TEST_F(AsteriskCall, is_asked_about_once_if_it_has_the_headers_of_the_call_before)
{
    asterisk.variables = {{"PJSIP_HEADERS(X-)", "X-A,X-B"},
                          {"PJSIP_HEADER(read,X-A)", "a"},
                          {"PJSIP_HEADER(read,X-B)", "b"}};
    tested.enter("c1");
    asterisk.variables["PJSIP_HEADER(read,X-A)"] = "other";
    tested.enter("c2");
    EXPECT_EQ(asterisk.count_asked("GET channels/c2/variable"), 1U);
    ASSERT_EQ(tested.arrivals.size(), 2U);
    EXPECT_EQ(tested.arrivals.back().call.custom_sip_headers, R"({"X-A":"other","X-B":"b"})");
}

TEST_F(AsteriskCall, has_only_its_own_headers)
{
    asterisk.variables = {{"PJSIP_HEADERS(X-)", "X-A,X-B"},
                          {"PJSIP_HEADER(read,X-A)", "a"},
                          {"PJSIP_HEADER(read,X-B)", "b"},
                          {"PJSIP_HEADER(read,X-C)", "c"},
                          {"PIVOT_ACTION", "{\n}"}};
    tested.enter("c1");
    asterisk.variables["PJSIP_HEADERS(X-)"] = "X-C,X-B";
    asterisk.variables.erase("PJSIP_HEADER(read,X-A)");
    tested.enter("c2");
    EXPECT_EQ(asterisk.count_asked("GET channels/c2/variable"), 2U);
    ASSERT_EQ(tested.arrivals.size(), 2U);
    EXPECT_EQ(tested.arrivals.back().call.custom_sip_headers, R"({"X-C":"c","X-B":"b"})");
    EXPECT_EQ(tested.arrivals.back().said, "{\n}");
}

TEST_F(AsteriskCall, comes_with_the_same_from_an_asterisk_without_eval)
{
    asterisk.has_eval = false;
    asterisk.variables = {{"CHANNEL(pjsip,remote_uri)", "<sip:ann@a.example.com>"},
                          {"PJSIP_HEADERS(X-)", "X-Site"},
                          {"PJSIP_HEADER(read,X-Site)", "north"},
                          {"PIVOT_ACTION", "sales"}};
    tested.enter();
    ASSERT_EQ(tested.arrivals.size(), 1U);
    EXPECT_EQ(tested.arrivals.front().said, "sales");
    EXPECT_EQ(tested.arrivals.front().call.from.realm, "a.example.com");
    EXPECT_EQ(tested.arrivals.front().call.custom_sip_headers, R"({"X-Site":"north"})");
}

TEST_F(AsteriskCall, has_no_header_whose_name_asterisk_would_evaluate)
{
    asterisk.variables = {{"PJSIP_HEADERS(X-)", "X-${SHELL(id)},X-),X-Site"},
                          {"PJSIP_HEADER(read,X-Site)", "north"}};
    tested.enter();
    ASSERT_EQ(tested.arrivals.size(), 1U);
    EXPECT_EQ(tested.arrivals.front().call.custom_sip_headers, R"({"X-Site":"north"})");
    EXPECT_FALSE(asterisk.has_asked("SHELL"));
}

// Asked for with the rest of what is known about a call, at no further cost.
TEST_F(AsteriskCall, plays_sounds_of_16_khz_best_if_its_channel_is_wideband)
{
    struct Row {
        std::string formats;
        std::string id;
        SoundForm form;
    };
    const SoundForm narrow;
    const SoundForm wide{.rate_hz = 16'000, .ending = ".wav16"};
    const std::vector<Row> rows = {
        {"(alaw)", "c1", narrow},      {"(g722)", "c2", wide},   {"(g722|alaw)", "c3", wide},
        {"(ulaw|g722)", "c4", narrow}, {"(slin)", "c5", narrow}, {"(opus|vp8)", "c6", wide},
        {"(slin16)", "c7", wide},      {"", "c8", narrow},       {"(g7221|alaw)", "c9", narrow}};
    for (const Row& row : rows) {
        asterisk.variables = {{"CHANNEL(audionativeformat)", row.formats}};
        tested.enter(row.id);
        EXPECT_EQ(tested.channel().sound_form(caller), row.form) << row.formats;
        EXPECT_EQ(tested.channel().sound_form(1), narrow) << "a callee";
        EXPECT_EQ(asterisk.count_asked("GET channels/" + row.id + "/variable"), 1U);
    }
}

TEST_F(AsteriskCall, gets_the_action_of_its_variable_before_that_of_its_arguments)
{
    asterisk.variables = {{"PIVOT_ACTION", R"({"voice_url":"https://example.com/"})"}};
    tested.enter("c1", R"(["sales"])");
    EXPECT_EQ(tested.arrivals.front().said, R"({"voice_url":"https://example.com/"})");
}

TEST_F(AsteriskCall, may_come_from_a_number_that_another_one_dials)
{
    asterisk.variables = {{"PIVOT_HOPS", "10"}, {"PIVOT_ACTION", "sales"}};
    tested.enter("pivot-3f9c0a12-7;2");
    ASSERT_EQ(tested.arrivals.size(), 1U);
    EXPECT_EQ(tested.arrivals.front().said, "sales");
    const Dial dial = dial_of({"+1415"});
    tested.channel().dial(1, dial);
    tested.run();
    EXPECT_TRUE(std::ranges::any_of(asterisk.asked, [](const std::string& asked) {
        return asked.find(R"("__PIVOT_HOPS":"11")") != asked.npos;
    }));
}

TEST_F(AsteriskCall, is_refused_if_calls_have_dialled_each_other_without_end)
{
    asterisk.variables = {{"PIVOT_HOPS", "11"}};
    tested.enter("pivot-3f9c0a12-7;2");
    EXPECT_THAT(tested.arrivals, IsEmpty());
    EXPECT_THAT(tested.warnings,
                ElementsAre(HasSubstr("refused: 11 calls have dialled each other")));
    EXPECT_TRUE(asterisk.has_asked("POST channels/pivot-3f9c0a12-7;2/continue") ||
                asterisk.has_asked("POST channels/pivot-3f9c0a12-7%3B2/continue"));
}

TEST_F(AsteriskCall, goes_on_in_the_dialplan_if_it_is_refused)
{
    tested.refusal = {"there is no action", true};
    tested.enter();
    EXPECT_THAT(asterisk.asked, Contains(HasSubstr(R"("PIVOTSTATUS","value":"refused")")));
    EXPECT_THAT(asterisk.asked, Contains(HasSubstr(R"("value":"there is no action")")));
    EXPECT_EQ(asterisk.asked.back(), "POST channels/c1/continue");
    EXPECT_EQ(tested.application().calls(), 0U);
}

TEST(AsteriskRefusal, hangs_up_with_congestion_if_the_operator_wants_it)
{
    SwitchSettings settings;
    settings.hangs_up_refused = true;
    AsteriskUnderTest tested(settings);
    tested.application().take_calls(false);
    tested.enter();
    EXPECT_THAT(tested.arrivals, IsEmpty());
    EXPECT_EQ(tested.asterisk.asked.back(), "DELETE channels/c1?reason_code=42");
    EXPECT_EQ(tested.application().calls(), 0U);
}

TEST(AsteriskRefusal, hangs_up_a_call_without_an_action_as_to_an_unallocated_number)
{
    SwitchSettings settings;
    settings.hangs_up_refused = true;
    AsteriskUnderTest tested(settings);
    tested.refusal = {"there is no action", true};
    tested.enter();
    EXPECT_EQ(tested.asterisk.asked.back(), "DELETE channels/c1?reason_code=1");
    EXPECT_EQ(tested.application().calls(), 0U);
}

TEST_F(AsteriskCall, that_is_hung_up_while_it_arrives_is_not_begun)
{
    asterisk.holds_answers = true;
    tested.enter();
    asterisk.hang_up("c1");
    tested.run();
    asterisk.release();
    tested.run();
    EXPECT_THAT(tested.arrivals, IsEmpty());
    EXPECT_EQ(tested.application().calls(), 0U);
}

TEST_F(AsteriskCall, tells_keys_that_were_pressed_while_it_arrived)
{
    asterisk.holds_answers = true;
    tested.enter();
    asterisk.press("c1", '7');
    tested.run();
    asterisk.release();
    EXPECT_THAT(told(), ElementsAre("0 presses 7"));
}

TEST_F(AsteriskCall, is_refused_with_the_nearest_cause)
{
    tested.enter();
    tested.channel().reject(486, ReasonPhrase::of("Busy Here"));
    EXPECT_THAT(told(), ElementsAre("gone USER_BUSY"));
    EXPECT_EQ(asterisk.asked.back(), "DELETE channels/c1?reason_code=17");
}

TEST_F(AsteriskCall, ends_with_the_cause_of_the_callers_hang_up)
{
    answered_call();
    asterisk.hang_up("c1", 31);
    EXPECT_THAT(told(), ElementsAre("gone NORMAL_UNSPECIFIED"));
}

TEST_F(AsteriskCall, ends_if_it_is_hung_up_when_the_caller_is_gone)
{
    Channel& channel = answered_call();
    asterisk.forget("c1");  // and its events are lost
    channel.hang_up(caller, CauseName());
    EXPECT_THAT(told(), ElementsAre("gone NORMAL_CLEARING"));
}

// ---- playbacks ----------------------------------------------------------------------------------

TEST_F(AsteriskCall, plays_files_where_asterisk_sees_them)
{
    SwitchSettings settings;
    settings.media_path = "/var/cache/pivot";
    settings.media_path_seen = "/mnt/pivot";
    AsteriskUnderTest mapped(settings);
    mapped.enter();
    const Media file(LocalPath::of_operator("/var/cache/pivot/a1.wav"));
    mapped.channel().play(1, caller, file);
    mapped.run();
    EXPECT_TRUE(mapped.asterisk.has_asked("POST channels/c1/progress"));
    EXPECT_THAT(mapped.asterisk.asked.back(), HasSubstr(R"({"media":["sound:/mnt/pivot/a1"]})"));
}

// What an Asterisk that reads no files of ours fetches.
class FetchingAsterisk : public testing::Test {
protected:
    std::string uri() const { return "sound:http://10.0.0.5:8095" + target(); }
    std::string target() const
    {
        return fmt::format("/sounds/{}/pivot-1.wav16", link_mac("pivot-1.wav16", "key"));
    }

    OfferedSounds sounds{{"/var/cache/pivot", "http://10.0.0.5:8095", "key"}};
    const Media file{LocalPath::of_operator("/var/cache/pivot/pivot-1.wav16")};

    AsteriskUnderTest tested{settings_with(sounds)};
    FakeAsterisk& asterisk = tested.asterisk;

private:
    static SwitchSettings settings_with(OfferedSounds& sounds)
    {
        SwitchSettings settings;
        settings.sounds = &sounds;
        return settings;
    }
};

TEST_F(FetchingAsterisk, is_offered_a_file_as_long_as_it_is_played)
{
    tested.enter();
    EXPECT_FALSE(sounds.find(target()));
    for (JobId job = 1; job <= 2; ++job) {
        tested.channel().play(job, caller, file);
        tested.run();
        EXPECT_THAT(asterisk.asked.back(), HasSubstr(fmt::format(R"({{"media":["{}"]}})", uri())));
        const auto found = sounds.find(target());
        ASSERT_TRUE(found);
        EXPECT_EQ(found->path, "/var/cache/pivot/pivot-1.wav16");
        EXPECT_FALSE(sounds.find("/sounds/pivot-1.wav16"));
        EXPECT_FALSE(sounds.find(fmt::format("/sounds/{:032}/pivot-1.wav16", 0)));
        EXPECT_FALSE(sounds.find(target() + "/"));
        tested.pass();
        EXPECT_FALSE(sounds.find(target()));
    }
}

TEST_F(FetchingAsterisk, keeps_files_of_its_own)
{
    tested.enter();
    for (const char* const path : {"/usr/share/sounds/a.wav", "/var/cache/pivot2/a.wav",
                                   "/var/cache/pivot/recordings/a.wav"}) {
        const Media own(LocalPath::of_operator(path));
        tested.channel().play(1, caller, own);
        tested.run();
        EXPECT_THAT(asterisk.asked.back(), HasSubstr(R"("sound:/)"));
        tested.pass();
    }
}

// Some that fetch a sound for two channels at once have nothing to play to one of them.
TEST_F(FetchingAsterisk, plays_a_sound_again_that_it_could_not_open)
{
    tested.enter();
    asterisk.missing_sounds = {uri()};
    tested.channel().play(1, caller, file);
    tested.run();
    EXPECT_EQ(asterisk.count_asked("POST channels/c1/play/"), 2U);
    const std::vector<Event> told = tested.take_told();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_THAT(std::visit(ShownEvent(), told.front()),
                HasSubstr("1 failed: Asterisk cannot fetch and play this file"));
}

TEST_F(AsteriskCall, plays_prompts_in_their_language_and_as_often_as_asked)
{
    Channel& channel = answered_call();
    Media twice(PromptName::of("vm-goodbye"), LanguageTag::of("de"));
    twice.set_loops(2);
    channel.play(1, caller, twice);
    tested.run();
    EXPECT_THAT(asterisk.asked.back(), HasSubstr(R"({"media":["sound:vm-goodbye"],"lang":"de"})"));
    for (int i = 0; i < 2; ++i) {
        EXPECT_THAT(told(), IsEmpty());
        pass(std::chrono::seconds(1), tested.reactor.clock());
        asterisk.finish_playbacks();
    }
    EXPECT_THAT(told(), ElementsAre("1 finished"));
    EXPECT_EQ(asterisk.count_asked("POST channels/c1/play/"), 2U);
}

TEST_F(AsteriskCall, plays_a_tone_for_its_time)
{
    Channel& channel = answered_call();
    Tone tone;
    tone.on = std::chrono::milliseconds(1000);
    tone.off = std::chrono::milliseconds(4000);
    tone.hertz = 425;
    const Media rings(tone, 2);
    const Nanoseconds began = tested.reactor.now();
    channel.play(1, caller, rings);
    tested.run();
    EXPECT_THAT(asterisk.asked.back(), HasSubstr(R"(["tone:425/1000,0/4000"])"));
    tested.pass_one();
    EXPECT_THAT(told(), ElementsAre("1 finished"));
    EXPECT_EQ(tested.reactor.now() - began, 10 * second_ns);
}

TEST_F(AsteriskCall, plays_music_until_it_is_stopped)
{
    Channel& channel = answered_call();
    const Media music(HoldMusicName::of("jazz"));
    channel.play(1, caller, music);
    EXPECT_THAT(told(), IsEmpty());
    EXPECT_EQ(asterisk.asked.back(), "POST channels/c1/moh?mohClass=jazz");
    channel.stop(1);
    EXPECT_THAT(told(), ElementsAre("1 stopped"));
    EXPECT_EQ(asterisk.asked.back(), "DELETE channels/c1/moh");
}

TEST_F(AsteriskCall, says_why_a_sound_cannot_be_played)
{
    Channel& channel = answered_call();
    asterisk.missing_sounds = {"sound:hello"};
    channel.play(1, caller, hello);
    EXPECT_THAT(told(), ElementsAre("1 failed: Asterisk has no sound of this name"));
}

TEST_F(AsteriskCall, stops_a_playback_that_has_ended_and_is_not_told_of)
{
    Channel& channel = answered_call();
    channel.play(1, caller, hello);
    tested.run();
    asterisk.finish_playbacks();  // the event is on its way
    channel.stop(1);
    channel.stop(1);
    EXPECT_THAT(told(), ElementsAre("1 stopped"));
}

TEST_F(AsteriskCall, does_not_begin_what_is_stopped_before_asterisk_is_asked)
{
    Channel& channel = answered_call();
    asterisk.holds_answers = true;
    channel.mute(caller, true);
    tested.run();
    channel.play(1, caller, hello);
    channel.stop(1);
    EXPECT_THAT(told(), ElementsAre("1 stopped"));
    asterisk.release();
    tested.run();
    EXPECT_FALSE(asterisk.has_asked("POST channels/c1/play"));
}

TEST_F(AsteriskCall, stops_a_playback_that_asterisk_is_just_asked_for)
{
    Channel& channel = answered_call();
    asterisk.holds_answers = true;
    channel.play(1, caller, hello);
    tested.run();
    channel.stop(1);
    tested.run();
    asterisk.release();
    EXPECT_THAT(told(), ElementsAre("1 stopped"));
    EXPECT_EQ(asterisk.playbacks(), 0U);
}

TEST_F(AsteriskCall, stops_a_playback_past_a_request_that_waits_for_its_end)
{
    Channel& channel = answered_call();
    channel.play(1, caller, hello);
    tested.run();
    asterisk.held = "POST channels/c1/variable";
    channel.set_variable(caller, VariableName::of("a"), OpaqueText("b"), false);
    channel.stop(1);
    EXPECT_THAT(told(), ElementsAre("1 stopped"));
}

TEST_F(AsteriskCall, is_asked_for_one_thing_at_a_time)
{
    Channel& channel = answered_call();
    asterisk.holds_answers = true;
    channel.mute(caller, true);
    channel.mute(caller, false);
    tested.run();
    EXPECT_THAT(asterisk.asked, ElementsAre("POST channels/c1/mute?direction=in"));
    asterisk.release();
    tested.run();
    EXPECT_EQ(asterisk.asked.back(), "DELETE channels/c1/mute?direction=in");
}

TEST_F(AsteriskCall, fails_what_asterisk_does_not_do_in_ten_seconds)
{
    Channel& channel = answered_call();
    asterisk.is_silent = true;
    channel.play(1, caller, hello);
    tested.run();
    tested.pass_one();
    EXPECT_THAT(told(), ElementsAre(HasSubstr("1 failed: Asterisk cannot be asked: ")));
}

TEST_F(AsteriskCall, fails_what_asterisk_refuses)
{
    Channel& channel = answered_call();
    asterisk.status = 500;
    channel.play(1, caller, hello);
    EXPECT_THAT(told(), ElementsAre("1 failed: Asterisk: Internal error (500)"));
}

TEST_F(AsteriskCall, ends_quietly_what_was_asked_of_a_caller_who_is_gone)
{
    Channel& channel = answered_call();
    const KeySequence keys = KeySequence::of("1");
    asterisk.hang_up("c1");
    channel.play(1, caller, hello);
    channel.send_keys(2, caller, keys, std::chrono::milliseconds(100));
    tested.run();
    EXPECT_THAT(told(), ElementsAre("1 stopped", "2 stopped", "gone NORMAL_CLEARING"));
}

// ---- keys ---------------------------------------------------------------------------------------

TEST_F(AsteriskCall, sends_keys_one_after_the_other)
{
    Channel& channel = answered_call();
    const KeySequence keys = KeySequence::of("1w#");
    const Nanoseconds began = tested.reactor.now();
    channel.send_keys(1, caller, keys, std::chrono::milliseconds(100));
    tested.pass();
    EXPECT_THAT(told(), ElementsAre("1 finished"));
    EXPECT_THAT(asterisk.asked, ElementsAre("POST channels/c1/dtmf?dtmf=1&duration=100",
                                            "POST channels/c1/dtmf?dtmf=%23&duration=100"));
    EXPECT_EQ(tested.reactor.now() - began, 900 * millisecond_ns);
}

// ---- recordings ---------------------------------------------------------------------------------

std::size_t size_of(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream read;
    read << file.rdbuf();
    return file ? read.str().size() : 0;
}

TEST_F(AsteriskCall, brings_a_recording_that_a_key_has_ended)
{
    Channel& channel = answered_call();
    const std::string path = folder.path() / "r.wav";
    Recording recording = recording_into(path);
    recording.keys = KeySet::of("12");
    channel.record(1, caller, recording);
    tested.run();
    asterisk.press("c1", '5');
    asterisk.press("c1", '2');
    EXPECT_THAT(told(), ElementsAre("0 presses 5", "0 presses 2", "1 recorded 1 s, key 2"));
    EXPECT_EQ(size_of(path), 44U + 16'000U);
    EXPECT_TRUE(asterisk.has_asked("DELETE recordings/stored/pivot-"));
}

TEST_F(AsteriskCall, ends_a_recording_at_its_limit)
{
    Channel& channel = answered_call();
    const Recording recording = recording_into(folder.path() / "r.wav");
    channel.record(1, caller, recording);
    tested.pass();
    EXPECT_THAT(told(), ElementsAre("1 recorded 1 s, limit"));
}

TEST_F(AsteriskCall, keeps_what_was_recorded_until_the_hang_up)
{
    Channel& channel = answered_call();
    const std::string path = folder.path() / "r.mp3";
    const Recording recording = recording_into(path);
    channel.record(1, caller, recording);
    tested.run();
    asterisk.hang_up("c1");
    EXPECT_THAT(told(), ElementsAre("1 recorded 1 s, hung up", "gone NORMAL_CLEARING"));
    EXPECT_EQ(size_of(folder.path() / "r.wav"), 44U + 16'000U);
}

TEST_F(AsteriskCall, has_no_recording_of_a_caller_who_sent_nothing)
{
    Channel& channel = answered_call();
    asterisk.recorded.resize(44);
    const Recording recording = recording_into(folder.path() / "r.wav");
    channel.record(1, caller, recording);
    tested.run();
    channel.stop(1);
    EXPECT_THAT(told(), ElementsAre("1 recorded 0 s, stopped, nothing"));
}

TEST_F(AsteriskCall, says_that_a_recording_cannot_be_written)
{
    Channel& channel = answered_call();
    const Recording recording = recording_into(folder.path() / "there" / "is" / "none.wav");
    channel.record(1, caller, recording);
    tested.run();
    channel.stop(1);
    tested.run();
    const auto events = tested.take_told();
    ASSERT_FALSE(events.empty());
    const auto& ended = std::get<RecordingEnded>(events.back());
    EXPECT_EQ(ended.end, RecordingEnd::failed);
    EXPECT_THAT(ended.why, HasSubstr("No such file or directory"));
}

TEST(AsteriskRecording, is_refused_where_nobody_could_fetch_it)
{
    SwitchSettings settings;
    settings.fetches_recordings = false;
    AsteriskUnderTest tested(settings);
    tested.enter();
    EXPECT_FALSE(tested.channel().record(1, caller, Recording()));
    tested.run();
    EXPECT_FALSE(tested.asterisk.has_asked("POST channels/c1/record"));
}

TEST_F(AsteriskCall, says_what_asterisk_needs_to_record)
{
    Channel& channel = answered_call();
    asterisk.status = 500;
    const Recording recording = recording_into(folder.path() / "call.wav");
    channel.record(1, caller, recording);
    tested.run();
    const auto events = tested.take_told();
    ASSERT_FALSE(events.empty());
    EXPECT_THAT(std::get<RecordingEnded>(events.back()).why, HasSubstr("a folder `recording`"));
}

// ---- others ----------------------------------------------------------------------------------

TEST_F(AsteriskCall, dials_a_number_through_the_operators_dialplan)
{
    Channel& channel = answered_call();
    const Dial dial = dial_of({"+1415"});
    channel.dial(1, dial);
    EXPECT_THAT(told(), ElementsAre("leg 1 rings"));
    EXPECT_THAT(asterisk.asked.front(),
                HasSubstr(R"({"endpoint":"Local/+1415@pivot-dial/n","app":"pivot")"));
    EXPECT_TRUE(asterisk.has_asked("POST channels/c1/ring"));
    asterisk.answer_legs();
    EXPECT_THAT(told(), ElementsAre("leg 1 answers"));
    EXPECT_EQ(asterisk.asked.back(), "DELETE channels/c1/ring");
}

TEST_F(AsteriskCall, dials_by_the_templates_of_its_account)
{
    SwitchSettings settings;
    settings.dial.accounts["acme-1"].number = "PJSIP/{number}@acme";
    AsteriskUnderTest own(settings);
    own.account_mark = "-1";
    own.enter();
    EXPECT_EQ(own.arrivals.front().call.account_id, "acme-1");
    own.channel().dial(1, to_callee);
    own.run();
    EXPECT_TRUE(own.asterisk.has_asked(R"(POST channels/create {"endpoint":"PJSIP/+1415@acme")"));
    own.channel().stop(1);
    Dial nowhere = dial_of({"+1415"});
    nowhere.targets.front().address = Address(SipUri::of("sip:ann@example.com"));
    own.run();
    own.take_told();
    own.channel().dial(2, nowhere);
    own.run();
    const auto told = own.take_told();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_THAT(std::get<DialFailed>(told.front()).why,
                HasSubstr("neither asterisk.accounts.acme-1.dial.sip_uri nor"));
}

TEST_F(AsteriskCall, tells_the_dialplan_the_headers_of_a_leg)
{
    Channel& channel = answered_call();
    Dial dial = dial_of({"+1415"});
    dial.targets.front().headers = {SipHeader::of("X-One", "a, b"), SipHeader::of("X-Two", "2")};
    channel.dial(1, dial);
    tested.run();
    EXPECT_THAT(asterisk.asked[0],
                HasSubstr(R"("__PIVOT_HEADER_X-One":"a, b","__PIVOT_HEADER_X-Two":"2",)"
                          R"("__PIVOT_HEADERS":"X-One,X-Two")"));
}

TEST_F(AsteriskCall, sends_the_headers_of_a_sip_leg)
{
    Channel& channel = answered_call();
    Dial dial = dial_of({"+1415"});
    dial.targets.front().address = Address(UserName::of("ann"));
    dial.targets.front().headers = {SipHeader::of("X-One", "a")};
    channel.dial(1, dial);
    tested.run();
    EXPECT_THAT(asterisk.asked[0], HasSubstr(R"x("variables":{"PJSIP_HEADER(add,X-One)":"a"})x"));
}

TEST_F(AsteriskCall, dials_a_leg_only_when_it_is_in_the_application)
{
    Channel& channel = answered_call();
    asterisk.tells_before_answers = true;
    const Dial dial = dial_of({"+1415"});
    channel.dial(1, dial);
    tested.run();
    EXPECT_THAT(asterisk.asked[0], HasSubstr("POST channels/create"));
    EXPECT_THAT(asterisk.asked[1], HasSubstr("/dial?caller=c1"));
}

TEST_F(AsteriskCall, hears_the_early_media_of_a_callee_until_the_answer)
{
    Channel& channel = answered_call();
    asterisk.speaking = {"Local/+1415@pivot-dial/n"};
    const Dial dial = dial_of({"+1415"});
    channel.dial(1, dial);
    EXPECT_THAT(told(), ElementsAre("leg 1 rings"));
    EXPECT_THAT(asterisk.asked.back(), HasSubstr(R"(/addChannel {"channel":["c1","pivot-)"));
    EXPECT_FALSE(asterisk.has_asked("POST channels/c1/ring"));
    EXPECT_FALSE(asterisk.has_asked("POST channels/c1/progress"));
    EXPECT_EQ(asterisk.bridges(), 1U);
    asterisk.answer_legs();
    EXPECT_THAT(told(), ElementsAre("leg 1 answers"));
    EXPECT_EQ(asterisk.bridges(), 0U);
}

TEST_F(AsteriskCall, hears_early_media_before_its_own_answer_as_well)
{
    asterisk.speaking = {"Local/+1415@pivot-dial/n"};
    tested.enter();
    const Dial dial = dial_of({"+1415"});
    tested.channel().dial(1, dial);
    told();
    EXPECT_TRUE(asterisk.has_asked("POST channels/c1/progress"));
    EXPECT_EQ(asterisk.bridges(), 1U);
    asterisk.hang_up(asterisk.last_channel(), 17);
    EXPECT_THAT(told(), ElementsAre("leg 1 gone USER_BUSY", "1 failed USER_BUSY"));
    EXPECT_EQ(asterisk.bridges(), 0U);
}

TEST_F(AsteriskCall, hears_ringing_where_several_have_early_media)
{
    Channel& channel = answered_call();
    asterisk.speaking = {"Local/+1415@pivot-dial/n", "Local/+1416@pivot-dial/n"};
    const Dial dial = dial_of({"+1415", "+1416"});
    channel.dial(1, dial);
    EXPECT_THAT(told(), ElementsAre("leg 1 rings", "leg 2 rings"));
    EXPECT_EQ(asterisk.count_asked("POST channels/c1/ring"), 1U);
    EXPECT_EQ(asterisk.bridges(), 0U);
}

TEST_F(AsteriskCall, hears_ringing_where_early_media_is_not_wanted)
{
    Channel& channel = answered_call();
    asterisk.speaking = {"Local/+1415@pivot-dial/n"};
    Dial dial = dial_of({"+1415"});
    dial.ignores_early_media = true;
    channel.dial(1, dial);
    told();
    EXPECT_TRUE(asterisk.has_asked("POST channels/c1/ring"));
    EXPECT_EQ(asterisk.bridges(), 0U);
}

TEST_F(AsteriskCall, gives_the_others_up_when_one_answers)
{
    Channel& channel = answered_call();
    const Dial dial = dial_of({"+1415", "+1416"});
    channel.dial(1, dial);
    EXPECT_THAT(told(), ElementsAre("leg 1 rings", "leg 2 rings"));
    asterisk.answer_legs();
    EXPECT_THAT(told(), ElementsAre("leg 1 answers", "leg 2 gone LOSE_RACE"));
    EXPECT_EQ(asterisk.channels(), 2U);
}

TEST_F(AsteriskCall, dials_one_after_the_other)
{
    Channel& channel = answered_call();
    asterisk.refusing["Local/+1415@pivot-dial/n"] = 17;
    Dial dial = dial_of({"+1415", "+1416"});
    dial.is_sequential = true;
    channel.dial(1, dial);
    EXPECT_THAT(told(), ElementsAre("leg 2 rings"));
}

TEST_F(AsteriskCall, fails_a_dial_with_the_weightiest_cause)
{
    Channel& channel = answered_call();
    asterisk.unreachable = {"Local/+1415@pivot-dial/n"};
    asterisk.refusing["Local/+1416@pivot-dial/n"] = 17;
    const Dial dial = dial_of({"+1415", "+1416"});
    channel.dial(1, dial);
    EXPECT_THAT(told(), ElementsAre("1 failed USER_BUSY"));
    EXPECT_EQ(asterisk.channels(), 1U);
}

TEST_F(AsteriskCall, notes_what_becomes_of_each_leg)
{
    Channel& channel = answered_call();
    asterisk.refusing["Local/+1415@pivot-dial/n"] = 17;
    asterisk.unreachable = {"Local/+1416@pivot-dial/n"};
    const Dial dial = dial_of({"+1415", "+1416", "+1417"});
    tested.notes.clear();
    channel.dial(1, dial);
    tested.pass();
    EXPECT_THAT(tested.notes, UnorderedElementsAre("dials +1415, +1416, +1417",
                                                   "+1415 does not answer: USER_BUSY",
                                                   "+1416 does not answer: NO_ROUTE_DESTINATION",
                                                   "+1417 rings", "+1417 answers"));
}

TEST_F(AsteriskCall, says_which_endpoint_asterisk_cannot_call)
{
    Channel& channel = answered_call();
    asterisk.unreachable = {"Local/+1415@pivot-dial/n"};
    const Dial dial = dial_of({"+1415"});
    channel.dial(1, dial);
    tested.run();
    const auto events = tested.take_told();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(std::get<DialFailed>(events.front()).why,
              "Asterisk: Allocation failed (500); has Asterisk Local/+1415@pivot-dial/n, and is it "
              "registered?");
}

TEST_F(AsteriskCall, asks_for_the_extension_of_a_leg_that_ends_without_a_cause)
{
    Channel& channel = answered_call();
    asterisk.refusing["Local/+1415@pivot-dial/n"] = 16;
    const Dial dial = dial_of({"+1415"});
    channel.dial(1, dial);
    tested.run();
    const auto events = tested.take_told();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(std::get<DialFailed>(events.front()).why,
              "Local/+1415@pivot-dial/n ended without a cause; is there such an extension in the "
              "dialplan?");
}

TEST_F(AsteriskCall, gives_a_dial_up_in_time)
{
    Channel& channel = answered_call();
    Dial dial = dial_of({"+1415"});
    dial.timeout = std::chrono::seconds(20);
    channel.dial(1, dial);
    told();
    tested.pass_one();
    EXPECT_THAT(told(), ElementsAre("leg 1 gone NORMAL_CLEARING", "1 failed NO_ANSWER"));
    EXPECT_EQ(asterisk.channels(), 1U);
}

TEST_F(AsteriskCall, shows_a_caller_id_of_the_documents)
{
    Channel& channel = answered_call();
    Dial dial = dial_of({"+1415"});
    dial.caller_id_number = CallerNumber::of("+1999");
    channel.dial(1, dial);
    tested.run();
    EXPECT_THAT(asterisk.asked[0], HasSubstr(R"x("CONNECTEDLINE(num,i)":"+1999")x"));
    EXPECT_THAT(asterisk.asked[1], testing::EndsWith("/dial"));
}

TEST_F(AsteriskCall, connects_the_two_until_the_callee_hangs_up)
{
    Channel& channel = answered_call();
    const Dial dial = dial_of({"+1415"});
    channel.dial(1, dial);
    tested.pass();
    told();
    channel.bridge(2, 1);
    EXPECT_THAT(told(), IsEmpty());
    EXPECT_EQ(asterisk.bridges(), 1U);
    EXPECT_THAT(asterisk.asked.back(), HasSubstr(R"(/addChannel {"channel":["c1","pivot-)"));
    asterisk.hang_up(asterisk.last_channel());
    EXPECT_THAT(told(), ElementsAre("leg 1 gone NORMAL_CLEARING", "2 parted"));
    EXPECT_EQ(asterisk.bridges(), 0U);
}

TEST_F(AsteriskCall, hangs_the_callee_up_when_the_caller_is_gone)
{
    Channel& channel = answered_call();
    const Dial dial = dial_of({"+1415"});
    channel.dial(1, dial);
    tested.pass();
    channel.bridge(2, 1);
    told();
    asterisk.hang_up("c1");
    EXPECT_THAT(told(),
                ElementsAre("2 parted", "leg 1 gone NORMAL_CLEARING", "gone NORMAL_CLEARING"));
    EXPECT_EQ(asterisk.channels(), 0U);
    EXPECT_EQ(asterisk.bridges(), 0U);
}

TEST_F(AsteriskCall, goes_on_with_whom_its_caller_has_put_in_their_place)
{
    Channel& channel = talking_call();
    asterisk.enter_in_place_of("c1", "local-1");
    EXPECT_THAT(told(), IsEmpty());
    EXPECT_TRUE(asterisk.has_asked("DELETE channels/c1"));
    EXPECT_EQ(tested.arrivals.size(), 1U);
    asterisk.press("local-1", '5');
    EXPECT_THAT(told(), ElementsAre("0 presses 5"));
    asterisk.hang_up(callee);
    EXPECT_THAT(told(), ElementsAre("leg 1 gone NORMAL_CLEARING", "2 parted"));
    channel.given_back({});
    EXPECT_THAT(told(), ElementsAre("gone NORMAL_CLEARING"));
    EXPECT_EQ(asterisk.channels(), 0U) << "no dialplan goes on with them";
}

TEST_F(AsteriskCall, goes_on_until_those_hang_up_whom_a_callee_has_put_in_their_place)
{
    talking_call();
    asterisk.enter_in_place_of(callee, "local-1");
    EXPECT_THAT(told(), IsEmpty());
    EXPECT_TRUE(asterisk.has_asked("DELETE channels/" + callee));
    EXPECT_EQ(tested.arrivals.size(), 1U);
    asterisk.hang_up("local-1");
    EXPECT_THAT(told(), ElementsAre("leg 1 gone NORMAL_CLEARING", "2 parted"));
}

TEST_F(AsteriskCall, that_has_ended_is_not_begun_by_whom_its_caller_has_put_in_their_place)
{
    asterisk.enter_in_place_of("c1", "local-1");
    EXPECT_THAT(told(), IsEmpty());
    EXPECT_THAT(tested.arrivals, IsEmpty());
    EXPECT_THAT(asterisk.asked, ElementsAre("DELETE channels/local-1"));
}

TEST_F(AsteriskCall, lets_a_callee_go_who_has_been_transferred)
{
    talking_call();
    asterisk.tell(fmt::format(R"({{"type":"StasisEnd","channel":{{"id":"{}"}}}})", callee));
    EXPECT_THAT(told(), ElementsAre("leg 1 gone NORMAL_CLEARING", "2 parted"));
    EXPECT_FALSE(asterisk.has_asked("DELETE channels/" + callee));
}

TEST_F(AsteriskCall, hangs_up_a_leg_that_comes_after_its_call)
{
    Channel& channel = answered_call();
    asterisk.held = "POST channels/create";
    const Dial dial = dial_of({"+1415"});
    channel.dial(1, dial);
    tested.run();
    asterisk.hang_up("c1");
    tested.run();
    asterisk.release();
    tested.run();
    EXPECT_EQ(asterisk.channels(), 0U);
}

TEST_F(AsteriskCall, meets_others_in_a_mix)
{
    Channel& channel = answered_call();
    const MixName mix = MixName::of("pivot-7");
    channel.mix(1, mix, 1);
    EXPECT_THAT(told(), IsEmpty());
    tested.enter("c2");
    tested.channel().mix(1, mix, 1);
    EXPECT_THAT(told(), ElementsAre("1 failed: the mix is full"));
    EXPECT_EQ(asterisk.bridges(), 1U);
    channel.stop(1);
    tested.run();
    EXPECT_EQ(asterisk.bridges(), 0U);
}

TEST_F(AsteriskCall, tries_again_where_two_make_the_bridge_of_a_mix_at_once)
{
    Channel& channel = answered_call();
    const MixName mix = MixName::of("pivot-7");
    asterisk.status = 500;
    channel.mix(1, mix, 2);
    EXPECT_THAT(told(), IsEmpty());
    asterisk.status = 0;
    asterisk.hides_bridges = true;
    tested.pass_one();
    asterisk.hides_bridges = false;
    tested.pass_one();
    EXPECT_EQ(asterisk.count_asked("POST bridges/pivot-"), 5U);
    EXPECT_THAT(told(), IsEmpty());
    tested.pass();
    EXPECT_EQ(asterisk.count_asked("POST bridges/pivot-"), 5U);
}

TEST_F(AsteriskCall, fails_in_a_mix_whose_bridge_cannot_be_made)
{
    Channel& channel = answered_call();
    const MixName mix = MixName::of("pivot-7");
    asterisk.status = 500;
    channel.mix(1, mix, 2);
    tested.pass();
    EXPECT_THAT(told(), ElementsAre("1 failed: Asterisk: Internal error (500)"));
}

TEST_F(AsteriskCall, leaves_a_mix_before_its_bridge_is_there)
{
    Channel& channel = answered_call();
    const MixName mix = MixName::of("pivot-7");
    asterisk.status = 500;
    channel.mix(1, mix, 2);
    tested.run();
    channel.stop(1);
    EXPECT_THAT(told(), ElementsAre("1 stopped"));
    const std::size_t asked = asterisk.count_asked("POST bridges/pivot-");
    tested.pass();
    EXPECT_EQ(asterisk.count_asked("POST bridges/pivot-"), asked);
}

TEST_F(AsteriskCall, records_beside_by_listening)
{
    Channel& channel = answered_call();
    Recording recording = recording_into(folder.path() / "r.wav");
    recording.runs_beside = true;
    recording.track = Track::both;
    channel.record(1, caller, recording);
    tested.run();
    EXPECT_THAT(asterisk.asked[0], HasSubstr(R"("spy":"both")"));
    EXPECT_THAT(asterisk.asked[1], HasSubstr("POST channels/pivot-"));
    channel.stop(1);
    EXPECT_THAT(told(), ElementsAre("1 recorded 1 s, stopped"));
    EXPECT_EQ(asterisk.channels(), 1U);
}

// ---- elsewhere ----------------------------------------------------------------------------------

Transfer transfer_to(std::string_view number)
{
    Transfer transfer;
    transfer.target = Address(DialledNumber::of(number));
    return transfer;
}

TEST_F(AsteriskCall, is_transferred_to_an_extension_and_its_end_is_heard)
{
    Channel& channel = answered_call();
    asterisk.variables["DIALPLAN_EXISTS(in,41,1)"] = "1";
    const Transfer transfer = transfer_to("41");
    channel.transfer(1, transfer);
    EXPECT_THAT(told(), ElementsAre("moved"));
    EXPECT_EQ(asterisk.asked.back(),
              "POST channels/c1/continue?priority=1&context=in&extension=41");
    EXPECT_THAT(asterisk.asked, Contains(HasSubstr(R"("PIVOTSTATUS","value":"MOVED")")));
    asterisk.tell(R"({"type":"ChannelDestroyed","cause":17,"channel":{"id":"c1"}})");
    EXPECT_THAT(told(), ElementsAre("gone USER_BUSY"));
}

TEST_F(AsteriskCall, is_transferred_when_all_else_has_ended)
{
    Channel& channel = answered_call();
    channel.play(1, caller, hello);
    tested.run();
    const Transfer transfer = transfer_to("41");
    channel.transfer(2, transfer);
    EXPECT_THAT(told(), ElementsAre("1 stopped", "moved"));
}

TEST_F(AsteriskCall, is_not_transferred_to_an_extension_that_is_not_there)
{
    Channel& channel = answered_call();
    asterisk.variables["DIALPLAN_EXISTS(in,41,1)"] = "0";
    const Transfer transfer = transfer_to("41");
    channel.transfer(1, transfer);
    EXPECT_THAT(told(), ElementsAre("1 failed: the dialplan has no extension 41 in the context "
                                    "in"));
    EXPECT_FALSE(asterisk.has_asked("POST channels/c1/continue"));
}

TEST_F(AsteriskCall, is_transferred_alone_and_without_announcement)
{
    Channel& channel = answered_call();
    Transfer transfer = transfer_to("41");
    transfer.is_attended = true;
    channel.transfer(1, transfer);
    EXPECT_THAT(told(), ElementsAre(HasSubstr("1 failed: Asterisk only transfers the caller")));
}

TEST_F(AsteriskCall, is_over_if_nothing_is_heard_of_it_after_a_transfer)
{
    Channel& channel = answered_call();
    asterisk.refuses_subscriptions = true;
    const Transfer transfer = transfer_to("41");
    channel.transfer(1, transfer);
    EXPECT_THAT(told(), ElementsAre("moved", "gone NORMAL_CLEARING"));
}

TEST_F(AsteriskCall, ends_a_transfer_when_the_caller_hangs_up)
{
    Channel& channel = answered_call();
    asterisk.held = "GET channels/c1/variable";
    const Transfer transfer = transfer_to("41");
    channel.transfer(1, transfer);
    tested.run();
    asterisk.hang_up("c1");
    EXPECT_THAT(told(), ElementsAre("1 stopped", "gone NORMAL_CLEARING"));
    asterisk.release();
}

TEST(AsteriskParking, goes_to_the_extension_that_parks)
{
    SwitchSettings settings;
    settings.park = "700@parkedcalls";
    AsteriskUnderTest tested(settings);
    tested.enter();
    const SlotName slot = SlotName::of("702");
    EXPECT_TRUE(tested.channel().park(1, slot));
    tested.run();
    EXPECT_THAT(tested.asterisk.asked, Contains(HasSubstr(R"("PARKINGEXTEN","value":"702")")));
    EXPECT_EQ(tested.asterisk.asked.back(),
              "POST channels/c1/continue?priority=1&context=parkedcalls&extension=700");
}

TEST_F(AsteriskCall, is_not_parked_where_nothing_says_how)
{
    EXPECT_FALSE(answered_call().park(1, SlotName()));
}

// ---- the end ------------------------------------------------------------------------------------

TEST_F(AsteriskCall, is_given_back_and_its_end_is_heard)
{
    Channel& channel = answered_call();
    channel.branched("_", "timeout: no answer");
    SessionEnd end;
    end.branch = "_";
    channel.given_back(end);
    EXPECT_THAT(told(), IsEmpty());
    EXPECT_THAT(asterisk.asked.front(), HasSubstr("applications/pivot/subscription"));
    EXPECT_THAT(asterisk.asked, Contains(HasSubstr(R"("PIVOTSTATUS","value":"FAILED")")));
    EXPECT_THAT(asterisk.asked,
                Contains(HasSubstr(R"("PIVOTREASON","value":"timeout: no answer")")));
    EXPECT_THAT(asterisk.asked, Contains(HasSubstr(R"("PIVOTBRANCH","value":"_")")));
    EXPECT_EQ(asterisk.asked.back(), "POST channels/c1/continue");
    asterisk.tell(
        R"({"type":"ChannelHangupRequest","cause":16,"soft":true,"channel":{"id":"c1"}})");
    asterisk.tell(R"({"type":"ChannelDestroyed","cause":17,"channel":{"id":"c1"}})");
    EXPECT_THAT(told(), ElementsAre("gone USER_BUSY"));
}

TEST_F(AsteriskCall, is_hung_up_by_its_host)
{
    answered_call().play(1, caller, hello);
    tested.application().hang_up_call("nobody");
    EXPECT_THAT(told(), IsEmpty());
    tested.application().hang_up_call(tested.arrivals.front().call.call_id);
    EXPECT_THAT(told(), ElementsAre("1 stopped", "gone NORMAL_CLEARING"));
}

TEST_F(AsteriskCall, has_the_id_that_its_host_gives_it)
{
    tested.id_mark = "~2";
    answered_call();
    EXPECT_EQ(tested.arrivals.front().call.call_id, "sip-c1~2");
    tested.application().hang_up_call("sip-c1");
    EXPECT_THAT(told(), IsEmpty());
    tested.application().hang_up_call("sip-c1~2");
    EXPECT_THAT(told(), ElementsAre("gone NORMAL_CLEARING"));
}

TEST_F(AsteriskCall, is_hung_up_by_its_host_even_in_the_dialplan)
{
    answered_call().given_back({});
    EXPECT_THAT(told(), IsEmpty());
    tested.application().hang_up_call(tested.arrivals.front().call.call_id);
    tested.run();
    EXPECT_EQ(asterisk.asked.back(), "DELETE channels/c1?reason_code=16");
}

TEST_F(AsteriskCall, that_comes_again_after_it_was_given_back_is_another)
{
    Channel& channel = answered_call();
    channel.given_back({});
    tested.run();
    tested.enter("c1", "[]", "Up");
    EXPECT_EQ(tested.arrivals.size(), 2U);
    EXPECT_TRUE(tested.arrivals.back().is_answered);
    asterisk.press("c1", '1');
    EXPECT_THAT(told(), ElementsAre("0 presses 1"));
}

TEST_F(AsteriskCall, goes_on_in_the_dialplan_if_the_engine_ends_the_session)
{
    Channel& channel = answered_call();
    channel.play(1, caller, hello);
    tested.run();
    tested.end_session();
    EXPECT_EQ(asterisk.playbacks(), 0U);
    EXPECT_THAT(asterisk.asked, Contains(HasSubstr(R"("PIVOTSTATUS","value":"FAILED")")));
    EXPECT_EQ(asterisk.asked.back(), "POST channels/c1/continue");
    EXPECT_EQ(tested.application().calls(), 0U);
}

TEST_F(AsteriskCall, sets_variables_under_a_prefix_alone)
{
    Channel& channel = answered_call();
    channel.set_variable(caller, VariableName::of("api_hangup_hook"), OpaqueText("a \xff"), true);
    tested.run();
    EXPECT_THAT(asterisk.asked.back(), HasSubstr(R"("variable":"__PIVOT_VAR_api_hangup_hook")"));
    EXPECT_THAT(asterisk.asked.back(), HasSubstr("a \xEF\xBF\xBD"));
}

// ---- the connection -----------------------------------------------------------------------------

TEST_F(AsteriskCall, survives_a_connection_that_is_soon_back)
{
    tested.application().connected();
    tested.run();
    answered_call();
    tested.application().lost("closed");
    tested.application().connected();
    tested.pass();
    EXPECT_THAT(told(), ElementsAre("missed"));
    EXPECT_EQ(tested.application().calls(), 1U);
}

TEST_F(AsteriskCall, has_each_command_timed)
{
    Channel& channel = answered_call();
    const int before = tested.commands;
    channel.play(1, caller, hello);
    tested.run();
    EXPECT_EQ(tested.commands, before + 1);
}

TEST_F(AsteriskCall, ends_what_has_ended_while_there_was_no_connection)
{
    Channel& channel = answered_call();
    channel.play(1, caller, hello);
    tested.run();
    tested.application().lost("closed");
    asterisk.finish_playbacks();
    asterisk.drop_events();
    tested.application().connected();
    EXPECT_THAT(told(), ElementsAre("missed", "1 finished"));
}

TEST_F(AsteriskCall, is_warned_that_keys_may_have_been_lost_with_the_connection)
{
    tested.application().connected();
    tested.run();
    answered_call();
    tested.application().lost("closed");
    asterisk.press("c1", '5');
    asterisk.drop_events();
    EXPECT_THAT(tested.warnings, IsEmpty());
    tested.application().connected();
    tested.run();
    const auto told = tested.take_told();
    ASSERT_THAT(told, ElementsAre(VariantWith<EventsMissed>(testing::_)));
    EXPECT_THAT(std::get<EventsMissed>(told.front()).why, HasSubstr("keys that were pressed"));
    EXPECT_THAT(tested.warnings, ElementsAre(HasSubstr("keys that were pressed in between")));
}

TEST_F(AsteriskCall, is_over_if_the_connection_is_not_back_in_time)
{
    Channel& channel = answered_call();
    channel.play(1, caller, hello);
    tested.run();
    tested.application().lost("closed");
    tested.pass_one();
    EXPECT_THAT(told(), ElementsAre("1 stopped", "gone NETWORK_OUT_OF_ORDER"));
    EXPECT_THAT(asterisk.asked, Contains(HasSubstr(R"("PIVOTSTATUS","value":"lost")")));
    EXPECT_EQ(asterisk.asked.back(), "POST channels/c1/continue");
}

TEST_F(AsteriskCall, is_over_in_time_however_often_the_connection_is_said_to_be_lost)
{
    answered_call();
    const Nanoseconds lost_at = tested.reactor.now();
    tested.application().lost("closed");
    pass(std::chrono::seconds(3), tested.reactor.clock());
    tested.application().lost("refused");
    tested.pass_one();
    EXPECT_THAT(told(), ElementsAre("gone NETWORK_OUT_OF_ORDER"));
    EXPECT_THAT(tested.warnings, ElementsAre(HasSubstr("Asterisk cannot be reached")));
    EXPECT_EQ(tested.reactor.now() - lost_at, 5 * second_ns);
}

TEST_F(AsteriskCall, is_over_if_asterisk_was_started_anew)
{
    tested.application().connected();
    tested.run();
    answered_call();
    tested.application().lost("closed");
    asterisk.started_at = "2026-11-29T21:00:00.000+0000";
    tested.application().connected();
    EXPECT_THAT(told(), ElementsAre("gone NETWORK_OUT_OF_ORDER"));
}

TEST_F(AsteriskCall, that_talks_when_asterisk_is_lost_ends_as_its_callee_does)
{
    talking_call();
    tested.application().lost("closed");
    tested.pass_one();
    EXPECT_THAT(told(), ElementsAre("2 parted", "leg 1 gone NETWORK_OUT_OF_ORDER",
                                    "gone NETWORK_OUT_OF_ORDER"));
}

TEST_F(AsteriskCall, that_the_dialplan_has_may_have_ended_before_asterisk_was_lost)
{
    answered_call().given_back({});
    told();
    tested.application().lost("closed");
    tested.pass_one();
    EXPECT_THAT(told(), ElementsAre("gone NORMAL_CLEARING"));
    EXPECT_THAT(tested.warnings, IsEmpty());
}

TEST_F(AsteriskCall, is_over_if_asterisk_has_it_no_longer)
{
    answered_call();
    tested.application().lost("closed");
    asterisk.forget("c1");
    tested.application().connected();
    EXPECT_THAT(told(), ElementsAre("gone NORMAL_CLEARING"));
}

TEST_F(AsteriskCall, of_a_process_before_leaves_no_bridge)
{
    asterisk.add_bridge("pivot-00000000-1");
    asterisk.add_bridge("rooms-1");
    tested.application().connected();
    tested.pass();
    EXPECT_EQ(asterisk.asked.back(), "DELETE bridges/pivot-00000000-1");
    EXPECT_EQ(asterisk.bridges(), 1U);
}

TEST_F(AsteriskCall, of_a_process_before_is_hung_up_if_asterisk_does_not_let_it_go)
{
    asterisk.enter("orphan");
    asterisk.drop_events();
    asterisk.held = "POST channels/orphan/variable";
    tested.application().connected();
    tested.pass();
    EXPECT_THAT(asterisk.asked, Contains("DELETE channels/orphan"));
    EXPECT_THAT(tested.orphans, SizeIs(1));
}

TEST_F(AsteriskCall, of_a_process_before_goes_on_in_the_dialplan)
{
    asterisk.enter("orphan");
    asterisk.drop_events();
    tested.application().connected();
    tested.pass();
    EXPECT_THAT(asterisk.asked, Contains(HasSubstr(R"("PIVOTSTATUS","value":"lost")")));
    EXPECT_EQ(asterisk.asked.back(), "POST channels/orphan/continue");
    ASSERT_THAT(tested.orphans, SizeIs(1));
    const switches::asterisk::Orphan& orphan = tested.orphans.front();
    EXPECT_EQ(orphan.channel_id, "orphan");
    EXPECT_EQ(orphan.call_id, "sip-orphan");
    EXPECT_EQ(orphan.caller, "+14155550100");
    EXPECT_EQ(orphan.called, "700");
    EXPECT_EQ(orphan.account_id, "acme");
    EXPECT_EQ(orphan.began_unix_ms, 1'795'978'801'250) << "at 20:00 in a zone one hour ahead";
}

TEST_F(AsteriskCall, of_a_process_before_goes_on_although_requests_are_lost_or_else_is_hung_up)
{
    constexpr const char* goes_on = "POST channels/orphan/continue";
    constexpr const char* is_hung_up = "DELETE channels/orphan";
    struct Case {
        const char* lost;
        int losses;
        const char* last;
    };
    for (const auto& [lost, losses, last] :
         {Case{"GET applications", 2, goes_on}, Case{"GET channels/orphan", 2, goes_on},
          Case{"POST channels/orphan/variable", 2, goes_on},
          Case{"POST channels/orphan/cont", 2, goes_on}, Case{"GET channels/orphan", 3, is_hung_up},
          Case{"POST channels/orphan", 3, is_hung_up}}) {
        SCOPED_TRACE(fmt::format("{} {}", lost, losses));
        asterisk.enter("orphan");
        asterisk.drop_events();
        asterisk.lost = lost;
        asterisk.losses = losses;
        tested.application().connected();
        tested.pass();
        EXPECT_EQ(asterisk.losses, 0);
        EXPECT_EQ(asterisk.asked.back(), last);
    }
}

TEST_F(AsteriskCall, of_a_process_before_may_have_begun_at_a_time_that_cannot_be_read)
{
    asterisk.enter("orphan");
    asterisk.drop_events();
    for (const char* const created :
         {"", "yesterday", "2026-11-29T20:00:01", "2026-1-2T3:4:5.", "2026-1-2T3:4:5.1",
          "2026-11-29T20:00:01.250", "2026-11-29T20:00:01.2x0+0100"}) {
        SCOPED_TRACE(created);
        asterisk.created = created;
        tested.orphans.clear();
        tested.application().connected();
        tested.pass();
        ASSERT_THAT(tested.orphans, SizeIs(1));
        EXPECT_EQ(tested.orphans.front().began_unix_ms, 0);
        asterisk.enter("orphan");
        asterisk.drop_events();
    }
}

TEST_F(AsteriskCall, of_a_process_before_goes_on_although_something_is_played_to_it)
{
    Channel& channel = answered_call();
    channel.play(1, caller, hello);
    tested.run();
    AsteriskUnderTest next;
    next.asterisk.enter("c1", "[]", "Up");
    next.asterisk.drop_events();
    next.application().connected();
    next.pass();
    const std::string played = asterisk.asked.back().substr(0, asterisk.asked.back().find(' ', 5));
    const std::string name = played.substr(played.rfind('/') + 1);
    EXPECT_THAT(next.asterisk.asked, Contains("DELETE playbacks/" + name));
    EXPECT_EQ(next.asterisk.asked.back(), "POST channels/c1/continue");
}

TEST_F(AsteriskCall, of_a_process_before_does_not_wait_for_those_whom_asterisk_keeps)
{
    for (const char* id : {"a", "b", "stuck", "y", "z"}) asterisk.enter(id);
    asterisk.drop_events();
    asterisk.held = "POST channels/stuck/variable";
    tested.application().connected();
    tested.run();
    tested.pass_one();
    EXPECT_EQ(tested.orphans.size(), 4U);
    tested.pass();
    EXPECT_EQ(tested.orphans.size(), 5U);
    EXPECT_THAT(asterisk.asked, Contains("DELETE channels/stuck"));
}

TEST_F(AsteriskCall, of_a_process_before_has_its_recordings_kept)
{
    test::TemporaryFolder folder;
    AsteriskUnderTest::SwitchSettings settings;
    settings.recordings_path = folder.path().string();
    AsteriskUnderTest next(settings);
    next.asterisk.enter("c1", "[]", "Up");
    next.asterisk.drop_events();
    const std::string live = "pivot-5704e1d5-11111111-3-0123abcd-c1";
    const std::string finished = "pivot-5704e1d5-22222222-9-4567abcd-1795458421.28";
    const std::set<std::string> others = {
        "pivot-5704e1d5-11111111-4",              // is to stay in Asterisk
        "pivot-99999999-11111111-5-89ababcd-c1",  // of another store
        "pivot", "voicemail/pivot-5704e1d5-1-1-a-c1", "greeting"};
    next.asterisk.add_live_recording(live, "c1");
    next.asterisk.add_recording(finished);
    for (const std::string& name : others) next.asterisk.add_recording(name);
    next.application().connected();
    next.pass();
    EXPECT_EQ(next.asterisk.stored(), others);
    EXPECT_THAT(next.recordings,
                UnorderedElementsAre(
                    HasSubstr("c1: the recording of this call is kept: " + folder.path().string()),
                    HasSubstr("1795458421.28: the recording of this call is kept")));
    for (const char* file : {"0123abcd.wav", "4567abcd.wav"}) {
        EXPECT_EQ(std::filesystem::file_size(folder.path() / file), next.asterisk.recorded.size());
    }
    EXPECT_TRUE(next.asterisk.has_asked("POST channels/c1/continue"));
    for (const std::string& name : others) {
        EXPECT_FALSE(next.asterisk.has_asked("POST recordings/live/" + name + "/stop"));
        EXPECT_FALSE(next.asterisk.has_asked("GET recordings/stored/" + name + "/file"));
    }
}

TEST_F(AsteriskCall, whose_asterisk_was_killed_has_a_recording_with_its_length)
{
    test::TemporaryFolder folder;
    AsteriskUnderTest::SwitchSettings settings;
    settings.recordings_path = folder.path().string();
    AsteriskUnderTest next(settings);
    const std::string none(4, '\0');
    next.asterisk.recorded =
        "RIFF" + none + std::string(28, 'f') + "data" + none + "0123456789abcdef";
    next.asterisk.add_recording("pivot-5704e1d5-11111111-3-0123abcd-c1");
    next.application().connected();
    next.pass();
    std::stringstream kept;
    kept << std::ifstream(folder.path() / "0123abcd.wav").rdbuf();
    const std::string wav = kept.str();
    ASSERT_EQ(wav.size(), 60U);
    EXPECT_EQ(wav.substr(4, 4), std::string("\x34\0\0\0", 4));
    EXPECT_EQ(wav.substr(40, 4), std::string("\x10\0\0\0", 4));
}

// Files of this process may grow to so many bytes.
class FileLimit {
public:
    explicit FileLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN))
    {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    FileLimit(const FileLimit&) = delete;
    FileLimit& operator=(const FileLimit&) = delete;
    ~FileLimit()
    {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_{};
    void (*handler_)(int);
};

TEST_F(AsteriskCall, of_a_process_before_has_its_recording_left_in_asterisk_by_a_full_disk)
{
    test::TemporaryFolder folder;
    AsteriskUnderTest::SwitchSettings settings;
    settings.recordings_path = folder.path().string();
    AsteriskUnderTest next(settings);
    next.asterisk.recorded = std::string(1'000'000, 'x');
    next.asterisk.add_recording("pivot-5704e1d5-11111111-3-0123abcd-c1");
    {
        const FileLimit limit(300'000);
        next.application().connected();
        next.pass();
    }
    EXPECT_THAT(next.recordings, ElementsAre(HasSubstr("cannot be written")));
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
    next.application().connected();
    next.pass();
    EXPECT_THAT(next.asterisk.stored(), IsEmpty());
    EXPECT_EQ(std::filesystem::file_size(folder.path() / "0123abcd.wav"), 1'000'000U);
}

TEST_F(AsteriskCall, has_its_own_recordings_left_alone_while_it_makes_them)
{
    test::TemporaryFolder folder;
    AsteriskUnderTest::SwitchSettings settings;
    settings.recordings_path = folder.path().string();
    AsteriskUnderTest other(settings);
    other.enter("c1", "[]", "Up");
    Recording recording;
    recording.file = LocalPath::of_operator((folder.path() / "0123abcd.wav").string());
    other.channel().record(1, caller, recording);
    other.run();
    other.application().lost("closed");
    other.application().connected();
    other.pass_one();
    EXPECT_FALSE(other.asterisk.has_asked("POST recordings/live/"));
    EXPECT_THAT(other.recordings, IsEmpty());
}

TEST_F(AsteriskCall, of_a_process_before_is_recognized_by_what_does_not_come_in_time)
{
    for (const Nanoseconds wait_ns : {second_ns / 2, 2 * second_ns}) {
        AsteriskUnderTest::SwitchSettings settings;
        settings.orphan_wait_ns = wait_ns;
        AsteriskUnderTest other(settings);
        other.asterisk.enter("orphan");
        other.asterisk.drop_events();
        const Nanoseconds began = other.reactor.now();
        other.application().connected();
        other.run();
        EXPECT_THAT(other.orphans, IsEmpty());
        other.pass_one();
        EXPECT_THAT(other.orphans, SizeIs(1));
        EXPECT_EQ(other.reactor.now() - began, wait_ns);
    }
}

TEST_F(AsteriskCall, is_performed_although_its_arrival_is_told_late)
{
    asterisk.enter("c1");
    asterisk.drop_events();
    asterisk.held = "POST channels/c1/variable";
    tested.application().connected();
    tested.run();
    tested.pass_one();
    EXPECT_EQ(asterisk.count_asked("POST channels/c1/variable"), 1U);
    tested.enter("c1");
    asterisk.release();
    tested.run();
    EXPECT_THAT(tested.arrivals, SizeIs(1));
    EXPECT_THAT(tested.orphans, IsEmpty());
    EXPECT_FALSE(asterisk.has_asked("POST channels/c1/continue"));
}

}  // namespace
}  // namespace pivot::test
