// A call on Asterisk: what the engine commands, on any thread.
#include "reactor/errand.hpp"
#include "switches/asterisk/ari_bridge.hpp"
#include "switches/asterisk/ari_channel.hpp"
#include "switches/asterisk/ari_dial.hpp"
#include "switches/asterisk/dtmf_sending.hpp"
#include "switches/asterisk/mixed_leg.hpp"
#include "switches/asterisk/moving.hpp"
#include "switches/asterisk/playback.hpp"
#include "switches/asterisk/recording_leg.hpp"
#include "switches/asterisk/refusal_cause.hpp"
#include "switches/asterisk/sounds.hpp"
#include "switches/asterisk/targets.hpp"
#include "switches/media_words.hpp"
#include "switches/q850.hpp"

#include <pivot/cause.hpp>

#include <utility>

#include <fmt/format.h>

namespace pivot::switches::asterisk {

namespace {

// In a form that follows a verb.
std::string_view whom(LegId leg)
{
    return leg == caller ? "" : ", to a callee";
}

std::string addresses_of(const Dial& dial)
{
    std::string text;
    for (const Target& target : dial.targets) {
        text.append(text.empty() ? "" : ", ").append(target.address.text());
    }
    return text;
}

}  // namespace

Abilities AriChannel::abilities() const
{
    Abilities abilities;
    abilities.legs_apart = true;
    abilities.keys_in_rooms = true;
    abilities.early_media = true;
    return abilities;
}

// The formats of a callee's channel would cost a request for each leg, and few hear a sound.
SoundForm AriChannel::sound_form(LegId leg) const
{
    return leg == caller && is_wideband_ ? wideband_form : SoundForm();
}

void AriChannel::post(std::function<void()> work)
{
    reactor::Errand::send(switchboard_.reactor, std::move(work));
}

bool AriChannel::post_job(JobId job, LegId leg, std::function<std::unique_ptr<Job>(Leg& leg)> make)
{
    post([this, job, leg, make = std::move(make)] { begin(job, leg, make); });
    return true;
}

void AriChannel::begin(JobId job, LegId leg,
                       const std::function<std::unique_ptr<Job>(Leg& leg)>& make)
{
    Leg* const found = find_leg(leg);
    if (found == nullptr || is_given_back_) return tell(JobEnded{job, JobEnd::stopped, ""});
    jobs_.push_back(make(*found));
    jobs_.back()->begin();
}

void AriChannel::answer()
{
    post([this] { do_answer(); });
}

// Ends with the event or the answer, whichever is first.
void AriChannel::do_answer()
{
    if (was_told_up_ || has_left_) return;
    if (caller_.is_up) return tell_up();
    note("answers");
    requests_.ask(post_request(target_of("channels", id(), "/answer")),
                  [this](const Result<AriAnswer>& answer) {
                      if (has_succeeded(answer) && !has_left_) tell_up();
                  });
}

// Asterisk takes no phrase, and sends the status's own.
void AriChannel::reject(int sip_code, const ReasonPhrase&)
{
    post([this, sip_code] { do_reject(sip_code); });
}

void AriChannel::do_reject(int sip_code)
{
    if (caller_.is_up) return hang_up_with(q850::normal_clearing);
    note(fmt::format("rejects the call with {}", sip_code));
    refused_with_ = sip_code;
    hang_up_with(cause_refusing_with(sip_code));
}

void AriChannel::hang_up(LegId leg, const CauseName& cause)
{
    post([this, leg, cause = cause.text()] { do_hang_up(leg, cause); });
}

void AriChannel::do_hang_up(LegId leg, const std::string& cause)
{
    Leg* const found = find_leg(leg);
    const int q850 = q850_of(cause).value_or(q850::normal_clearing);
    if (found != nullptr) note(leg == caller ? "hangs up" : "hangs up a callee");
    if (found == &caller_) return hang_up_with(q850);
    if (found != nullptr) hang_up_leg(*found, q850);
}

void AriChannel::be_hung_up()
{
    hang_up_with(q850::normal_clearing);
}

void AriChannel::hang_up_with(int q850)
{
    if (std::exchange(is_hanging_up_, true)) return;
    caller_.cause = q850;
    requests_.ask_now(
        delete_request(target_of("channels", id(), fmt::format("?reason_code={}", q850))),
        [this](const Result<AriAnswer>& answer) {
            if (is_gone(answer)) lose();
        });
}

void AriChannel::stop(JobId job)
{
    post([this, job] {
        if (Job* const found = find_job(job)) found->stop();
    });
}

bool AriChannel::play(JobId job, LegId leg, const Media& media)
{
    note(fmt::format("plays {}{}", words_for(media), whom(leg)));
    return post_job(job, leg, [this, job, &media](Leg& found) {
        return std::make_unique<Playback>(*this, found, job, media);
    });
}

bool AriChannel::say(JobId job, LegId leg, const Speech& speech)
{
    if (speech.file.empty()) return false;
    note(fmt::format("says \"{}\"{}", speech.text.bytes(), whom(leg)));
    return post_job(job, leg, [this, job, &speech](Leg& found) {
        return std::make_unique<Playback>(*this, found, job, Media(speech.file));
    });
}

bool AriChannel::send_keys(JobId job, LegId leg, const KeySequence& keys,
                           std::chrono::milliseconds key_length)
{
    note(fmt::format("sends keys {}{}", keys.text(), whom(leg)));
    return post_job(job, leg, [this, job, &keys, key_length](Leg& found) {
        return std::make_unique<DtmfSending>(*this, found, job, keys, key_length);
    });
}

bool AriChannel::record(JobId job, LegId leg, const Recording& recording)
{
    if (!switchboard_.settings.fetches_recordings) return false;
    note(recording.runs_beside ? "records the call" : "records");
    return post_job(job, leg, [this, job, &recording](Leg& found) {
        return std::make_unique<RecordingLeg>(*this, found, job, recording);
    });
}

bool AriChannel::dial(JobId job, const Dial& dial)
{
    note("dials " + addresses_of(dial));
    return post_job(job, caller, [this, job, &dial](Leg& found) {
        return std::make_unique<AriDial>(*this, found, job, dial);
    });
}

bool AriChannel::bridge(JobId job, LegId leg)
{
    note("talks to a callee");
    return post_job(job, leg, [this, job](Leg& found) {
        return std::make_unique<AriBridge>(*this, found, job);
    });
}

bool AriChannel::mix(JobId job, const MixName& mix, unsigned members_max)
{
    note("is in a room");
    return post_job(job, caller, [this, job, name = mix.text(), members_max](Leg& found) {
        return std::make_unique<MixedLeg>(*this, found, job, name, members_max);
    });
}

bool AriChannel::transfer(JobId job, const Transfer& transfer)
{
    note("is transferred to " + transfer.target.text());
    return post_job(job, caller, [this, job, &transfer](Leg& found) {
        auto destination = destination_of(transfer, switchboard_.settings, arriving_.context);
        return std::make_unique<Moving>(*this, found, job, std::move(destination));
    });
}

bool AriChannel::park(JobId job, const SlotName& slot)
{
    if (switchboard_.settings.park.empty()) return false;
    note(slot.empty() ? "is parked" : "is parked in " + slot.text());
    return post_job(job, caller, [this, job, &slot](Leg& found) {
        auto destination = destination_of(slot, switchboard_.settings);
        return std::make_unique<Moving>(*this, found, job, std::move(destination));
    });
}

void AriChannel::mute(LegId leg, bool is_muted)
{
    post([this, leg, is_muted] {
        const Leg* const found = find_leg(leg);
        if (found == nullptr) return;
        std::string target = target_of("channels", found->channel, "/mute?direction=in");
        requests_.ask(is_muted ? post_request(std::move(target))
                               : delete_request(std::move(target)));
    });
}

// The dialplan obeys no name with this prefix. With `__`, dialled legs inherit the variable.
void AriChannel::set_variable(LegId leg, const VariableName& name, const OpaqueText& value,
                              bool is_exported)
{
    std::string prefixed = fmt::format("{}PIVOT_VAR_{}", is_exported ? "__" : "", name.text());
    post([this, leg, name = std::move(prefixed), value = value.bytes(), is_exported] {
        do_set_variable(leg, name, value, is_exported);
    });
}

void AriChannel::do_set_variable(LegId leg, const std::string& name, const std::string& value,
                                 bool is_exported)
{
    const Leg* const found = find_leg(leg);
    if (found == nullptr) return;
    requests_.ask(variable_request(found->channel, name, value));
    if (!is_exported) return;
    std::erase_if(exported_, [&name](const auto& other) { return other.first == name; });
    exported_.emplace_back(name, value);
}

}  // namespace pivot::switches::asterisk
