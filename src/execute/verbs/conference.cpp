// Dial of a conference, and what is told about it.
#include "base/text.hpp"
#include "execute/perform.hpp"
#include "execute/verbs/dial_keys.hpp"
#include "execute/verbs/dial_recording.hpp"
#include "execute/verbs/hold_music.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::execute::verbs {

namespace {

std::string_view name_of(ConferenceEventKind kind)
{
    switch (kind) {
        case ConferenceEventKind::start: return "conference-start";
        case ConferenceEventKind::end: return "conference-end";
        case ConferenceEventKind::join: return "participant-join";
        case ConferenceEventKind::leave: return "participant-leave";
        case ConferenceEventKind::mute: return "participant-mute";
        case ConferenceEventKind::unmute: return "participant-unmute";
        case ConferenceEventKind::hold: return "participant-hold";
        case ConferenceEventKind::unhold: return "participant-unhold";
        case ConferenceEventKind::speech_start: return "participant-speech-start";
        case ConferenceEventKind::speech_stop: return "participant-speech-stop";
    }
    return "";
}

// The word of `statusCallbackEvent` with which somebody asks to be told.
std::string_view word_of(ConferenceEventKind kind)
{
    switch (kind) {
        case ConferenceEventKind::start: return "start";
        case ConferenceEventKind::end: return "end";
        case ConferenceEventKind::join: return "join";
        case ConferenceEventKind::leave: return "leave";
        case ConferenceEventKind::mute:
        case ConferenceEventKind::unmute: return "mute";
        case ConferenceEventKind::hold:
        case ConferenceEventKind::unhold: return "hold";
        case ConferenceEventKind::speech_start:
        case ConferenceEventKind::speech_stop: return "speaker";
    }
    return "";
}

bool is_of_room(ConferenceEventKind kind)
{
    return kind == ConferenceEventKind::start || kind == ConferenceEventKind::end;
}

// What is told of a room, and to the wait document of who waits for it.
class ConferenceEvents final : public Surroundings, private Watcher {
public:
    ConferenceEvents(LiveCall& call, twiml::Element conference, const Conference& order)
        : Watcher(call),
          call_(call),
          conference_(conference),
          joins_muted_(order.is_muted),
          is_coaching_(!order.coached_label.empty())
    {
    }

    Parameters parameters() const override
    {
        Parameters parameters;
        parameters.push_back({"ConferenceSid", std::string(conference_.text())});
        parameters.push_back({"FriendlyName", std::string(conference_.text())});
        return parameters;
    }

private:
    void note(const Event& event) override
    {
        const auto* happened = std::get_if<ConferenceHappened>(&event);
        if (happened == nullptr) return;
        if (happened->kind == ConferenceEventKind::leave) last_to_leave_ = happened->member;
        if (!happened->is_told_elsewhere) tell(*happened);
        // What has its name later is another room.
        const bool is_over = happened->kind == ConferenceEventKind::end;
        if (is_over) call_.told_of_room(conference_.text()) = 0;
    }

    void tell(const ConferenceHappened& happened)
    {
        if (!lists(conference_, Attribute::status_callback_event, word_of(happened.kind))) return;
        Parameters told = parameters();
        told.push_back({"StatusCallbackEvent", std::string(name_of(happened.kind))});
        told.push_back(
            {"SequenceNumber", std::to_string(++call_.told_of_room(conference_.text()))});
        told.push_back({"Timestamp", date_now(call_)});
        if (happened.kind == ConferenceEventKind::end) add_reason(told, happened);
        if (!is_of_room(happened.kind)) add_member(told, happened);
        notify(call_, conference_, Attribute::status_callback, Attribute::status_callback_method,
               std::move(told));
    }

    // As far as one of its members can know, where the event does not say who has ended it: whose
    // going ends it was the last to go.
    void add_reason(Parameters& told, const ConferenceHappened& end) const
    {
        const bool is_own = last_to_leave_ == call_.session().call().call_id;
        const bool was_ended = !end.member.empty() ||
                               (is_own && conference_.is_true(Attribute::end_conference_on_exit));
        const std::string& ended_by = end.member.empty() ? last_to_leave_ : end.member;
        told.push_back(
            {"ReasonConferenceEnded",
             was_ended ? "participant-with-end-conference-on-exit-left" : "last-participant-left"});
        if (!ended_by.empty()) told.push_back({"CallSidEndingConference", ended_by});
    }

    void add_member(Parameters& told, const ConferenceHappened& happened) const
    {
        using Kind = ConferenceEventKind;
        told.push_back({"CallSid", happened.member});
        const bool is_muted =
            happened.kind == Kind::mute || (happened.kind != Kind::unmute && joins_muted_);
        told.push_back({"Muted", is_muted ? "true" : "false"});
        told.push_back({"Hold", happened.kind == Kind::hold ? "true" : "false"});
        told.push_back({"Coaching", is_coaching_ ? "true" : "false"});
        told.push_back({"EndConferenceOnExit", text_of(Attribute::end_conference_on_exit)});
        told.push_back({"StartConferenceOnEnter", text_of(Attribute::start_conference_on_enter)});
        const bool is_caller = happened.member == call_.session().call().call_id;
        if (is_caller && conference_.has(Attribute::participant_label)) {
            told.push_back(
                {"ParticipantLabel", std::string(conference_.text(Attribute::participant_label))});
        }
    }

    std::string text_of(Attribute attribute) const
    {
        return conference_.is_true(attribute) ? "true" : "false";
    }

    LiveCall& call_;
    const twiml::Element conference_;
    const bool joins_muted_;
    const bool is_coaching_;
    std::string last_to_leave_;
};

Conference order_of(LiveCall& call, twiml::Element conference)
{
    Conference order;
    order.room = RoomName::of(conference.text());
    order.is_muted = conference.is_true(Attribute::muted);
    order.is_moderator = conference.is_true(Attribute::start_conference_on_enter);
    order.ends_with_caller = conference.is_true(Attribute::end_conference_on_exit);
    const std::string_view beep = conference.text(Attribute::beep);
    order.beeps_on_enter = beep == "true" || beep == "onEnter";
    order.beeps_on_exit = beep == "true" || beep == "onExit";
    order.members_max = static_cast<unsigned>(conference.integer(Attribute::max_participants));
    order.label = name_in<MemberLabel>(call, conference, Attribute::participant_label);
    order.profile = name_in<ProfileName>(call, conference, Attribute::profile_name);
    order.coached_label = name_in<MemberLabel>(call, conference, Attribute::coach);
    // Whoever is to be heard by one member alone must not be heard by all.
    const bool whispers = !order.coached_label.empty() && call.can(Ability::coaching);
    if (!whispers) order.coached_label = MemberLabel();
    if (!whispers && !conference.text(Attribute::coach).empty()) order.is_muted = true;
    if (!conference.has(Attribute::wait_url)) order.hold_music = hold_music();
    return order;
}

// Until the room begins, or the caller has left it, or the document is over. One that cannot be had
// makes way for music.
Task<NextStep> wait_with_document(LiveCall& call, twiml::Element conference,
                                  const ConferenceEvents& events, Deadline& deadline)
{
    Until until;
    until.at_connection = true;
    const Stage waiting(call, caller, Stage::Keys::inherits, 0, until);
    session::Request ask;
    ask.url = conference.text(Attribute::wait_url);
    ask.method = method_of(conference, Attribute::wait_method);
    ask.is_counted = false;  // a caller may wait for long
    NextStep step = co_await perform_within(call, std::move(ask), events, deadline);
    if (step.kind == NextStep::Kind::failed) co_await hold(call, deadline);
    co_return step;
}

// How the caller has left the room.
struct Stay {
    NextStep waited;  // of the wait document
    bool has_failed = false;
    std::string why;  // of a failure, as the switch tells it
};

Task<Stay> stay(LiveCall& call, twiml::Element dial, twiml::Element conference, Conference order,
                const ConferenceEvents& events, Deadline& deadline)
{
    Until until;
    until.time = call.in(seconds_of(dial, Attribute::time_limit));
    if (dial.is_true(Attribute::hangup_on_star)) until.keys = "*";
    Stay result;
    const JobId job = call.begin(caller, std::move(order));
    result.has_failed = job == 0;
    if (result.has_failed) {
        result.why = no_such_command;
        co_return result;
    }
    const Stage room(call, caller, Stage::Keys::own, job, until);
    const bool has_document = !conference.text(Attribute::wait_url).empty();
    if (has_document) {
        result.waited = co_await wait_with_document(call, conference, events, deadline);
    }
    if (result.waited.kind == NextStep::Kind::hang_up) co_await call.stop(job, deadline);
    co_await call.finish(room, deadline);
    const auto& ended = std::get<JobEnded>(*room.end());
    result.has_failed = ended.end == JobEnd::failed;
    result.why = ended.why;
    co_return result;
}

}  // namespace

Task<NextStep> dial_conference(LiveCall& call, twiml::Element dial, twiml::Element conference,
                               Deadline& deadline)
{
    Parameters parameters;
    Conference order = order_of(call, conference);
    if (order.room.empty()) {
        call.warn(where(conference),
                  conference.text().empty()
                      ? std::string("Conference: the room has no name")
                      : fmt::format("Conference: \"{}\" cannot be the name of a room",
                                    printable(conference.text())));
        parameters.push_back({"DialCallStatus", "failed"});
        co_return conclude(call, dial, std::move(parameters));
    }
    warn_of_ignored(call, conference, {Attribute::deaf, Attribute::event_callback_url});
    const twiml::Element recorded = wants_recording(conference) ? conference : dial;
    const ConferenceEvents events(call, conference, order);
    DialRecording recording(call, recorded,
                            wants_recording(conference) ? conference.text() : std::string_view());
    const DialKeys keys(call, dial);
    recording.ringing();
    const Stay stayed = co_await stay(call, dial, conference, std::move(order), events, deadline);
    co_await recording.finish(deadline);
    co_await call.catch_up(deadline);
    if (stayed.has_failed) {
        call.warn(where(conference),
                  with_reason("Conference: the switch could not join the room", stayed.why));
    }
    if (stayed.waited.kind == NextStep::Kind::hang_up && !call.is_over()) {
        co_return next_step(NextStep::Kind::hang_up);
    }
    parameters.push_back({"DialCallStatus", stayed.has_failed ? "failed" : "answered"});
    append(parameters, recording.results());
    append(parameters, keys.results());
    co_return conclude(call, dial, std::move(parameters));
}

}  // namespace pivot::execute::verbs
