// Those whom a scripted call dials.
#include "base/text.hpp"
#include "switches/scripted/duration.hpp"
#include "switches/scripted/scripted_channel.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::scripted {

namespace {

using RingingEnd = Ringing::End;

constexpr milliseconds between_keys{200};
constexpr milliseconds conversation_length{10'000};

}  // namespace

ScriptedChannel::Leg* ScriptedChannel::find_leg(LegId leg)
{
    const auto found = std::ranges::find(legs_, leg, &Leg::id);
    return found == legs_.end() ? nullptr : &*found;
}

std::string ScriptedChannel::name_of(LegId leg)
{
    const Leg* found = find_leg(leg);
    assert(found != nullptr);
    return fmt::format("LEG {}", found->place);
}

bool ScriptedChannel::is_there(LegId leg)
{
    const Leg* found = find_leg(leg);
    return found != nullptr && found->has_answered;
}

Ringing ScriptedChannel::ringing_of(const Address& address)
{
    Target target;
    target.address = address;
    return dials_.take({target}).of(address.text(), 1).ringing.value_or(Ringing());
}

bool ScriptedChannel::dial(JobId id, const Dial& order)
{
    if (begin(id, JobKind::dial, caller) == nullptr) return true;
    Deed deed;
    deed.at = since_begin();
    deed.actor = "PIVOT";
    deed.kind = "dial";
    const std::vector<Leg> uncalled = std::exchange(uncalled_, {});
    const bool goes_on =
        !uncalled.empty() &&
        std::ranges::equal(uncalled, order.targets, {}, &Leg::address,
                           [](const Target& target) { return target.address.text(); });
    const DialBehaviour behaviour = goes_on ? DialBehaviour() : dials_.take(order.targets);
    for (std::size_t i = 0; i < order.targets.size(); ++i) {
        const Target& target = order.targets[i];
        const std::string& address = target.address.text();
        deed.addresses.push_back(address);
        deed.subject += (deed.subject.empty() ? "" : ", ") + address;
        const auto place = static_cast<unsigned>(i + 1);
        Leg leg{target.leg, id, place, address, {}};
        if (goes_on) {
            leg.place = uncalled[i].place;
            leg.behaviour = uncalled[i].behaviour;
        } else {
            leg.behaviour = behaviour.of(address, place);
        }
        legs_.push_back(std::move(leg));
    }
    deed.text =
        fmt::format("dials {}{}{}", deed.subject,
                    order.is_sequential && order.targets.size() > 1 ? ", one after the other" : "",
                    order.caller_id_number.empty() ? "" : " as " + order.caller_id_number.text());
    if (transcript_ != nullptr) transcript_->note(std::move(deed));
    if (order.timeout != unlimited) {
        after(order.timeout, [this, id] {
            if (find(id) != nullptr) fail_dial(id, cause_named("NO_ANSWER"));
        });
    }
    if (order.targets.empty()) {
        fail_dial(id, cause_named("NO_ROUTE_DESTINATION"));
    } else {
        ring(id, std::vector<Target>(order.targets), order.is_sequential);
    }
    return true;
}

// All of them, or the first, and the others when that has failed.
void ScriptedChannel::ring(JobId dial, std::vector<Target> targets, bool is_sequential)
{
    if (!is_sequential) {
        for (const Target& target : targets) ring_one(dial, target, {});
        return;
    }
    const Target first = std::move(targets.front());
    targets.erase(targets.begin());
    ring_one(dial, first, std::move(targets));
}

void ScriptedChannel::ring_one(JobId dial, const Target& target, std::vector<Target> rest)
{
    Leg* leg = find_leg(target.leg);
    if (leg == nullptr || is_over()) return;
    const LegId id = target.leg;
    leg->has_begun = true;
    const Ringing ringing = leg->behaviour.ringing.value_or(Ringing());
    const bool rings = ringing.end != RingingEnd::fails || ringing.after.count() > 0;
    if (rings) {
        after(target.delay, [this, id, dial] {
            if (find(dial) == nullptr || find_leg(id) == nullptr) return;
            note(name_of(id), "ring", "", "rings");
            tell_(LegRinging{id});
        });
    }
    if (ringing.end == RingingEnd::answers) {
        after(target.delay + ringing.after, [this, id] { leg_answers(id); });
    } else if (ringing.end == RingingEnd::fails) {
        after(target.delay + ringing.after,
              [this, id, rest, ringing] { leg_fails(id, ringing.cause, ringing.why, rest); });
    }
    if (target.timeout == unlimited) return;
    after(target.delay + target.timeout, [this, id, rest = std::move(rest)] {
        leg_fails(id, cause_named("NO_ANSWER"), {}, rest);
    });
}

void ScriptedChannel::leg_answers(LegId id)
{
    Leg* leg = find_leg(id);
    if (leg == nullptr || leg->has_answered || find(leg->dial) == nullptr) return;
    leg->has_answered = true;
    const JobId dial = leg->dial;
    const LegBehaviour behaviour = leg->behaviour;
    std::erase_if(jobs_, [dial](const Job& job) { return job.id == dial; });
    note(name_of(id), "leg answer", name_of(id), "answers");
    tell_(LegAnswered{id, {}});
    for (const Leg& other : std::vector<Leg>(legs_)) {
        if (other.dial != dial || other.id == id) continue;
        if (!other.has_begun) uncalled_.push_back(other);
        end_leg(other.id, "LOSE_RACE", 0);
    }
    if (behaviour.keys) {
        milliseconds time = behaviour.keys->after;
        for (const char key : behaviour.keys->keys) {
            after(time, [this, id, key] {
                if (find_leg(id) != nullptr) note_key(id, key);
            });
            time += between_keys;
        }
    }
    after(behaviour.hangs_up_after.value_or(conversation_length),
          [this, id] { end_leg(id, "NORMAL_CLEARING", 0); });
}

void ScriptedChannel::leg_fails(LegId id, const Cause& cause, std::string_view why,
                                std::vector<Target> rest)
{
    const Leg* leg = find_leg(id);
    if (leg == nullptr || leg->has_answered || find(leg->dial) == nullptr) return;
    const JobId dial = leg->dial;
    end_leg(id, cause.name, cause.sip_code, why);
    if (!rest.empty()) return ring(dial, std::move(rest), true);
    const bool rings_on = std::ranges::find(legs_, dial, &Leg::dial) != legs_.end();
    if (!rings_on) fail_dial(dial, cause);
}

void ScriptedChannel::fail_dial(JobId dial, const Cause& cause)
{
    std::erase_if(jobs_, [dial](const Job& job) { return job.id == dial; });
    for (const Leg& leg : std::vector<Leg>(legs_)) {
        if (leg.dial == dial) end_leg(leg.id, "ORIGINATOR_CANCEL", 0);
    }
    tell_(DialFailed{dial, cause});
}

void ScriptedChannel::end_leg(LegId id, std::string_view cause, int sip_code, std::string_view why)
{
    const Leg* leg = find_leg(id);
    if (leg == nullptr) return;
    const bool had_answered = leg->has_answered;
    const bool had_begun = leg->has_begun;
    std::string name = name_of(id);
    std::erase_if(legs_, [id](const Leg& other) { return other.id == id; });
    if (!had_begun) return;
    note(std::move(name), "leg end", std::string(cause),
         had_answered ? "hangs up" : with_reason(fmt::format("does not answer: {}", cause), why));
    tell_(LegEnded{id, Cause{std::string(cause), sip_code}, std::string(why)});
    for (const Job& job : std::vector<Job>(jobs_)) {
        if (job.leg == id) end(job.id, JobEnd::stopped);
    }
}

bool ScriptedChannel::bridge(JobId id, LegId leg)
{
    if (begin(id, JobKind::bridge, leg) == nullptr) return true;
    uncalled_.clear();
    note("PIVOT", "bridge", name_of(leg), "connects the caller with " + name_of(leg));
    return true;
}

void ScriptedChannel::hang_up(LegId id, const CauseName& cause)
{
    const std::string name = cause.empty() ? "NORMAL_CLEARING" : cause.text();
    if (id == caller) {
        if (is_over()) return;
        note("PIVOT", "hang up", name,
             cause.empty() ? "hangs up" : fmt::format("hangs up: {}", name));
        return end_call(Ending::pivot, Cause{name, 0});
    }
    const Leg* leg = find_leg(id);
    if (leg == nullptr) return;
    const JobId dial = leg->dial;
    const bool had_answered = leg->has_answered;
    if (had_answered) note("PIVOT", "hang up leg", name_of(id), "lets " + name_of(id) + " go");
    end_leg(id, name, 0);
    const bool rings_on = std::ranges::any_of(
        legs_, [dial](const Leg& other) { return other.dial == dial && other.has_begun; });
    const bool was_last = !had_answered && !rings_on && find(dial) != nullptr;
    if (was_last) fail_dial(dial, Cause{name, 0});
}

}  // namespace pivot::switches::scripted
