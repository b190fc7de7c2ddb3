#include "execute/verbs/dial_legs.hpp"

#include "base/text.hpp"
#include "execute/directory.hpp"
#include "execute/verbs/callee.hpp"

#include <pivot/cause.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace pivot::execute::verbs {

namespace {

// A switch that does not tell of a leg's end is not waited for any longer.
constexpr milliseconds end_timeout{2'000};

// Not by the callee: the caller may not call, or has not said who they are.
bool is_refused_by_network(int sip_code)
{
    return sip_code == 401 || sip_code == 402 || sip_code == 403 || sip_code == 407;
}

}  // namespace

std::string_view status_of(const Cause& cause)
{
    const std::string_view name =
        cause.name.empty() ? cause_of_sip(cause.sip_code) : std::string_view(cause.name);
    if (name == "USER_BUSY" || name == "BUSY_EVERYWHERE" || name == "DECLINE") return "busy";
    if (name == "CALL_REJECTED") return is_refused_by_network(cause.sip_code) ? "failed" : "busy";
    if (name == "NO_ANSWER" || name == "NO_USER_RESPONSE" || name == "PROGRESS_TIMEOUT") {
        return "no-answer";
    }
    if (name == "ORIGINATOR_CANCEL" || name == "LOSE_RACE" || name == "PICKED_OFF") {
        return "canceled";
    }
    return "failed";
}

DialLegs::DialLegs(LiveCall& call, twiml::Element dial, std::string caller_id)
    : Watcher(call), call_(call), caller_id_(std::move(caller_id))
{
    for (const twiml::Element noun : dial.children()) nouns_.push_back(noun);
    std::size_t read = 0;
    for (; read < nouns_.size() && legs_.size() < callees_max; ++read) {
        const twiml::Element& noun = nouns_[read];
        warn_of_ignored(call_, noun,
                        {Attribute::machine_detection, Attribute::amd_status_callback});
        add_noun(noun);
    }
    if (read < nouns_.size()) {
        call_.warn(where(nouns_[read]), too_many_callees(nouns_.size() - read));
    }
    if (!nouns_.empty()) return;
    auto callee = read_callee_of_text(dial, warner(call_));
    if (callee) add(callee->address, nullptr, callee->address.text());
}

void DialLegs::add_noun(const twiml::Element& noun)
{
    auto callee = read_callee(noun, warner(call_));
    if (!callee) return;
    if (callee->address.kind() == Address::Kind::user) {
        return add_endpoints(noun, callee->address);
    }
    Target* target = add(callee->address, &noun, callee->address.text());
    if (target == nullptr) return;
    target->username = std::move(callee->username);
    target->password = std::move(callee->password);
    target->headers = std::move(callee->headers);
}

// Without a directory the switch is asked for the name itself.
void DialLegs::add_endpoints(const twiml::Element& noun, const Address& name)
{
    const std::string& id = name.text();
    std::string called = id;
    if (noun.name() == twiml::Name::client) called.insert(0, "client:");
    const Directory* directory = call_.config().directory;
    if (directory == nullptr) {
        add(name, &noun, std::move(called));
        return;
    }
    std::vector<std::string_view> ids{id};
    if (noun.name() != twiml::Name::device) ids = directory->devices_of(id);
    bool is_known = false;
    for (const std::string_view device_id : ids) {
        const Device* device = directory->device(device_id);
        if (device == nullptr || !device->is_enabled) continue;
        is_known = true;
        Target* target = add(device->address, &noun, called);
        if (target == nullptr) continue;
        target->username = device->username;
        target->password = device->password;
        target->headers = device->headers;
    }
    if (!is_known) {
        call_.warn(where(noun), fmt::format("{}: the directory has nothing to call for {}",
                                            twiml::name(noun.name()), id));
    }
}

Target* DialLegs::add(Address address, const twiml::Element* noun, std::string called)
{
    if (address.empty()) {
        call_.warn(where(*noun), fmt::format("{} is empty", twiml::name(noun->name())));
        return nullptr;
    }
    Target target;
    target.leg = call_.next_leg();
    target.address = std::move(address);
    Leg leg;
    leg.id = target.leg;
    leg.noun = noun;
    leg.called = std::move(called);
    leg.call_id = fmt::format("{}-{}", call_.session().call().call_id, target.leg);
    targets_.push_back(std::move(target));
    legs_.push_back(std::move(leg));
    return &targets_.back();
}

void DialLegs::renumber(std::vector<Target>& targets)
{
    for (Target& target : targets) {
        Leg* const leg = find(target.leg);
        target.leg = call_.next_leg();
        leg->id = target.leg;
        leg->ended_at = never;
    }
}

void DialLegs::begin(bool is_sequential)
{
    for (Leg& leg : legs_) {
        begin(leg);
        if (is_sequential) return;
    }
}

void DialLegs::begin(Leg& leg)
{
    if (leg.has_begun) return;
    leg.has_begun = true;
    tell(leg, "initiated", "initiated", nullptr);
}

Task<> DialLegs::finish(Deadline& deadline)
{
    const Nanoseconds until = call_.in(end_timeout);
    while (is_awaited()) {
        const bool has_happened = co_await call_.next(until);
        if (!has_happened) break;
    }
    co_await call_.catch_up(deadline);
}

bool DialLegs::is_awaited() const
{
    return std::ranges::any_of(legs_, [](const Leg& leg) {
        return leg.has_begun && leg.ended_at == never && leg.noun != nullptr &&
               leg.noun->has(Attribute::status_callback);
    });
}

const twiml::Element* DialLegs::noun(LegId id) const
{
    const Leg* leg = find(id);
    return leg == nullptr ? nullptr : leg->noun;
}

std::string DialLegs::call_id(LegId id) const
{
    const Leg* leg = find(id);
    return leg == nullptr ? std::string() : leg->call_id;
}

std::chrono::seconds DialLegs::talked(LegId id) const
{
    const Leg* leg = find(id);
    return leg == nullptr ? std::chrono::seconds(0) : talked(*leg);
}

std::chrono::seconds DialLegs::talked(const Leg& leg) const
{
    if (leg.answered_at == never) return std::chrono::seconds(0);
    const Nanoseconds end = leg.ended_at == never ? call_.now() : leg.ended_at;
    return std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::nanoseconds(end - leg.answered_at));
}

Parameters DialLegs::parameters(LegId id) const
{
    const Leg* leg = find(id);
    return leg == nullptr ? Parameters() : parameters(*leg);
}

Parameters DialLegs::parameters(const Leg& leg) const
{
    Parameters parameters;
    parameters.push_back({"CallSid", leg.call_id});
    parameters.push_back({"ParentCallSid", call_.session().call().call_id});
    parameters.push_back({"Direction", "outbound-dial"});
    parameters.push_back({"To", leg.called});
    parameters.push_back({"Called", leg.called});
    if (caller_id_.empty()) return parameters;
    parameters.push_back({"From", caller_id_});
    parameters.push_back({"Caller", caller_id_});
    return parameters;
}

DialLegs::Leg* DialLegs::find(LegId id)
{
    const auto found = std::ranges::find(legs_, id, &Leg::id);
    return found == legs_.end() ? nullptr : &*found;
}

const DialLegs::Leg* DialLegs::find(LegId id) const
{
    const auto found = std::ranges::find(legs_, id, &Leg::id);
    return found == legs_.end() ? nullptr : &*found;
}

void DialLegs::note(const Event& event)
{
    if (const auto* ringing = std::get_if<LegRinging>(&event)) {
        Leg* leg = find(ringing->leg);
        if (leg == nullptr) return;
        begin(*leg);
        tell(*leg, "ringing", "ringing", nullptr);
    } else if (const auto* answered = std::get_if<LegAnswered>(&event)) {
        Leg* leg = find(answered->leg);
        if (leg == nullptr) return;
        if (!answered->call_id.empty()) leg->call_id = answered->call_id;
        leg->answered_at = call_.now();
        begin(*leg);
        tell(*leg, "answered", "in-progress", nullptr);
    } else if (const auto* ended = std::get_if<LegEnded>(&event)) {
        Leg* leg = find(ended->leg);
        if (leg == nullptr || leg->ended_at != never) return;
        leg->ended_at = call_.now();
        begin(*leg);
        tell(*leg, "completed", status_at_end(*leg, ended->cause), &ended->cause);
    }
}

// A switch gives up those who have not answered in time as it does when the caller hangs up, or
// when another was faster.
std::string_view DialLegs::status_at_end(const Leg& leg, const Cause& cause) const
{
    if (leg.answered_at != never) return "completed";
    const std::string_view status = status_of(cause);
    const bool has_answer =
        std::ranges::any_of(legs_, [](const Leg& other) { return other.answered_at != never; });
    const bool ran_out_of_time = status == "canceled" && !has_answer && !call_.is_over();
    return ran_out_of_time ? "no-answer" : status;
}

void DialLegs::tell(Leg& leg, std::string_view event, std::string_view status, const Cause* cause)
{
    if (leg.noun == nullptr) return;
    if (!lists(*leg.noun, Attribute::status_callback_event, event)) return;
    Parameters told = parameters(leg);
    told.push_back({"CallStatus", std::string(status)});
    told.push_back({"CallbackSource", "call-progress-events"});
    told.push_back({"SequenceNumber", std::to_string(leg.sequence++)});
    told.push_back({"Timestamp", date_now(call_)});
    if (cause != nullptr) {
        const std::string seconds = std::to_string(talked(leg).count());
        told.push_back({"CallDuration", seconds});
        told.push_back({"Duration", seconds});
        if (cause->sip_code != 0) {
            told.push_back({"SipResponseCode", std::to_string(cause->sip_code)});
        }
    }
    notify(call_, *leg.noun, Attribute::status_callback, Attribute::status_callback_method,
           std::move(told));
}

}  // namespace pivot::execute::verbs
