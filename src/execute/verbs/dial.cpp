// Dial of a number or of nouns that ring.
#include "base/text.hpp"
#include "execute/jobs/playback.hpp"
#include "execute/jobs/ringing.hpp"
#include "execute/jobs/talk.hpp"
#include "execute/perform.hpp"
#include "execute/verbs/dial_keys.hpp"
#include "execute/verbs/dial_legs.hpp"
#include "execute/verbs/dial_recording.hpp"

#include <pivot/checked_text.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute::verbs {

namespace {

constexpr milliseconds key_length{200};

// The double ring of the United Kingdom is a single one here: a tone has one cadence.
Tone tone_of(std::string_view country)
{
    if (country == "uk" || country == "au" || country == "nz") {
        return {milliseconds(1'000), milliseconds(2'000), 400, 450};
    }
    if (country == "fr") return {milliseconds(1'500), milliseconds(3'500), 440, 0};
    if (country == "us" || country == "us-old" || country == "mx") {
        return {milliseconds(2'000), milliseconds(4'000), 440, 480};
    }
    return {milliseconds(1'000), milliseconds(4'000), 425, 0};
}

Media ringback_of(twiml::Element dial)
{
    const std::string_view country = dial.text(Attribute::ring_tone);
    return country.empty() ? Media() : Media(tone_of(country), 0);
}

// One after the other, each may ring as long as one alone could.
void give_each_its_time(Dial& order)
{
    for (Target& target : order.targets) target.timeout = order.timeout;
    order.timeout *= order.targets.size();
}

// Those who come after `leg` are still to be called.
void go_on_after(LegId leg, Dial& order)
{
    const auto called = std::ranges::find(order.targets, leg, &Target::leg);
    order.targets.erase(order.targets.begin(), std::next(called));
    order.timeout = milliseconds(0);
    for (const Target& target : order.targets) order.timeout += target.timeout;
}

// `caller_id` is what the callees are shown; empty: the caller's own number.
Dial order_of(LiveCall& call, twiml::Element dial, DialLegs& legs, CallerNumber caller_id)
{
    Dial order;
    order.targets = legs.take_targets();
    order.is_sequential =
        dial.is_true(Attribute::sequential) || dial.text(Attribute::strategy) == "single";
    order.timeout = seconds_of(dial, Attribute::timeout);
    if (order.is_sequential) give_each_its_time(order);
    order.caller_id_number = std::move(caller_id);
    order.caller_id_name = name_in<DisplayName>(call, dial, Attribute::caller_name);
    order.ringback = ringback_of(dial);
    return order;
}

// A whisper is about the callee's leg.
class CalleesSide final : public Surroundings {
public:
    CalleesSide(const DialLegs& legs, LegId leg) : legs_(legs), leg_(leg) {}

    Parameters parameters() const override
    {
        Parameters parameters = legs_.parameters(leg_);
        parameters.push_back({"CallStatus", "in-progress"});
        return parameters;
    }

private:
    const DialLegs& legs_;
    const LegId leg_;
};

// The callee hears a document before being connected. Returns false for a callee who is gone, or is
// not to be connected: a document that cannot be had may have been there to ask them.
Task<bool> whisper(LiveCall& call, const DialLegs& legs, LegId leg, Deadline& deadline)
{
    const twiml::Element* noun = legs.noun(leg);
    if (noun == nullptr) co_return true;
    Until until;
    until.time = call.in(whisper_max);
    const Stage callee(call, leg, Stage::Keys::own, 0, until);
    if (noun->has(Attribute::send_digits)) {
        auto digits = name_in<KeySequence>(call, *noun, Attribute::send_digits);
        const jobs::PlaybackResult sent =
            co_await jobs::send_keys(call, std::move(digits), key_length, deadline);
        if (sent.has_failed) {
            call.warn(where(*noun),
                      with_reason(fmt::format("{}: the switch could not send the keys",
                                              twiml::name(noun->name())),
                                  sent.why));
        }
    }
    if (noun->has(Attribute::url) && !call.must_stop()) {
        session::Request ask;
        ask.url = noun->text(Attribute::url);
        ask.method = method_of(*noun, Attribute::method);
        const CalleesSide side(legs, leg);
        const NextStep step = co_await perform_within(call, std::move(ask), side, deadline);
        if (step.kind == NextStep::Kind::hang_up) co_return false;
        if (step.kind == NextStep::Kind::failed) co_return false;
    }
    co_return !call.must_stop();
}

std::string key_to_hang_up(twiml::Element dial)
{
    if (dial.is_true(Attribute::hangup_on_star)) return "*";
    return std::string(dial.text(Attribute::hangup_on));
}

// Where several did not answer, `call_id` is the first one's.
Parameters results(std::string_view status, std::string call_id, bool was_bridged)
{
    Parameters parameters;
    parameters.push_back({"DialCallStatus", std::string(status)});
    if (!call_id.empty()) parameters.push_back({"DialCallSid", std::move(call_id)});
    parameters.push_back({"DialBridged", was_bridged ? "true" : "false"});
    return parameters;
}

// Nobody has answered. A caller who hangs up cancels whatever else became of it.
Parameters failed_results(LiveCall& call, twiml::Element dial, const DialLegs& legs,
                          const jobs::RingResult& rung)
{
    if (call.is_over()) return results("canceled", legs.first_call_id(), false);
    if (!rung.why.empty()) {
        call.warn(where(dial), with_reason("Dial: nobody was reached", rung.why));
    }
    const Cause& cause = rung.cause;
    Parameters parameters = results(status_of(cause), legs.first_call_id(), false);
    if (cause.sip_code != 0) {
        parameters.push_back({"DialSipResponseCode", std::to_string(cause.sip_code)});
    }
    return parameters;
}

struct Reached {
    jobs::RingResult rung;
    bool is_willing = false;  // to be connected
};

// Rings until somebody has answered and has heard their whisper to its end. Of those who are called
// one after the other, one who declines lets the next one ring.
Task<Reached> reach(LiveCall& call, DialLegs& legs, Dial order, Deadline& deadline)
{
    Reached reached;
    bool rings_on = true;
    while (rings_on) {
        Dial again = order;
        reached.rung = co_await jobs::ring(call, std::move(again), deadline);
        if (reached.rung.kind != jobs::RingResult::Kind::answered) break;
        const LegId leg = reached.rung.leg;
        reached.is_willing = co_await whisper(call, legs, leg, deadline);
        if (reached.is_willing) break;
        call.channel().hang_up(leg, CauseName());
        go_on_after(leg, order);
        rings_on = order.is_sequential && !order.targets.empty() && !call.must_stop();
        if (rings_on) legs.renumber(order.targets);
    }
    co_return reached;
}

// What `action` is told.
Task<Parameters> connect(LiveCall& call, twiml::Element dial, DialLegs& legs, Dial order,
                         Deadline& deadline)
{
    DialRecording recording(call, dial, "");
    legs.begin(order.is_sequential);
    recording.ringing();
    const Reached reached = co_await reach(call, legs, std::move(order), deadline);
    const jobs::RingResult& rung = reached.rung;
    if (rung.kind != jobs::RingResult::Kind::answered) {
        co_await recording.finish(deadline);
        co_return failed_results(call, dial, legs, rung);
    }

    if (!reached.is_willing) {
        co_await recording.finish(deadline);
        const std::string_view status = call.is_over() ? "canceled" : "no-answer";
        co_return results(status, legs.call_id(rung.leg), false);
    }
    co_await call.answer(deadline);
    recording.connected();
    DialKeys keys(call, dial);
    jobs::TalkRules rules;
    rules.length_max = seconds_of(dial, Attribute::time_limit);
    const std::string key = key_to_hang_up(dial);
    if (!key.empty()) rules.hang_up_key = key.front();
    const std::string why = co_await jobs::talk(call, rung.leg, rules, deadline);
    if (!why.empty()) {
        call.warn(where(dial), with_reason("Dial: the switch could not connect the two", why));
    }
    const std::string talked = std::to_string(legs.talked(rung.leg).count());
    co_await recording.finish(deadline);
    Parameters parameters = results("completed", legs.call_id(rung.leg), true);
    parameters.push_back({"DialCallDuration", talked});
    append(parameters, recording.results());
    append(parameters, keys.results());
    co_return parameters;
}

Task<NextStep> dial_legs(LiveCall& call, twiml::Element dial, Deadline& deadline)
{
    auto caller_id = name_in<CallerNumber>(call, dial, Attribute::caller_id);
    const std::string& own_number = call.session().call().caller_id_number;
    DialLegs legs(call, dial, caller_id.empty() ? own_number : caller_id.text());
    if (legs.empty()) co_return conclude(call, dial, results("failed", "", false));
    Dial order = order_of(call, dial, legs, std::move(caller_id));
    Parameters parameters = co_await connect(call, dial, legs, std::move(order), deadline);
    co_await legs.finish(deadline);
    co_return conclude(call, dial, std::move(parameters));
}

// The room or queue into which a Dial puts the caller; none: it calls somebody.
std::optional<twiml::Element> place_of(twiml::Element dial)
{
    for (const twiml::Element noun : dial.children()) {
        const twiml::Name name = noun.name();
        if (name == twiml::Name::conference || name == twiml::Name::queue) return noun;
    }
    return std::nullopt;
}

}  // namespace

// A caller who hangs up ends the document, but `action` is still told what became of the dial.
Task<NextStep> perform_dial(LiveCall& call, twiml::Element dial, Deadline& deadline)
{
    const auto place = place_of(dial);
    const bool waits_for_callee = !place && dial.is_true(Attribute::answer_on_bridge);
    if (!waits_for_callee) co_await call.answer(deadline);
    co_await call.catch_up(deadline);
    if (call.is_over()) co_return conclude(call, dial, results("canceled", "", false));
    if (call.must_stop()) co_return next_step(NextStep::Kind::over);  // nobody is to ring
    warn_of_ignored(call, dial, {Attribute::refer_url});
    if (!place) co_return co_await dial_legs(call, dial, deadline);
    if (place->name() == twiml::Name::queue) {
        co_return co_await dial_queue(call, dial, *place, deadline);
    }
    co_return co_await dial_conference(call, dial, *place, deadline);
}

}  // namespace pivot::execute::verbs
