// Dial of a number or of nouns that ring.
#include "base/text.hpp"
#include "execute/dialling.hpp"
#include "execute/given_name.hpp"
#include "execute/perform.hpp"
#include "execute/playing.hpp"
#include "execute/verbs/dial_legs.hpp"
#include "execute/verbs/recorded.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute {

namespace {

constexpr milliseconds key_length{200};

Recording::Track track_of(std::string_view track)
{
    if (track == "inbound") return Recording::Track::inbound;
    if (track == "outbound") return Recording::Track::outbound;
    return Recording::Track::both;
}

// The other side's recording, if the Dial wants one: from when it rings, or from when it answers.
class DialRecording final : private Watcher {
public:
    DialRecording(LiveCall& call, twiml::Element dial)
        : Watcher(call), call_(call), dial_(dial), when_(dial.text(Attribute::record))
    {
    }

    void ringing()
    {
        if (when_.starts_with("record-from-ringing")) begin();
    }
    void answered()
    {
        if (when_.starts_with("record-from-answer") || when_ == "true") begin();
    }

    Task<> finish(Deadline& deadline)
    {
        if (job_ != 0 && !is_over_) co_await call_.stop(job_, deadline);
    }

    // Nothing, where there is no recording.
    Parameters results() const
    {
        return recorded_.url.empty() ? Parameters() : recording_results(recorded_);
    }

private:
    void begin()
    {
        const std::string_view track = dial_.text(Attribute::recording_track);
        Recording recording;
        recording.track = track_of(track);
        recording.is_dual = when_.ends_with("-dual");
        recording.runs_beside = true;
        recording.trims_silence = dial_.text(Attribute::trim) == "trim-silence";
        RecordingStatus::Facts facts;
        facts.source = "DialVerb";
        facts.track = track;
        facts.is_dual = recording.is_dual;
        job_ = call_.next_job();
        call_.channel().record(caller, job_, recording);
        status_.emplace(call_, dial_, facts);
        status_->tell_in_progress();
    }

    void note(const Event& event) override
    {
        const auto* ended = std::get_if<RecordingEnded>(&event);
        if (ended == nullptr || ended->job != job_ || is_over_) return;
        is_over_ = true;
        recorded_ = *ended;
        if (recorded_.url.empty()) {
            status_->tell_absent();
        } else {
            status_->tell_completed(recorded_);
        }
    }

    LiveCall& call_;
    const twiml::Element dial_;
    const std::string_view when_;
    std::optional<RecordingStatus> status_;  // once it has begun
    RecordingEnded recorded_;
    JobId job_ = 0;
    bool is_over_ = false;
};

// As the switches' tones have it; of a country that is not listed, the United States'.
std::string_view ringback_of(std::string_view country)
{
    if (country.empty()) return "";
    if (country == "uk" || country == "au" || country == "nz") {
        return "%(400,200,400,450);%(400,2000,400,450)";
    }
    if (country == "fr") return "%(1500,3500,440)";
    if (country == "us" || country == "us-old" || country == "mx") return "%(2000,4000,440,480)";
    return "%(1000,4000,425)";
}

// What the callees are shown; empty: the caller's own number.
std::string caller_id_of(LiveCall& call, twiml::Element dial)
{
    const std::string_view written = dial.text(Attribute::caller_id);
    std::string caller_id = execute::caller_id_of(written);
    if (caller_id.empty() && !written.empty()) {
        call.warn(where(dial),
                  fmt::format("Dial: the callerId \"{}\" is none", printable(written)));
    }
    return caller_id;
}

Dial order_of(twiml::Element dial, DialLegs& legs, std::string caller_id)
{
    Dial order;
    order.targets = legs.take_targets();
    order.is_sequential =
        dial.is_true(Attribute::sequential) || dial.text(Attribute::strategy) == "single";
    order.timeout = seconds_of(dial, Attribute::timeout);
    order.caller_id_number = std::move(caller_id);
    order.caller_id_name = dial.text(Attribute::caller_name);
    order.ringback = ringback_of(dial.text(Attribute::ring_tone));
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

// The callee hears a document before he is connected. False: he is not to be connected, or gone. A
// document that cannot be had may have been there to ask him.
Task<bool> whisper(LiveCall& call, const DialLegs& legs, LegId leg, Deadline& deadline)
{
    const twiml::Element* noun = legs.noun(leg);
    if (noun == nullptr) co_return true;
    const Stage callee(call, leg, Stage::Ends());
    if (noun->has(Attribute::send_digits)) {
        std::string digits(noun->text(Attribute::send_digits));
        co_await send_keys(call, std::move(digits), key_length, deadline);
    }
    if (noun->has(Attribute::url) && !call.must_stop()) {
        Ask ask;
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

// Of several that did not answer, `call_id` is the first one's.
Parameters results(std::string_view status, std::string call_id, bool was_bridged)
{
    Parameters parameters;
    parameters.push_back({"DialCallStatus", std::string(status)});
    if (!call_id.empty()) parameters.push_back({"DialCallSid", std::move(call_id)});
    parameters.push_back({"DialBridged", was_bridged ? "true" : "false"});
    return parameters;
}

void add_sip_results(Parameters& parameters, const Cause& cause)
{
    if (cause.sip_code == 0) return;
    parameters.push_back({"DialSipResponseCode", std::to_string(cause.sip_code)});
}

Task<NextStep> connect(LiveCall& call, twiml::Element dial, DialLegs& legs, Dial order,
                       Deadline& deadline)
{
    DialRecording recording(call, dial);
    legs.begin(order.is_sequential);
    recording.ringing();
    const RingResult rung = co_await ring(call, std::move(order), deadline);
    if (rung.kind != RingResult::Kind::answered) {
        co_await recording.finish(deadline);
        if (call.must_stop()) co_return next_step(NextStep::Kind::over);
        Parameters parameters = results(status_of(rung.cause), legs.first_call_id(), false);
        add_sip_results(parameters, rung.cause);
        co_return ask_action_if_any(call, dial, std::move(parameters));
    }

    const bool is_connected = co_await whisper(call, legs, rung.leg, deadline);
    if (!is_connected) {
        call.channel().hang_up(rung.leg, "");
        co_await recording.finish(deadline);
        if (call.must_stop()) co_return next_step(NextStep::Kind::over);
        Parameters parameters = results("no-answer", legs.call_id(rung.leg), false);
        co_return ask_action_if_any(call, dial, std::move(parameters));
    }
    co_await call.answer(deadline);
    recording.answered();
    TalkRules rules;
    rules.length_max = seconds_of(dial, Attribute::time_limit);
    const std::string key = key_to_hang_up(dial);
    if (!key.empty()) rules.hang_up_key = key.front();
    const TalkResult talked = co_await talk(call, rung.leg, rules, deadline);
    co_await recording.finish(deadline);
    if (call.must_stop()) co_return next_step(NextStep::Kind::over);
    Parameters parameters = results("completed", legs.call_id(rung.leg), true);
    parameters.push_back({"DialCallDuration", std::to_string(talked.length.count() / 1'000)});
    for (SessionParameter& result : recording.results()) {
        parameters.push_back(std::move(result));
    }
    co_return ask_action_if_any(call, dial, std::move(parameters));
}

Task<NextStep> dial_legs(LiveCall& call, twiml::Element dial, Deadline& deadline)
{
    std::string caller_id = caller_id_of(call, dial);
    const std::string& own_number = call.session().call().caller_id_number;
    DialLegs legs(call, dial, caller_id.empty() ? own_number : caller_id);
    if (legs.empty()) co_return ask_action_if_any(call, dial, results("failed", "", false));
    Dial order = order_of(dial, legs, std::move(caller_id));
    NextStep step = co_await connect(call, dial, legs, std::move(order), deadline);
    co_await legs.finish(deadline);
    co_return step;
}

}  // namespace

// A caller who hangs up ends the document; there is no request about what became of the dial.
Task<NextStep> perform_dial(LiveCall& call, twiml::Element dial, Deadline& deadline)
{
    const bool waits_for_callee = dial.is_true(Attribute::answer_on_bridge);
    if (!waits_for_callee) co_await call.answer(deadline);
    if (call.must_stop()) co_return next_step(NextStep::Kind::over);
    for (const twiml::Element noun : dial.children()) {
        if (noun.name() == twiml::Name::conference) {
            co_return co_await dial_conference(call, dial, noun, deadline);
        }
        if (noun.name() == twiml::Name::queue) {
            co_return co_await dial_queue(call, dial, noun, deadline);
        }
    }
    co_return co_await dial_legs(call, dial, deadline);
}

}  // namespace pivot::execute
