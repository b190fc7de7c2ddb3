// What a document commands of a call of KAZOO, and what comes of it.
#include "switches/fake_kazoo.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class KazooPerformedCall : public testing::Test {
protected:
    template <typename Told>
    static std::vector<Told> only(const std::vector<Event>& events)
    {
        std::vector<Told> found;
        for (const Event& event : events) {
            if (const auto* told = std::get_if<Told>(&event)) found.push_back(*told);
        }
        return found;
    }

    // The end of the only job that has ended.
    JobEnded take_end()
    {
        const auto ends = only<JobEnded>(kazoo_.take_told());
        EXPECT_THAT(ends, SizeIs(1));
        return ends.empty() ? JobEnded() : ends.front();
    }
    RecordingEnded take_recording()
    {
        const auto ends = only<RecordingEnded>(kazoo_.take_told());
        EXPECT_THAT(ends, SizeIs(1));
        return ends.empty() ? RecordingEnded() : ends.front();
    }

    void answer()
    {
        call().answer();
        kazoo_.run();
        kazoo_.take_told();
        kazoo_.take_begun();
    }

    Recording recording()
    {
        Recording recording;
        recording.url = WebUrl::of("https://web.example.com/recordings/");
        recording.keys = KeySet::of("#*");
        recording.silence_max = seconds(5);
        recording.length_max = seconds(60);
        return recording;
    }

    switches::kazoo::PerformedCall& call() { return kazoo_.call(); }

    FakeKazoo kazoo_;
    const Media hello_{SoundName::of("hello")};
};

TEST_F(KazooPerformedCall, what_is_played_ends_at_its_marker)
{
    answer();
    call().play(1, caller, hello_);
    kazoo_.run();
    EXPECT_THAT(kazoo_.take_begun(), ElementsAre("play hello"));
    EXPECT_THAT(kazoo_.take_told(), IsEmpty());
    kazoo_.pass(seconds(3));
    EXPECT_THAT(kazoo_.take_begun(), ElementsAre("noop"));
    EXPECT_EQ(take_end().end, JobEnd::finished);
}

TEST_F(KazooPerformedCall, what_is_heard_before_the_answer_is_early_media)
{
    call().play(1, caller, hello_);
    kazoo_.pass(seconds(3));
    call().play(2, caller, hello_);
    kazoo_.pass(seconds(3));
    EXPECT_THAT(kazoo_.take_begun(),
                ElementsAre("progress", "play hello", "noop", "play hello", "noop"));
}

TEST_F(KazooPerformedCall, a_playback_that_is_stopped_ends_at_once_and_the_next_one_follows)
{
    answer();
    call().play(1, caller, hello_);
    kazoo_.pass(milliseconds(500));
    call().stop(1);
    EXPECT_EQ(take_end().end, JobEnd::stopped);
    Speech speech;
    speech.text = OpaqueText("next");
    call().say(2, caller, speech);
    kazoo_.run();
    EXPECT_THAT(kazoo_.take_begun(), ElementsAre("play hello", "noop", "tts next"));
    kazoo_.pass(seconds(3));
    EXPECT_EQ(take_end().job, 2u);
}

TEST_F(KazooPerformedCall, a_file_that_is_not_there_is_a_failure)
{
    answer();
    call().play(1, caller, Media(SoundName::of("missing")));
    kazoo_.pass(seconds(3));
    const JobEnded end = take_end();
    EXPECT_EQ(end.end, JobEnd::failed);
    EXPECT_THAT(end.why, HasSubstr("FILE NOT FOUND"));
}

TEST_F(KazooPerformedCall, a_command_that_kazoo_refuses_fails_its_job_with_kazoos_words)
{
    answer();
    kazoo_.refuses = "tts";
    Speech speech;
    speech.text = OpaqueText("hello");
    call().say(1, caller, speech);
    kazoo_.pass(seconds(3));
    EXPECT_EQ(take_end().why, "KAZOO: no tts here");
}

TEST_F(KazooPerformedCall, a_file_of_this_machine_cannot_be_played)
{
    call().play(1, caller, Media(LocalPath::of_operator("/tmp/x.wav")));
    EXPECT_THAT(take_end().why, HasSubstr("this machine"));
}

TEST_F(KazooPerformedCall, a_marker_that_was_lost_is_followed_by_another)
{
    answer();
    kazoo_.loses = [](std::string_view event) { return event == "CHANNEL_EXECUTE_COMPLETE"; };
    call().play(1, caller, hello_);
    kazoo_.pass(seconds(10));
    EXPECT_THAT(kazoo_.take_told(), IsEmpty());
    kazoo_.loses = nullptr;
    kazoo_.pass(seconds(20));
    EXPECT_EQ(take_end().end, JobEnd::finished);
}

TEST_F(KazooPerformedCall, a_new_connection_finds_out_what_has_ended_meanwhile)
{
    answer();
    kazoo_.loses = [](std::string_view) { return true; };
    call().play(1, caller, hello_);
    kazoo_.pass(seconds(3));
    kazoo_.loses = nullptr;
    call().bus_is_back();
    kazoo_.run();
    EXPECT_EQ(take_end().end, JobEnd::finished);
}

TEST_F(KazooPerformedCall, a_hang_up_that_was_not_told_is_found_out)
{
    answer();
    kazoo_.loses = [](std::string_view event) { return event == "CHANNEL_DESTROY"; };
    call().play(1, caller, hello_);
    kazoo_.hang_up_caller();
    kazoo_.pass(seconds(20));
    const auto told = kazoo_.take_told();
    ASSERT_THAT(told, SizeIs(2));
    EXPECT_EQ(std::get<JobEnded>(told.front()).end, JobEnd::stopped);
    EXPECT_EQ(std::get<HungUp>(told.back()).cause.name, "NORMAL_CLEARING");
}

TEST_F(KazooPerformedCall, a_command_without_a_connection_fails_its_job)
{
    answer();
    kazoo_.is_connected = false;
    call().play(1, caller, hello_);
    kazoo_.run();
    EXPECT_THAT(take_end().why, HasSubstr("no connection"));
}

TEST_F(KazooPerformedCall, a_call_that_is_answered_already_has_no_event_and_is_told_all_the_same)
{
    kazoo_.is_answered = true;
    call().answer();
    kazoo_.run();
    EXPECT_THAT(only<Answered>(kazoo_.take_told()), SizeIs(1));
}

TEST_F(KazooPerformedCall, a_refused_call_ends_with_the_status)
{
    call().reject(486, "Busy Here");
    kazoo_.run();
    EXPECT_THAT(kazoo_.take_begun(), ElementsAre("respond"));
    const auto told = kazoo_.take_told();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(std::get<HungUp>(told.front()).cause.sip_code, 486);
    EXPECT_EQ(std::get<HungUp>(told.front()).cause.name, "USER_BUSY");
    EXPECT_THAT(kazoo_.bodies.back(), HasSubstr(R"("App-Name":"call_response")"));
}

TEST_F(KazooPerformedCall, a_call_that_turns_out_to_be_answered_is_hung_up_instead)
{
    kazoo_.is_answered = true;
    call().reject(486, "");
    kazoo_.run();
    EXPECT_THAT(only<HungUp>(kazoo_.take_told()), SizeIs(1));
}

TEST_F(KazooPerformedCall, a_hang_up_has_its_cause)
{
    answer();
    call().hang_up(caller, "USER_BUSY");
    kazoo_.run();
    const auto told = only<HungUp>(kazoo_.take_told());
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told.front().cause.name, "USER_BUSY");
    EXPECT_EQ(told.front().cause.sip_code, 200);
}

TEST_F(KazooPerformedCall, a_recording_names_its_target_before_it_begins_and_tells_its_place)
{
    answer();
    call().record(1, caller, recording());
    kazoo_.pass(seconds(2));
    EXPECT_THAT(kazoo_.take_begun(),
                ElementsAre("set", "record call_recording_a1b2_10_26_0_158_1.mp3"));
    EXPECT_THAT(kazoo_.bodies.back(),
                HasSubstr(R"("Media-Transfer-Method":"put","Media-Transfer-Destination":)"
                          R"("https://web.example.com/recordings/")"));
    kazoo_.press('#');
    kazoo_.run();
    const RecordingEnded ended = take_recording();
    EXPECT_EQ(ended.end, RecordingEnd::key);
    EXPECT_EQ(ended.key, '#');
    EXPECT_EQ(ended.duration, seconds(3));
    EXPECT_EQ(ended.url,
              "https://web.example.com/recordings/call_recording_a1b2_10_26_0_158_1.mp3");
}

TEST_F(KazooPerformedCall, silence_and_the_limit_end_a_recording)
{
    answer();
    call().record(1, caller, recording());
    kazoo_.pass(seconds(6));
    EXPECT_EQ(take_recording().end, RecordingEnd::silence);
    kazoo_.is_silent = false;
    call().record(2, caller, recording());
    kazoo_.pass(seconds(61));
    EXPECT_EQ(take_recording().end, RecordingEnd::limit);
}

TEST_F(KazooPerformedCall, a_caller_who_hangs_up_ends_their_recording)
{
    answer();
    kazoo_.is_silent = false;
    call().record(1, caller, recording());
    kazoo_.pass(seconds(2));
    kazoo_.hang_up_caller();
    kazoo_.run();
    const RecordingEnded ended = take_recording();
    EXPECT_EQ(ended.end, RecordingEnd::hung_up);
    EXPECT_THAT(ended.url, HasSubstr("call_recording"));
}

TEST_F(KazooPerformedCall, a_recording_of_which_nothing_is_told_has_no_place)
{
    answer();
    kazoo_.loses = [](std::string_view event) { return event == "RECORD_STOP"; };
    call().record(1, caller, recording());
    kazoo_.pass(seconds(10));
    const RecordingEnded ended = take_recording();
    EXPECT_EQ(ended.end, RecordingEnd::silence);
    EXPECT_EQ(ended.url, "");
}

TEST_F(KazooPerformedCall, a_recording_beside_a_playback_is_told_apart)
{
    answer();
    Recording beside = recording();
    beside.runs_beside = true;
    call().record(1, caller, beside);
    call().record(2, caller, recording());
    kazoo_.pass(seconds(6));
    EXPECT_EQ(take_recording().job, 2u);
    call().stop(1);
    kazoo_.run();
    const RecordingEnded ended = take_recording();
    EXPECT_EQ(ended.job, 1u);
    EXPECT_EQ(ended.end, RecordingEnd::stopped);
    EXPECT_EQ(ended.duration, milliseconds(4'200));
}

class KazooDial : public KazooPerformedCall {
protected:
    KazooDial()
    {
        answer();
        add(Address(SipUri::of("sip:ann@example.com")));
        dial_.timeout = seconds(20);
    }

    void add(const Address& address)
    {
        Target target;
        target.leg = static_cast<LegId>(dial_.targets.size() + 1);
        target.address = address;
        dial_.targets.push_back(target);
    }

    // Somebody has answered, and the two talk.
    void connect()
    {
        call().dial(1, dial_);
        kazoo_.pass(seconds(4));
        const auto answered = only<LegAnswered>(kazoo_.take_told());
        ASSERT_THAT(answered, SizeIs(1));
        EXPECT_EQ(answered.front().job, 1u);
        call().bridge(2, answered.front().leg);
        kazoo_.run();
        EXPECT_THAT(kazoo_.take_told(), IsEmpty());
    }

    DialFailed take_failure()
    {
        const auto failed = only<DialFailed>(kazoo_.take_told());
        EXPECT_THAT(failed, SizeIs(1));
        return failed.empty() ? DialFailed() : failed.front();
    }

    void expect_parted()
    {
        const auto told = kazoo_.take_told();
        ASSERT_THAT(told, SizeIs(2));
        EXPECT_EQ(std::get<LegEnded>(told[0]).leg, 1u);
        EXPECT_EQ(std::get<BridgeEnded>(told[1]).job, 2u);
    }

    Dial dial_;
};

TEST_F(KazooDial, a_callee_answers_and_hangs_up_and_the_caller_stays)
{
    connect();
    kazoo_.end_bridge("NORMAL_CLEARING");
    kazoo_.run();
    expect_parted();
    call().play(3, caller, hello_);
    kazoo_.pass(seconds(3));
    EXPECT_EQ(take_end().end, JobEnd::finished);
}

TEST_F(KazooDial, a_callee_who_has_hung_up_is_not_hung_up)
{
    connect();
    const std::string callee = kazoo_.followed.back();
    kazoo_.tell_call("CHANNEL_DESTROY", R"(,"Hangup-Cause":"NORMAL_CLEARING")", callee);
    kazoo_.run();
    const std::size_t sent = kazoo_.bodies.size();
    call().hang_up(1, "");
    call().stop(2);
    EXPECT_THAT(kazoo_.bodies, SizeIs(sent));
    kazoo_.pass(seconds(3));
    expect_parted();
}

TEST_F(KazooDial, a_caller_whose_callee_has_hung_up_hears_what_follows)
{
    connect();
    const std::string callee = kazoo_.followed.back();
    kazoo_.tell_call("CHANNEL_DESTROY", R"(,"Hangup-Cause":"NORMAL_CLEARING")", callee);
    kazoo_.run();
    call().play(3, caller, hello_);
    kazoo_.end_bridge("NORMAL_CLEARING");
    kazoo_.pass(seconds(3));
    const auto ended = only<JobEnded>(kazoo_.take_told());
    ASSERT_THAT(ended, SizeIs(1));
    EXPECT_EQ(ended.front().end, JobEnd::finished) << ended.front().why;
}

TEST_F(KazooDial, the_document_hangs_the_callee_up)
{
    connect();
    call().hang_up(1, "");
    const std::size_t sent = kazoo_.bodies.size();
    call().stop(2);
    EXPECT_THAT(kazoo_.bodies, SizeIs(sent)) << "it is being hung up";
    kazoo_.run();
    expect_parted();
    call().hang_up(1, "");
    kazoo_.run();
    EXPECT_THAT(kazoo_.take_told(), IsEmpty());
}

TEST_F(KazooDial, a_bridge_that_is_stopped_parts_the_two)
{
    connect();
    call().stop(2);
    kazoo_.run();
    expect_parted();
}

TEST_F(KazooDial, a_caller_who_hangs_up_ends_the_bridge_first)
{
    connect();
    kazoo_.hang_up_caller();
    kazoo_.run();
    const auto told = kazoo_.take_told();
    ASSERT_THAT(told, SizeIs(3));
    EXPECT_TRUE(std::holds_alternative<LegEnded>(told[0]));
    EXPECT_TRUE(std::holds_alternative<BridgeEnded>(told[1]));
    EXPECT_TRUE(std::holds_alternative<HungUp>(told[2]));
}

TEST_F(KazooDial, an_end_that_nobody_tells_follows_that_of_the_callees_leg)
{
    connect();
    const std::string callee = kazoo_.followed.front();
    kazoo_.tell_call("CHANNEL_DESTROY", R"(,"Hangup-Cause":"NORMAL_CLEARING")", callee);
    kazoo_.pass(seconds(3));
    expect_parted();
    EXPECT_THAT(kazoo_.followed, IsEmpty());
}

TEST_F(KazooDial, whoever_rings_is_told_of_and_why_nobody_answers)
{
    kazoo_.answers_after = std::nullopt;
    kazoo_.unanswered = "USER_BUSY";
    call().dial(1, dial_);
    kazoo_.tell_call("CHANNEL_PROGRESS", {}, kazoo_.followed.front());
    kazoo_.run();
    EXPECT_THAT(only<LegRinging>(kazoo_.take_told()), SizeIs(1));
    kazoo_.pass(seconds(21));
    const auto told = kazoo_.take_told();
    ASSERT_THAT(told, SizeIs(2));
    EXPECT_EQ(std::get<LegEnded>(told[0]).cause.name, "USER_BUSY");
    EXPECT_EQ(std::get<DialFailed>(told[1]).cause.sip_code, 486);
}

TEST_F(KazooDial, a_normal_clearing_says_nothing_of_why_nobody_answers)
{
    kazoo_.answers_after = std::nullopt;
    kazoo_.unanswered = "NORMAL_CLEARING";
    call().dial(1, dial_);
    kazoo_.pass(seconds(21));
    EXPECT_EQ(take_failure().cause.name, "NO_ROUTE_DESTINATION");
}

TEST_F(KazooDial, a_bridge_that_kazoo_cannot_make_fails_at_its_marker)
{
    kazoo_.refuses = "bridge";
    kazoo_.loses = [](std::string_view event) { return event == "dialplan"; };
    call().dial(1, dial_);
    kazoo_.pass(seconds(1));
    EXPECT_EQ(take_failure().cause.name, "NO_ROUTE_DESTINATION");
}

TEST_F(KazooDial, kazoo_that_says_nothing_is_given_up_after_the_time_out)
{
    kazoo_.loses = [](std::string_view) { return true; };
    kazoo_.answers_after = std::nullopt;
    call().dial(1, dial_);
    kazoo_.pass(seconds(23));
    EXPECT_EQ(take_failure().cause.name, "NO_ANSWER");
}

TEST_F(KazooDial, whoever_answers_a_dial_that_was_stopped_is_hung_up)
{
    kazoo_.loses = [](std::string_view event) { return event == "CHANNEL_EXECUTE_COMPLETE"; };
    call().dial(1, dial_);
    kazoo_.pass(seconds(1));
    call().stop(1);
    EXPECT_EQ(take_failure().cause.name, "ORIGINATOR_CANCEL");
    kazoo_.tell_call("CHANNEL_BRIDGE", R"(,"Other-Leg-Call-ID":"late@leg")");
    kazoo_.run();
    EXPECT_THAT(kazoo_.take_told(), IsEmpty());
    EXPECT_THAT(kazoo_.bodies.back(), HasSubstr(R"("Call-ID":"late@leg")"));
}

TEST_F(KazooDial, the_leg_that_answers_is_known_by_its_id)
{
    add(Address(SipUri::of("sip:bob@example.com")));
    kazoo_.answering = 1;
    call().dial(1, dial_);
    kazoo_.pass(seconds(4));
    const auto answered = only<LegAnswered>(kazoo_.take_told());
    ASSERT_THAT(answered, SizeIs(1));
    EXPECT_EQ(answered.front().leg, 2u);
    EXPECT_EQ(answered.front().call_id, kazoo_.followed.back());
}

TEST_F(KazooDial, a_carrier_connects_and_parts_the_two)
{
    dial_.targets.front().address = Address(PhoneNumber::of("+14155550100"));
    connect();
    EXPECT_EQ(kazoo_.publications.back().exchange, "resources");
    kazoo_.end_bridge("NORMAL_CLEARING");
    kazoo_.run();
    expect_parted();
}

TEST_F(KazooDial, a_bridge_whose_end_was_lost_is_found_out)
{
    for (const auto& address :
         {Address(PhoneNumber::of("+14155550100")), Address(SipUri::of("sip:ann@example.com"))}) {
        dial_.targets.front().address = address;
        connect();
        kazoo_.pass(seconds(3'600));
        EXPECT_THAT(kazoo_.take_told(), IsEmpty()) << "they talk";
        kazoo_.loses = [](std::string_view) { return true; };
        kazoo_.end_bridge("NORMAL_CLEARING");
        kazoo_.run();
        kazoo_.loses = nullptr;
        call().bus_is_back();
        kazoo_.run();
        expect_parted();
    }
}

TEST_F(KazooDial, a_carrier_that_has_not_begun_is_waited_for)
{
    dial_.targets.front().address = Address(PhoneNumber::of("+14155550100"));
    kazoo_.is_connected = false;  // the request is on its way
    call().dial(1, dial_);
    kazoo_.is_connected = true;
    call().bus_is_back();
    kazoo_.pass(seconds(16));
    EXPECT_THAT(kazoo_.take_told(), IsEmpty());
}

TEST_F(KazooDial, a_carrier_says_why_nobody_answers)
{
    dial_.targets.front().address = Address(PhoneNumber::of("+14155550100"));
    call().dial(1, dial_);
    const std::string id = "\"Msg-ID\":\"";
    const std::string& body = kazoo_.publications.back().body;
    const std::size_t begin = body.find(id) + id.size();
    kazoo_.tell_call("offnet_resp",
                     R"(,"Response-Message":"NO_ROUTE_DESTINATION","Response-Code":"sip:404",)" +
                         id + body.substr(begin, body.find('"', begin) - begin) + '"',
                     {}, "resource");
    kazoo_.run();
    const DialFailed failed = take_failure();
    EXPECT_EQ(failed.cause.name, "NO_ROUTE_DESTINATION");
    EXPECT_EQ(failed.cause.sip_code, 404);
}

TEST_F(KazooDial, a_callee_who_has_answered_unheard_has_talked)
{
    kazoo_.loses = [](std::string_view event) { return event == "CHANNEL_BRIDGE"; };
    call().dial(1, dial_);
    kazoo_.pass(seconds(4));
    kazoo_.end_bridge("NORMAL_CLEARING");
    kazoo_.run();
    const auto told = kazoo_.take_told();
    ASSERT_THAT(told, SizeIs(2));
    EXPECT_TRUE(std::holds_alternative<LegAnswered>(told[0]));
    EXPECT_TRUE(std::holds_alternative<LegEnded>(told[1]));
    call().bridge(2, 1);
    EXPECT_THAT(only<BridgeEnded>(kazoo_.take_told()), SizeIs(1));
}

TEST_F(KazooDial, nothing_is_played_to_a_caller_who_is_being_connected)
{
    connect();
    call().play(3, caller, hello_);
    EXPECT_EQ(take_end().end, JobEnd::failed);
}

class KazooConference : public KazooPerformedCall {
protected:
    KazooConference()
    {
        answer();
        conference_.room = RoomName::of("team");
    }

    static std::vector<ConferenceEventKind> kinds_of(const std::vector<Event>& told)
    {
        std::vector<ConferenceEventKind> kinds;
        for (const auto& happened : only<ConferenceHappened>(told)) kinds.push_back(happened.kind);
        return kinds;
    }

    Conference conference_;
};

TEST_F(KazooConference, a_caller_joins_and_leaves_and_the_document_goes_on)
{
    call().join(1, conference_);
    kazoo_.run();
    EXPECT_THAT(kinds_of(kazoo_.take_told()),
                ElementsAre(ConferenceEventKind::start, ConferenceEventKind::join));
    kazoo_.leave_conference();
    kazoo_.run();
    const auto told = kazoo_.take_told();
    EXPECT_THAT(kinds_of(told), ElementsAre(ConferenceEventKind::leave));
    EXPECT_EQ(only<JobEnded>(told).front().end, JobEnd::finished);
    call().play(2, caller, hello_);
    kazoo_.pass(seconds(3));
    EXPECT_EQ(take_end().end, JobEnd::finished);
}

TEST_F(KazooConference, the_document_takes_the_caller_out)
{
    call().join(1, conference_);
    kazoo_.run();
    kazoo_.take_told();
    call().stop(1);
    kazoo_.run();
    const auto told = kazoo_.take_told();
    EXPECT_THAT(kinds_of(told), ElementsAre(ConferenceEventKind::leave));
    EXPECT_EQ(only<JobEnded>(told).front().end, JobEnd::stopped);
    EXPECT_THAT(kazoo_.take_begun(), Contains("park"));
}

TEST_F(KazooConference, a_conference_that_takes_nobody_is_not_waited_for)
{
    kazoo_.is_connected = false;  // no conference hears of it
    call().join(1, conference_);
    kazoo_.is_connected = true;
    kazoo_.pass(seconds(31));
    EXPECT_THAT(take_end().why, HasSubstr("have not taken the caller"));
    EXPECT_THAT(kazoo_.take_begun(), Contains("park"));
}

TEST_F(KazooConference, an_end_that_was_lost_is_found_out)
{
    call().join(1, conference_);
    kazoo_.pass(seconds(3'600));
    kazoo_.take_told();
    kazoo_.loses = [](std::string_view) { return true; };
    kazoo_.leave_conference();
    kazoo_.run();
    kazoo_.loses = nullptr;
    call().bus_is_back();
    kazoo_.run();
    EXPECT_EQ(take_end().end, JobEnd::finished);
}

TEST_F(KazooConference, a_caller_who_has_joined_unheard_stays)
{
    kazoo_.loses = [](std::string_view event) { return event == "event"; };
    call().join(1, conference_);
    kazoo_.pass(seconds(3'600));
    EXPECT_THAT(kazoo_.take_told(), IsEmpty());
    EXPECT_THAT(kazoo_.take_begun(), testing::Not(Contains("park")));
    kazoo_.leave_conference();
    kazoo_.run();
    EXPECT_EQ(take_end().end, JobEnd::finished);
}

TEST_F(KazooPerformedCall, a_call_that_somebody_else_takes_is_let_go)
{
    for (const std::string_view taken :
         {R"(usurp_control,"Fetch-ID":"another")", "CHANNEL_TRANSFEREE", "CHANNEL_PIVOT"}) {
        kazoo_.begin_call();
        call().play(1, caller, hello_);
        kazoo_.run();
        const std::size_t comma = taken.find(',');
        kazoo_.tell_call(taken.substr(0, comma),
                         comma == taken.npos ? std::string_view() : taken.substr(comma));
        kazoo_.run();
        const auto told = kazoo_.take_told();
        ASSERT_THAT(told, SizeIs(2)) << taken;
        EXPECT_TRUE(std::holds_alternative<JobEnded>(told[0])) << taken;
        EXPECT_TRUE(std::holds_alternative<Moved>(told[1])) << taken;
        const std::size_t sent = kazoo_.bodies.size();
        call().hang_up(caller, "");
        call().play(2, caller, hello_);
        EXPECT_THAT(kazoo_.bodies, SizeIs(sent)) << taken;
        kazoo_.hang_up_caller();
        kazoo_.run();
        EXPECT_THAT(only<HungUp>(kazoo_.take_told()), SizeIs(1)) << taken;
    }
}

TEST_F(KazooPerformedCall, its_own_controller_is_nobody_else)
{
    kazoo_.tell_call("usurp_control", R"(,"Fetch-ID":"5c1e9a7c")");
    kazoo_.run();
    EXPECT_THAT(kazoo_.take_told(), IsEmpty());
}

TEST_F(KazooPerformedCall, what_another_controller_transfers_or_replaces_changes_nothing)
{
    const std::string another = R"(,"Custom-Channel-Vars":{"Fetch-ID":"another"})";
    kazoo_.tell_call("CHANNEL_TRANSFEREE", another);
    kazoo_.tell_call("CHANNEL_REPLACED", another + R"(,"Replaced-By":"new@id")");
    kazoo_.run();
    EXPECT_THAT(kazoo_.take_told(), IsEmpty());
    EXPECT_THAT(kazoo_.followed, IsEmpty());
}

TEST_F(KazooPerformedCall, a_replaced_call_goes_on_under_its_new_id)
{
    answer();
    kazoo_.tell_call("CHANNEL_REPLACED", R"(,"Replaced-By":"new@id")");
    kazoo_.run();
    EXPECT_THAT(kazoo_.followed, ElementsAre("new@id"));
    call().play(1, caller, hello_);
    EXPECT_THAT(kazoo_.bodies.back(), HasSubstr(R"("Call-ID":"new@id")"));
    kazoo_.tell_call("CHANNEL_DESTROY", R"(,"Hangup-Cause":"NORMAL_CLEARING")");
    kazoo_.run();
    EXPECT_THAT(only<HungUp>(kazoo_.take_told()), IsEmpty()) << "of the id before";
}

TEST_F(KazooPerformedCall, another_legs_events_are_not_the_callers)
{
    kazoo_.tell_call("DTMF", R"(,"DTMF-Digit":"5")", "another@leg");
    kazoo_.tell_call("CHANNEL_DESTROY", R"(,"Hangup-Cause":"NORMAL_CLEARING")", "another@leg");
    kazoo_.run();
    EXPECT_THAT(kazoo_.take_told(), IsEmpty());
}

}  // namespace
}  // namespace pivot::test
