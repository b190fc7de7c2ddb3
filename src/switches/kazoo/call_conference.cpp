#include "switches/kazoo/call_conference.hpp"

#include "switches/kazoo/call_commands.hpp"
#include "switches/kazoo/conference_request.hpp"
#include "switches/kazoo/performed_call.hpp"

#include <utility>

namespace pivot::switches::kazoo {

namespace {

using Kind = CallEvent::Kind;

// A caller who has not joined by then may be waiting in silence.
constexpr Nanoseconds joined_ns = 30 * second_ns;

}  // namespace

CallConference::CallConference(PerformedCall& call, JobId id, const Conference& asked)
    : CallJob(call, id), asked_(asked), conference_(conference_id(asked.room))
{
}

CallConference::~CallConference()
{
    call().reactor().timers().stop(*this);
}

void CallConference::begin()
{
    if (asked_.is_recorded) call().line().warn("KAZOO cannot record the conference");
    call().line().follow_conference(conference_);
    call().request(*this, [this](const Frame& frame) {
        return conference_request(frame, call().identity(), asked_);
    });
    reactor::Reactor& reactor = call().reactor();
    reactor.timers().set(*this, reactor.now() + joined_ns);
}

void CallConference::hear(const CallEvent& event)
{
    const bool is_done = event.kind == Kind::completed && event.application == "conference";
    if (is_done && event.call_id == call().identity().call_id) return leave(JobEnd::finished);
    if (event.kind != Kind::conference || event.conference != conference_) return;
    if (event.happening == "add-member") return join();
    if (event.happening == "del-member") return leave(JobEnd::finished);
    if (event.happening != "conference-destroy") return;
    tell_of(ConferenceEventKind::end);
    leave(JobEnd::finished);
}

void CallConference::join()
{
    if (std::exchange(is_in_, true)) return;
    call().reactor().timers().stop(*this);
    call().expect_marker(*this);
    tell_of(ConferenceEventKind::start);
    tell_of(ConferenceEventKind::join);
}

// The marker waits for as long as the caller is in the conference.
void CallConference::fired()
{
    call().mark(*this);
}

void CallConference::pass()
{
    if (is_in_) return leave(JobEnd::finished);
    pull_out();
    leave(JobEnd::failed, "KAZOO's conferences have not taken the caller");
}

void CallConference::stop()
{
    pull_out();
    leave(JobEnd::stopped);
}

void CallConference::pull_out()
{
    call().command(*this, plain_command("park", call().identity().call_id));
}

void CallConference::leave(JobEnd how, std::string why)
{
    call().reactor().timers().stop(*this);
    if (std::exchange(is_in_, false)) tell_of(ConferenceEventKind::leave);
    end(how, std::move(why));
}

void CallConference::tell_of(ConferenceEventKind kind)
{
    ConferenceHappened happened;
    happened.job = id();
    happened.kind = kind;
    const bool is_of_caller =
        kind == ConferenceEventKind::join || kind == ConferenceEventKind::leave;
    if (is_of_caller) happened.member = call().identity().call_id;
    tell(std::move(happened));
}

}  // namespace pivot::switches::kazoo
