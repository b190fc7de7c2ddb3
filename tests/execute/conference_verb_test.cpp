// Dial of a conference.
#include "execute/verb_fixture.hpp"

namespace pivot::test {
namespace {

using namespace std::chrono_literals;
using Kind = ConferenceEventKind;

class ConferenceVerb : public VerbTest {
protected:
    // What the switch is asked for.
    Conference joined(std::string_view attributes)
    {
        renew();
        run(fmt::format("<Dial><Conference {}>Room 1</Conference></Dial>", attributes));
        return channel->conferences.empty() ? Conference() : channel->conferences.front();
    }

    // The caller is in the room, where this happens one second after the other; then they leave.
    void happen(std::vector<Kind> kinds)
    {
        channel->on("join", [this, kinds](JobId job) {
            milliseconds at = 0ms;
            for (const Kind kind : kinds) {
                at += 1s;
                clock->after(
                    at, [this, job, kind] { channel->push(ConferenceHappened{job, kind, "c1"}); });
            }
            clock->after(at + 1s, [this, job] { channel->finish(job); });
        });
    }

    JobId room_ = 0;

    void stay_until_stopped() { keep_running("join"); }
};

TEST_F(ConferenceVerb, the_caller_is_answered_and_joins_and_the_action_is_asked_when_they_have_left)
{
    page("/done", "<Say>Bye</Say>");
    EXPECT_THAT(run(R"(<Dial action="/done"><Conference> Room 1
        </Conference></Dial><Say>never</Say>)"),
                ElementsAre("answer", "join Room 1 moderator", "say Bye", "hang_up 0"));
    EXPECT_EQ(told("/done")["DialCallStatus"], "answered");
    EXPECT_EQ(told("/done")["DialCallSid"], "-");
    EXPECT_EQ(told("/done")["DialCallDuration"], "-");
}

TEST_F(ConferenceVerb, without_an_action_the_document_goes_on_when_they_have_left)
{
    EXPECT_THAT(run("<Dial><Conference>a</Conference></Dial><Say>Bye</Say>"),
                ElementsAre("answer", "join a moderator", "say Bye", "hang_up 0"));
}

TEST_F(ConferenceVerb, they_join_as_the_attributes_say)
{
    const Conference plain = joined("");
    EXPECT_EQ(plain.room, "Room 1");
    EXPECT_FALSE(plain.is_muted);
    EXPECT_TRUE(plain.is_moderator);
    EXPECT_FALSE(plain.ends_with_caller);
    EXPECT_TRUE(plain.beeps_on_enter);
    EXPECT_TRUE(plain.beeps_on_exit);
    EXPECT_EQ(plain.members_max, 250U);
    EXPECT_EQ(plain.label, "");
    EXPECT_FALSE(plain.hold_music.empty());

    const Conference given = joined(
        R"(muted="true" beep="false" startConferenceOnEnter="false" endConferenceOnExit="true"
           maxParticipants="12" record="record-from-start" participantLabel="ann" waitUrl="")");
    EXPECT_TRUE(given.is_muted);
    EXPECT_FALSE(given.is_moderator);
    EXPECT_TRUE(given.ends_with_caller);
    EXPECT_FALSE(given.beeps_on_enter);
    EXPECT_FALSE(given.beeps_on_exit);
    EXPECT_EQ(given.members_max, 12U);
    EXPECT_EQ(given.label, "ann");
    EXPECT_TRUE(given.hold_music.empty());
}

TEST_F(ConferenceVerb, beeps_may_be_of_those_who_enter_or_of_those_who_leave)
{
    EXPECT_TRUE(joined(R"(beep="onEnter")").beeps_on_enter);
    EXPECT_FALSE(joined(R"(beep="onEnter")").beeps_on_exit);
    EXPECT_FALSE(joined(R"(beep="onExit")").beeps_on_enter);
    EXPECT_TRUE(joined(R"(beep="onExit")").beeps_on_exit);
}

TEST_F(ConferenceVerb, a_room_is_recorded_from_when_it_begins_and_that_is_told)
{
    happen({Kind::join, Kind::start, Kind::leave});
    channel->on("record", [this](JobId job) { channel->push(RecordingBegan{job}); });
    EXPECT_THAT(
        run(R"(<Dial action="/done"><Conference record="record-from-start"
                    trim="do-not-trim" recordingStatusCallback="/told"
                    recordingStatusCallbackEvent="in-progress completed">a</Conference></Dial>)"),
        ElementsAre("answer", "join a moderator", HasSubstr("record"), "stop", "hang_up 0"));
    EXPECT_TRUE(channel->recordings.front().runs_beside);
    EXPECT_EQ(channel->recordings.front().track, Track::both);
    EXPECT_FALSE(channel->recordings.front().trims_silence);
    EXPECT_THAT(each_told("/told", "RecordingStatus"), ElementsAre("in-progress", "completed"));
    EXPECT_EQ(told("/told")["RecordingSource"], "Conference");
    EXPECT_EQ(told("/told")["ConferenceSid"], "a");
    EXPECT_EQ(told("/told")["RecordingUrl"], "http://r/1");
    EXPECT_EQ(told("/done")["RecordingUrl"], "http://r/1");
    EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(ConferenceVerb, a_room_in_which_nobody_came_is_not_recorded)
{
    happen({Kind::join, Kind::leave});
    run(R"(<Dial action="/done"><Conference record="record-from-start">a</Conference></Dial>)");
    EXPECT_THAT(channel->recordings, IsEmpty());
    EXPECT_EQ(told("/done")["RecordingUrl"], "-");
}

TEST_F(ConferenceVerb, true_is_an_old_name_of_recording_from_the_start)
{
    struct Row {
        std::string_view record;
        std::size_t recordings;
    };
    constexpr Row rows[] = {{"true", 1}, {"false", 0}, {"do-not-record", 0}};
    for (const Row& row : rows) {
        renew();
        happen({Kind::join, Kind::start});
        run(fmt::format(R"(<Dial><Conference record="{}">a</Conference></Dial>)", row.record));
        EXPECT_EQ(channel->recordings.size(), row.recordings) << row.record;
    }
}

TEST_F(ConferenceVerb, its_dial_may_record_the_room_too)
{
    happen({Kind::join, Kind::start});
    run(R"(<Dial action="/done" record="record-from-answer" recordingStatusCallback="/told">
        <Conference>a</Conference></Dial>)");
    EXPECT_EQ(channel->recordings.size(), 1U);
    EXPECT_EQ(told("/told")["RecordingSource"], "DialVerb");
    EXPECT_EQ(told("/done")["RecordingUrl"], "http://r/1");
}

TEST_F(ConferenceVerb, a_coach_whispers_to_one_member)
{
    happen({Kind::join});
    run(R"(<Dial><Conference coach="CA1" statusCallback="/told" statusCallbackEvent="join">a
        </Conference></Dial>)");
    EXPECT_EQ(channel->conferences.front().coached_label, "CA1");
    EXPECT_FALSE(channel->conferences.front().is_muted);
    EXPECT_EQ(told("/told")["Coaching"], "true");
    EXPECT_TRUE(joined(R"(coach="a/../b")").is_muted) << "it names nobody";
}

TEST_F(ConferenceVerb, a_coach_who_cannot_whisper_joins_muted)
{
    channel->able.coaching = false;
    happen({Kind::join});
    run(R"(<Dial><Conference coach="CA1" statusCallback="/told" statusCallbackEvent="join">a
        </Conference></Dial>)");
    EXPECT_TRUE(channel->conferences.front().is_muted);
    EXPECT_EQ(told("/told")["Muted"], "true");
    EXPECT_TRUE(is_warned("coach is not offered by this switch"));
    EXPECT_FALSE(joined(R"(coach="")").is_muted);
}

TEST_F(ConferenceVerb, what_would_be_waited_for_in_vain_warns)
{
    joined(R"(deaf="true" eventCallbackUrl="/told")");
    EXPECT_TRUE(is_warned("Conference: deaf is not offered"));
    EXPECT_TRUE(is_warned("Conference: eventCallbackUrl is not offered"));
    joined(R"(deaf="false" region="us1")");
    EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(ConferenceVerb, bad_values_warn_and_become_the_default_or_the_nearest)
{
    const Conference odd = joined(
        R"(muted="yes" beep="loud" startConferenceOnEnter="1" endConferenceOnExit="on"
           maxParticipants="9999" record="always")");
    EXPECT_FALSE(odd.is_muted);
    EXPECT_TRUE(odd.beeps_on_enter);
    EXPECT_TRUE(odd.is_moderator);
    EXPECT_FALSE(odd.ends_with_caller);
    EXPECT_EQ(odd.members_max, 250U);
    EXPECT_THAT(channel->recordings, IsEmpty());
    for (const std::string_view name : {"muted", "beep", "startConferenceOnEnter",
                                        "endConferenceOnExit", "maxParticipants", "record"}) {
        EXPECT_TRUE(is_warned(fmt::format("{} of Conference", name))) << name;
    }
}

TEST_F(ConferenceVerb, a_room_that_cannot_be_joined_is_told_as_failed)
{
    channel->on("join", [this](JobId job) { channel->fail(job); });
    run(R"(<Dial action="/done"><Conference>a</Conference></Dial>)");
    EXPECT_EQ(told("/done")["DialCallStatus"], "failed");
    EXPECT_TRUE(is_warned("the switch could not join the room"));
}

TEST_F(ConferenceVerb, a_star_leaves_the_room_only_where_the_document_wants_that)
{
    stay_until_stopped();
    clock->after(5s, [this] { channel->press("1*"); });
    EXPECT_THAT(run(R"(<Dial hangupOnStar="true"><Conference>a</Conference></Dial>
        <Gather finishOnKey="" timeout="1" action="/done"/><Say>Bye</Say>)"),
                ElementsAre("answer", "join a moderator", "stop", "say Bye", "hang_up 0"));
    renew();
    happen({Kind::start});
    clock->after(500ms, [this] { channel->press("*"); });
    EXPECT_THAT(run(R"(<Dial><Conference>a</Conference></Dial>)"),
                ElementsAre("answer", "join a moderator", "hang_up 0"));
}

TEST_F(ConferenceVerb, a_time_limit_ends_it_and_the_action_is_asked)
{
    stay_until_stopped();
    const Nanoseconds began = clock->now();
    run(R"(<Dial timeLimit="600" action="/done"><Conference>a</Conference></Dial>)");
    EXPECT_GE(elapsed_since(began), 600s);
    EXPECT_LT(elapsed_since(began), 700s);
    EXPECT_EQ(told("/done")["DialCallStatus"], "answered");
}

TEST_F(ConferenceVerb, a_caller_who_hangs_up_is_reported)
{
    page("/done", "<Say>never</Say>");
    hang_up_during("join");
    run(R"(<Dial action="/done"><Conference>a</Conference></Dial><Say>never</Say>)");
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /done"));
    EXPECT_EQ(told("/done")["DialCallStatus"], "answered");
    EXPECT_EQ(told("/done")["CallStatus"], "completed");
    EXPECT_THAT(channel->commands, Not(Contains("say never")));
}

TEST_F(ConferenceVerb, a_caller_who_hangs_up_while_waiting_is_reported_after_the_room)
{
    page("/wait", "<Say>Please wait</Say>");
    channel->on("join", [this](JobId job) { room_ = job; });
    channel->on("say", [this](JobId job) {
        channel->push(JobEnded{job, JobEnd::stopped, ""});
        channel->push(ConferenceHappened{room_, Kind::leave, "c1"});
        channel->push(JobEnded{room_, JobEnd::stopped, ""});
        channel->hang_up_caller();
    });
    run(R"(<Dial action="/done"><Conference waitUrl="/wait" statusCallback="/told"
        statusCallbackEvent="leave">a</Conference></Dial>)");
    EXPECT_EQ(told("/told")["StatusCallbackEvent"], "participant-leave");
    EXPECT_EQ(told("/done")["DialCallStatus"], "answered");
}

TEST_F(ConferenceVerb, keys_in_the_room_are_digits_where_the_document_collects_them)
{
    stay_until_stopped();
    clock->after(5s, [this] { channel->press("12*"); });
    run(R"(<Dial action="/done" collect_dtmf="true" hangupOnStar="true">
        <Conference>a</Conference></Dial>)");
    EXPECT_EQ(told("/done")["Digits"], "12*");
}

TEST_F(ConferenceVerb, what_happens_there_is_told_where_somebody_wants_to_know)
{
    happen({Kind::join, Kind::start, Kind::mute, Kind::unmute, Kind::hold, Kind::unhold,
            Kind::speech_start, Kind::speech_stop, Kind::leave, Kind::end});
    run(R"(<Dial><Conference muted="true" endConferenceOnExit="true" statusCallback="/told"
        statusCallbackEvent="start end join leave mute hold speaker">a</Conference></Dial>)");
    EXPECT_THAT(each_told("/told", "StatusCallbackEvent"),
                ElementsAre("participant-join", "conference-start", "participant-mute",
                            "participant-unmute", "participant-hold", "participant-unhold",
                            "participant-speech-start", "participant-speech-stop",
                            "participant-leave", "conference-end"));
    EXPECT_THAT(each_told("/told", "SequenceNumber"),
                ElementsAre("1", "2", "3", "4", "5", "6", "7", "8", "9", "10"));
    const Told join = all_told("/told").front();
    EXPECT_EQ(join["FriendlyName"], "a");
    EXPECT_NE(join["ConferenceSid"], "-");
    EXPECT_EQ(join["CallSid"], "c1");
    EXPECT_EQ(join["Muted"], "true");
    EXPECT_EQ(join["EndConferenceOnExit"], "true");
    EXPECT_EQ(join["StartConferenceOnEnter"], "true");
    EXPECT_NE(join["Timestamp"], "-");
}

TEST_F(ConferenceVerb, each_word_of_the_list_asks_for_its_events_alone)
{
    struct Row {
        std::string_view word;
        std::vector<std::string> events;
    };
    const Row rows[] = {
        {"start", {"conference-start"}},
        {"end", {"conference-end"}},
        {"join", {"participant-join"}},
        {"leave", {"participant-leave"}},
        {"leave join", {"participant-join", "participant-leave"}},
        {"dance", {}},
        {"", {}},
    };
    for (const Row& row : rows) {
        renew();
        happen({Kind::join, Kind::start, Kind::leave, Kind::end});
        run(fmt::format(R"(<Dial><Conference statusCallback="/told" statusCallbackMethod="GET"
            statusCallbackEvent="{}">a</Conference></Dial>)",
                        row.word));
        EXPECT_EQ(each_told("/told", "StatusCallbackEvent"), row.events) << row.word;
        const std::vector<std::string> numbers{"1", "2"};
        EXPECT_EQ(
            each_told("/told", "SequenceNumber"),
            std::vector<std::string>(numbers.begin(), numbers.begin() + std::ssize(row.events)));
        if (!row.events.empty()) {
            EXPECT_THAT(asked(), Contains("GET /told"));
        }
    }
}

TEST_F(ConferenceVerb, events_are_numbered_by_room_until_that_ends)
{
    page("/again", R"(<Dial action="/end"><Conference statusCallback="/told"
        statusCallbackEvent="join leave">a</Conference></Dial>)");
    page("/end", R"(<Dial><Conference statusCallback="/told" statusCallbackEvent="join">a
        </Conference></Dial><Dial><Conference statusCallback="/other" statusCallbackEvent="join">b
        </Conference></Dial>)");
    unsigned joined = 0;
    channel->on("join", [&](JobId job) {
        channel->push(ConferenceHappened{job, Kind::join, "c1"});
        channel->push(ConferenceHappened{job, Kind::leave, "c1"});
        if (++joined == 2) channel->push(ConferenceHappened{job, Kind::end, ""});
        channel->finish(job);
    });
    run(R"(<Dial action="/again"><Conference statusCallback="/told"
        statusCallbackEvent="join leave">a</Conference></Dial>)");
    EXPECT_THAT(each_told("/told", "SequenceNumber"), ElementsAre("1", "2", "3", "4", "1"));
    EXPECT_THAT(each_told("/other", "SequenceNumber"), ElementsAre("1"));
}

TEST_F(ConferenceVerb, a_wait_document_is_heard_until_the_room_begins)
{
    page("/wait", "<Say>Please wait</Say><Pause length=\"60\"/><Say>never</Say>");
    channel->on("join", [this](JobId job) {
        clock->after(10s,
                     [this, job] { channel->push(ConferenceHappened{job, Kind::start, "c1"}); });
        clock->after(90s, [this, job] { channel->finish(job); });
    });
    EXPECT_THAT(run(R"(<Dial><Conference waitUrl="/wait">a</Conference></Dial>)"),
                ElementsAre("answer", "join a moderator", "say Please wait", "hang_up 0"));
    EXPECT_THAT(asked(), ElementsAre("GET /first", "POST /wait"));
    EXPECT_EQ(told("/wait")["FriendlyName"], "a");
    EXPECT_TRUE(channel->conferences.front().hold_music.empty());
}

TEST_F(ConferenceVerb, a_wait_document_may_lead_to_others_and_be_asked_for_with_get)
{
    page("/wait", "<Say>one</Say><Redirect method=\"GET\">/more</Redirect>");
    page("/more", "<Say>two</Say>");
    happen({});
    channel->on("join",
                [this](JobId job) { clock->after(30s, [this, job] { channel->finish(job); }); });
    EXPECT_THAT(run(R"(<Dial action="done"><Conference waitUrl="/wait" waitMethod="GET">a
        </Conference></Dial>)"),
                ElementsAre("answer", "join a moderator", "say one", "say two", "hang_up 0"));
    EXPECT_THAT(asked(), ElementsAre("GET /first", "GET /wait", "GET /more", "POST /done"));
}

TEST_F(ConferenceVerb, a_room_without_a_name_is_nobodys)
{
    run(R"(<Dial action="/done"><Conference> </Conference></Dial>)");
    EXPECT_THAT(channel->commands, ElementsAre("answer", "hang_up 0"));
    EXPECT_EQ(told("/done")["DialCallStatus"], "failed");
}

TEST_F(ConferenceVerb, a_caller_who_hangs_up_is_told_to_have_left)
{
    page("/wait", "<Say>Please wait</Say>");
    channel->on("join", [this](JobId job) { room_ = job; });
    channel->on("say", [this](JobId job) {
        channel->push(JobEnded{job, JobEnd::stopped, ""});
        channel->push(ConferenceHappened{room_, ConferenceEventKind::leave, "c1"});
        channel->push(ConferenceHappened{room_, ConferenceEventKind::end, ""});
        channel->push(JobEnded{room_, JobEnd::stopped, ""});
        channel->hang_up_caller();
    });
    run(R"(<Dial><Conference waitUrl="/wait" endConferenceOnExit="true" participantLabel="ann"
        statusCallback="/told" statusCallbackEvent="leave end">a</Conference></Dial>)");
    EXPECT_THAT(each_told("/told", "StatusCallbackEvent"),
                ElementsAre("participant-leave", "conference-end"));
    EXPECT_THAT(each_told("/told", "ParticipantLabel"), ElementsAre("ann", "-"));
    EXPECT_EQ(told("/told")["ReasonConferenceEnded"],
              "participant-with-end-conference-on-exit-left");
    EXPECT_EQ(told("/told")["CallSidEndingConference"], "c1");
}

TEST_F(ConferenceVerb, a_wait_document_that_cannot_be_had_makes_way_for_music)
{
    page("/wait", 500, "text/plain", "no");
    keep_running("play");
    channel->on("join", [this](JobId job) {
        clock->after(10s,
                     [this, job] { channel->push(ConferenceHappened{job, Kind::start, "c1"}); });
        clock->after(90s, [this, job] { channel->finish(job); });
    });
    EXPECT_THAT(run(R"(<Dial action="/done"><Conference waitUrl="/wait">a</Conference></Dial>)"),
                ElementsAre("answer", "join a moderator", "play hold_music", "stop", "hang_up 0"));
    EXPECT_EQ(told("/done")["DialCallStatus"], "answered");
    EXPECT_TRUE(is_warned("500"));
}

TEST_F(ConferenceVerb, a_wait_document_may_hang_up)
{
    page("/wait", "<Say>Nobody comes</Say><Hangup/>");
    keep_running("join");
    EXPECT_THAT(run(R"(<Dial><Conference waitUrl="/wait">a</Conference></Dial><Say>never</Say>)"),
                ElementsAre("answer", "join a moderator", "say Nobody comes", "stop", "hang_up 0"));
}

TEST_F(ConferenceVerb, a_sound_may_be_what_is_heard_while_waiting)
{
    page("/music.mp3", 200, "audio/mpeg", "ID3");
    channel->on("join",
                [this](JobId job) { clock->after(30s, [this, job] { channel->finish(job); }); });
    EXPECT_THAT(run(R"(<Dial><Conference waitUrl="/music.mp3">a</Conference></Dial>)"),
                Contains("play url " + url("/music.mp3")));
}

TEST_F(ConferenceVerb, a_wait_document_cannot_take_the_caller_elsewhere)
{
    page("/wait", "<Dial>+14155550100</Dial><Enqueue>q</Enqueue><Say>Wait</Say>");
    channel->on("join",
                [this](JobId job) { clock->after(30s, [this, job] { channel->finish(job); }); });
    EXPECT_THAT(run(R"(<Dial><Conference waitUrl="/wait">a</Conference></Dial>)"),
                ElementsAre("answer", "join a moderator", "say Wait", "hang_up 0"));
    EXPECT_TRUE(is_warned("Enqueue is not performed here"));
}

TEST_F(ConferenceVerb, a_room_that_begins_at_once_needs_no_wait_document_to_the_end)
{
    page("/wait", "<Say>never</Say>");
    channel->on("join", [this](JobId job) {
        channel->push(ConferenceHappened{job, Kind::start, "c1"});
        channel->finish(job);
    });
    EXPECT_THAT(run(R"(<Dial><Conference waitUrl="/wait">a</Conference></Dial><Say>Bye</Say>)"),
                Contains("say Bye"));
}

}  // namespace
}  // namespace pivot::test
