#include "switches/asterisk/origination.hpp"

#include "switches/asterisk/dial_string.hpp"
#include "switches/asterisk/targets.hpp"
#include "switches/q850.hpp"

#include <pivot/cause.hpp>

#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::asterisk {

namespace {

// The request that ends the channel must not overtake the one that makes it.
constexpr JobId job = 1;

// Asterisk has a limit of its own, in case nobody here lives to end the ringing.
constexpr std::chrono::seconds timeout_margin{5};

}  // namespace

Origination::Origination(Switchboard& switchboard, OutboundCall call,
                         std::function<void(Origination&)> finished)
    : switchboard_(switchboard),
      call_(std::move(call)),
      channel_(switchboard.names.next()),
      finished_(std::move(finished)),
      requests_(switchboard, [this] { sweep_soon(); })
{
}

Origination::~Origination()
{
    switchboard_.reactor.timers().stop(*this);
}

void Origination::begin()
{
    const auto address = dial_string(call_.callee, call_.account_id, switchboard_.settings.dial);
    if (!address) return fail(q850::no_route, address.error());
    const std::chrono::nanoseconds timeout = call_.timeout;
    switchboard_.reactor.timers().set(*this, switchboard_.reactor.now() + timeout.count());
    const auto asked = [this](const Result<AriAnswer>& answer) {
        if (is_over_ || has_succeeded(answer)) return;
        if (!answer) hang_up(q850::normal_clearing);  // the channel may exist even so
        fail(q850::no_route, why_of(answer));
    };
    requests_.ask(request(*address), asked, job);
}

AriRequest Origination::request(const std::string& address) const
{
    Body body;
    body.add("endpoint", address).add("app", switchboard_.settings.application);
    body.add("appArgs", "outbound").add("channelId", channel_);
    body.add("timeout", std::int64_t{(call_.timeout + timeout_margin).count()});
    const std::string& shown = call_.caller_id.text();
    if (!shown.empty()) body.add("callerId", fmt::format("\"{}\" <{}>", shown, shown));
    return post_request("channels", body.take());
}

// ---- what happens -------------------------------------------------------------------------------

void Origination::hear(const AriEvent& event)
{
    if (is_over_) return;
    if (const auto* progress = std::get_if<DialProgress>(&event)) {
        hear_progress(progress->status);
    } else if (const auto* change = std::get_if<ChannelStateChange>(&event)) {
        if (change->state == "Ringing") ring();
    } else if (const auto* destroyed = std::get_if<ChannelDestroyed>(&event)) {
        fail(q850::cause_without_answer(destroyed->cause, has_rung_));
    }
}

// Some failures show no other sign until the far end hangs up.
void Origination::hear_progress(std::string_view status)
{
    if (status == "RINGING" || status == "PROGRESS") ring();
    if (status != "BUSY" && status != "CONGESTION") return;
    hang_up(q850::normal_clearing);
    fail(status == "BUSY" ? q850::busy : q850::congested);
}

void Origination::ring()
{
    if (!std::exchange(has_rung_, true)) switchboard_.attendant.note(call_.call_id, "rings");
}

void Origination::hand_over()
{
    conclude();
}

void Origination::fired()
{
    hang_up(q850::no_answer);
    fail(q850::no_answer);
}

void Origination::give_up()
{
    if (is_over_) return;
    hang_up(q850::normal_clearing);
    fail({"ORIGINATOR_CANCEL", 487});
}

void Origination::lose()
{
    fail(q850::out_of_order, "Asterisk cannot be reached, or has restarted");
}

void Origination::hang_up(int cause)
{
    requests_.ask_now(
        delete_request(target_of("channels", channel_, fmt::format("?reason_code={}", cause))), {},
        job);
}

void Origination::fail(int q850, std::string_view why)
{
    std::string_view name = cause_of_q850(q850);
    if (name.empty()) name = "NORMAL_UNSPECIFIED";
    constexpr int unavailable = 480;
    fail({std::string(name), sip_code_of(name).value_or(unavailable)}, why);
}

void Origination::fail(const Cause& cause, std::string_view why)
{
    if (is_over_) return;
    conclude();
    switchboard_.attendant.not_answered(call_.call_id, cause, why);
}

void Origination::conclude()
{
    is_over_ = true;
    switchboard_.reactor.timers().stop(*this);
    sweep_soon();
}

void Origination::sweep_soon()
{
    if (!std::exchange(is_swept_soon_, true)) switchboard_.reactor.post(*this);
}

void Origination::deliver()
{
    is_swept_soon_ = false;
    if (is_over_ && requests_.is_idle()) finished_(*this);
}

}  // namespace pivot::switches::asterisk
