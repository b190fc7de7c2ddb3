#include "switches/kazoo/call_dial.hpp"

#include "base/random_id.hpp"
#include "switches/kazoo/call_commands.hpp"
#include "switches/kazoo/dial_commands.hpp"
#include "switches/kazoo/performed_call.hpp"
#include "switches/q850.hpp"

#include <pivot/cause.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace pivot::switches::kazoo {

namespace {

using Kind = CallEvent::Kind;

// KAZOO keeps the time itself, in whole seconds.
constexpr Nanoseconds grace_ns = 2 * second_ns;

// The end of a bridge follows that of a leg within this time.
constexpr Nanoseconds parting_ns = 2 * second_ns;

// How long a leg that was given up may still answer.
constexpr Nanoseconds given_up_ns = 120 * second_ns;

}  // namespace

CallDial::CallDial(PerformedCall& call, JobId id, const Dial& asked)
    : CallJob(call, id), asked_(asked), is_for_carrier_(is_for_carrier(asked))
{
    for (const Target& target : asked_.targets) {
        callees_.push_back({target.leg, is_for_carrier_ ? std::string() : random_id(), {}});
    }
}

CallDial::~CallDial()
{
    call().reactor().timers().stop(*this);
}

// The dial is over, and its legs are not heard of any more.
void CallDial::leave()
{
    call().reactor().timers().stop(*this);
    for (const Callee& callee : callees_) {
        if (!callee.followed.empty()) call().line().unfollow(callee.followed);
    }
    call().drop(*this);
}

void CallDial::begin()
{
    if (asked_.timeout.count() > 0) {
        wait(std::chrono::nanoseconds(asked_.timeout).count() + grace_ns);
    }
    if (is_for_carrier_) {
        call().request(*this, [this](const Frame& frame) {
            return offnet_request(frame, call().identity(), asked_);
        });
        request_ = message;
        return;
    }
    std::vector<std::string> call_ids;
    for (Callee& callee : callees_) {
        call_ids.push_back(callee.call_id);
        follow(callee);
    }
    call().queue_as_translator(*this, {bridge_command(call().identity(), asked_, call_ids)});
}

void CallDial::follow(Callee& callee)
{
    callee.followed = callee.call_id;
    call().line().follow(callee.followed);
}

void CallDial::wait(Nanoseconds within)
{
    reactor::Reactor& reactor = call().reactor();
    reactor.timers().set(*this, reactor.now() + within);
}

void CallDial::fired()
{
    switch (stage_) {
        case Stage::rings: return give_up({"NO_ANSWER", 480}, {});
        case Stage::connected: return part(Cause());
        case Stage::given_up: return leave();
    }
}

// ---- what happens -------------------------------------------------------------------------------

void CallDial::hear(const CallEvent& event)
{
    if (event.kind == Kind::offnet) {
        const bool is_ours = request_ != 0 && call().number_of(event.message_id) == request_;
        if (is_ours) part(event);
        return;
    }
    if (event.call_id == call().identity().call_id) return hear_own(event);
    if (Callee* const callee = find(event.call_id)) hear_callee(*callee, event);
}

void CallDial::hear_own(const CallEvent& event)
{
    const bool is_known = find(event.other_leg) != nullptr;
    if (event.kind == Kind::bridged && is_known) return answer(event.other_leg);
    if (!call().is_first_dial(*this)) return;
    if (event.kind == Kind::bridged) return answer(event.other_leg);
    if (event.kind == Kind::unbridged && stage_ == Stage::connected) return wait(parting_ns);
    const bool is_new = is_for_carrier_ && callees_.front().call_id.empty();
    if (event.kind == Kind::leg_created && is_new && !event.other_leg.empty()) {
        callees_.front().call_id = event.other_leg;
        callees_.front().is_there = true;
        return follow(callees_.front());
    }
    const bool is_done = event.kind == Kind::completed && event.application == "bridge";
    if (is_done) part(event);
}

// A callee who was bridged has answered, even if no event said so.
void CallDial::part(const CallEvent& event)
{
    if (stage_ == Stage::rings) {
        const bool is_first = event.has_bridged && call().note_talk();
        if (is_first || event.was_answered) answer({});
    }
    part(Cause{event.cause, event.sip_code});
}

void CallDial::hear_callee(Callee& callee, const CallEvent& event)
{
    callee.is_there = true;
    if (event.kind == Kind::progress) return tell_ringing(callee);
    const bool has_answered = event.kind == Kind::answered || event.kind == Kind::bridged;
    if (has_answered) return answer(callee.call_id);
    if (event.kind == Kind::key && event.pressed != 0 && callee.was_told) {
        return tell(KeyPressed{callee.leg, event.pressed});
    }
    if (event.kind != Kind::destroyed) return;
    end_leg(callee, {event.cause, event.sip_code});
    if (stage_ != Stage::connected || &callee != &callees_[connected_]) return;
    is_parting_ = true;
    wait(parting_ns);
}

void CallDial::tell_ringing(Callee& callee)
{
    has_rung_ = true;
    if (stage_ != Stage::rings || std::exchange(callee.was_told, true)) return;
    tell(LegRinging{callee.leg});
}

// An unknown id is that of the carrier's leg, or of a leg that replaced the dialled one.
void CallDial::answer(const std::string& call_id)
{
    Callee* const known = find(call_id);
    Callee& callee = known != nullptr ? *known : callees_.front();
    if (!call_id.empty()) callee.call_id = call_id;
    callee.is_there = !callee.call_id.empty();
    if (stage_ == Stage::given_up) return hang_up(callee, "ORIGINATOR_CANCEL");
    if (stage_ == Stage::connected) return call().reactor().timers().stop(*this);
    call().reactor().timers().stop(*this);
    stage_ = Stage::connected;
    call().note_talk();
    connected_ = static_cast<std::size_t>(&callee - callees_.data());
    callee.was_told = true;
    if (is_for_carrier_) call().expect_marker(*this);
    tell(LegAnswered{callee.leg, callee.call_id, id()});
    set_id(0);
}

void CallDial::end_leg(Callee& callee, Cause cause)
{
    if (std::exchange(callee.is_over, true) || !callee.was_told) return;
    if (cause.name.empty()) cause.name = "NORMAL_CLEARING";
    tell(LegEnded{callee.leg, std::move(cause)});
}

// The bridge is over, or there was none.
void CallDial::part(const Cause& cause)
{
    if (stage_ == Stage::given_up) return leave();
    if (stage_ == Stage::rings) return end_dial(cause_without_answer(cause), {});
    end_leg(callees_[connected_], cause);
    if (id() != 0) tell(BridgeEnded{id()});
    leave();
}

// The marker says that KAZOO has finished the bridge command.
void CallDial::pass()
{
    part(Cause());
}

// A leg that clears normally does not say why nobody answered.
Cause CallDial::cause_without_answer(const Cause& told) const
{
    constexpr int unavailable = 480;
    const int q850 = q850_of(told.name).value_or(0);
    const bool says_nothing = told.name.empty() || q850 == q850::normal_clearing;
    if (!says_nothing) {
        const int code = sip_code_of(told.name).value_or(unavailable);
        return {told.name, told.sip_code == 0 ? code : told.sip_code};
    }
    const std::string_view name = cause_of_q850(q850::cause_without_answer(0, has_rung_));
    return {std::string(name), sip_code_of(name).value_or(unavailable)};
}

// ---- ends ---------------------------------------------------------------------------------------

void CallDial::end_dial(Cause cause, std::string why)
{
    for (Callee& callee : callees_) end_leg(callee, cause);
    tell(DialFailed{id(), std::move(cause), std::move(why)});
    leave();
}

void CallDial::give_up(Cause cause, std::string why)
{
    for (const Callee& callee : callees_) {
        if (!callee.is_over) hang_up(callee, "ORIGINATOR_CANCEL");
    }
    call().flush(*this);
    stage_ = Stage::given_up;
    place = 0;
    for (Callee& callee : callees_) end_leg(callee, cause);
    tell(DialFailed{id(), std::move(cause), std::move(why)});
    set_id(0);
    wait(given_up_ns);
}

void CallDial::stop()
{
    if (stage_ == Stage::rings) return give_up({"ORIGINATOR_CANCEL", 487}, {});
    if (stage_ == Stage::connected) hang_up(callees_[connected_].leg, {});
}

void CallDial::lose()
{
    if (stage_ == Stage::rings) return end_dial({"ORIGINATOR_CANCEL", 487}, {});
    part(Cause());
}

void CallDial::fail(std::string why)
{
    if (stage_ == Stage::rings) {
        end_dial({"NORMAL_TEMPORARY_FAILURE", 503}, std::move(why));
    } else {
        part(Cause());
    }
}

bool CallDial::has_leg(LegId leg) const
{
    return std::ranges::any_of(
        callees_, [leg](const Callee& callee) { return callee.leg == leg && !callee.is_over; });
}

// One of several ringing legs, or the one that talks to the caller.
void CallDial::hang_up(LegId leg, const std::string& cause)
{
    const auto callee = std::ranges::find(callees_, leg, &Callee::leg);
    if (callee == callees_.end() || callee->is_over) return;
    if (stage_ == Stage::given_up || is_parting_) return;
    hang_up(*callee, cause);
    if (stage_ != Stage::connected) return;
    is_parting_ = true;
    wait(parting_ns);
}

void CallDial::hang_up(const Callee& callee, std::string_view cause)
{
    if (!callee.is_there) return;
    call().command(*this, hangup_command(callee.call_id, cause));
}

CallDial::Callee* CallDial::find(std::string_view call_id)
{
    if (call_id.empty()) return nullptr;
    const auto found = std::ranges::find(callees_, call_id, &Callee::call_id);
    return found == callees_.end() ? nullptr : &*found;
}

}  // namespace pivot::switches::kazoo
