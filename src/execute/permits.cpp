#include "execute/permits.hpp"

#include "base/text.hpp"
#include "exchange/settings.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute {

namespace {

constexpr std::string_view warned_of = "limits";

bool counts_legs(const exchange::AccountProfile& profile)
{
    return profile.legs.legs_max != 0 || profile.legs.legs_per_minute_max != 0;
}

// A caller id that may not be shown is replaced with the call's own.
void check_caller_id(LiveCall& call, Dial& dial)
{
    const std::string& number = dial.caller_id_number.text();
    if (call.session().profile().dial.may_show(number)) return;
    call.warn(warned_of,
              fmt::format("the caller id \"{}\" is not shown: it is not among limits.caller_ids of "
                          "the account",
                          printable(number)));
    dial.caller_id_number = CallerNumber();
    dial.caller_id_name = DisplayName();
}

// A limit on legs has the same reason for each of them.
void warn_of(LiveCall& call, const std::vector<std::string>& refused)
{
    for (auto why = refused.begin(); why != refused.end();) {
        const auto is_other = [&why](const std::string& other) { return other != *why; };
        const auto next = std::find_if(why, refused.end(), is_other);
        const auto legs = next - why;
        call.warn(warned_of, legs == 1 ? *why : fmt::format("{}; legs not called: {}", *why, legs));
        why = next;
    }
}

}  // namespace

bool limits_dials(const exchange::AccountProfile& profile)
{
    const bool has_rules = !profile.dial.numbers.empty() || !profile.dial.caller_ids.empty();
    return has_rules || counts_legs(profile);
}

std::string objection_to(LiveCall& call, const Address& address)
{
    if (call.session().profile().dial.may_call(address)) return {};
    return fmt::format("\"{}\" is not called: it is not among limits.numbers of the account",
                       printable(address.text()));
}

Cause Permits::permit(LiveCall& call, Dial& dial)
{
    Cause cause;
    std::vector<std::string> refused;
    check_caller_id(call, dial);
    std::erase_if(dial.targets, [&](const Target& target) {
        std::string why = objection_to(call, target.address);
        Cause refusal{"OUTGOING_CALL_BARRED", 403};
        if (why.empty()) {
            why = take_seat(call, target.leg);
            refusal = {"SWITCH_CONGESTION", 503};
        }
        if (why.empty()) return false;
        refused.push_back(std::move(why));
        call.refuse_leg(target.leg, refusal);
        cause = refusal;
        return true;
    });
    warn_of(call, refused);
    return cause;
}

// Returns why the leg has no seat; empty if it has one or needs none.
std::string Permits::take_seat(LiveCall& call, LegId leg)
{
    const exchange::AccountProfile& profile = call.session().profile();
    if (!counts_legs(profile)) return {};
    auto seat = profile.quotas->legs.take(profile.legs, call.now());
    if (!seat) return std::move(seat.error());
    legs_.push_back({leg, false, std::move(*seat)});
    return {};
}

// Once a leg has answered or the dial has failed, the switch gives up all others.
void Permits::note(const Event& event)
{
    if (const auto* ended = std::get_if<LegEnded>(&event)) {
        std::erase_if(legs_, [&](const Counted& leg) { return leg.leg == ended->leg; });
        return;
    }
    const auto* answered = std::get_if<LegAnswered>(&event);
    const bool is_dial_over = answered != nullptr || std::holds_alternative<DialFailed>(event);
    if (!is_dial_over) return;
    for (Counted& leg : legs_) {
        if (answered != nullptr && leg.leg == answered->leg) leg.has_answered = true;
    }
    std::erase_if(legs_, [](const Counted& leg) { return !leg.has_answered; });
}

}  // namespace pivot::execute
