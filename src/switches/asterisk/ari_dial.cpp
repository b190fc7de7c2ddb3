#include "switches/asterisk/ari_dial.hpp"

#include "base/text.hpp"
#include "switches/asterisk/ari_channel.hpp"
#include "switches/asterisk/dial_string.hpp"
#include "switches/asterisk/targets.hpp"
#include "switches/q850.hpp"

#include <pivot/cause.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::asterisk {

namespace {

// If several fail, a callee who is busy says more than one who is not there.
int weight(int cause)
{
    switch (cause) {
        case 0: return 0;
        case q850::busy: return 4;
        case q850::rejected: return 3;
        case q850::no_answer:
        case q850::no_response: return 2;
        default: return 1;
    }
}

std::string_view name_of(int cause)
{
    const std::string_view name = cause_of_q850(cause);
    return name.empty() ? "NORMAL_UNSPECIFIED" : name;
}

// Only SIP has headers. The dialplan of any other leg gets them as variables, which the legs that
// it dials inherit.
void add_headers(const std::vector<SipHeader>& headers, bool is_sip, Variables& variables)
{
    std::string names;
    for (const SipHeader& header : headers) {
        std::string variable = is_sip ? fmt::format("PJSIP_HEADER(add,{})", header.name())
                                      : fmt::format("__PIVOT_HEADER_{}", header.name());
        variables.emplace_back(std::move(variable), header.value());
        names.append(names.empty() ? "" : ",").append(header.name());
    }
    if (!is_sip && !names.empty()) variables.emplace_back("__PIVOT_HEADERS", std::move(names));
}

// Asterisk says no more than `Allocation failed` of an endpoint that it does not have.
std::string why_not_created(std::string_view address, const Result<AriAnswer>& answer)
{
    return fmt::format("{}; has Asterisk {}, and is it registered?", why_of(answer), address);
}

}  // namespace

// One target, and the leg on which it is called.
class AriDial::Ring final : public reactor::Timer {
public:
    enum class Stage { to_be_called, called, over };

    Ring(AriDial& dial, const Target& its_target) : target(its_target), dial_(dial) {}
    ~Ring() { timers().stop(*this); }

    void set(std::chrono::nanoseconds time)
    {
        timers().set(*this, dial_.switchboard().reactor.now() + time.count());
    }
    void stop() { timers().stop(*this); }

    const Target& target;
    Stage stage = Stage::to_be_called;
    std::string dialled;  // `Local/+1415@pivot-dial/n`, once it is called
    Leg* leg = nullptr;   // null if none is called

private:
    // Its turn has come, or it has rung long enough.
    void fired() override
    {
        if (stage == Stage::to_be_called) {
            dial_.begin_ring(*this);
        } else {
            dial_.end_ring(*this, q850::no_answer);
        }
        dial_.fail_if_over();
    }
    reactor::Timers& timers() { return dial_.switchboard().reactor.timers(); }

    AriDial& dial_;
};

AriDial::AriDial(AriChannel& call, Leg& leg, JobId id, const Dial& dial)
    : Job(call, leg, id), asked_(dial)
{
    for (const Target& target : asked_.targets) {
        rings_.push_back(std::make_unique<Ring>(*this, target));
    }
}

AriDial::~AriDial()
{
    switchboard().reactor.timers().stop(*this);
}

void AriDial::begin()
{
    if (!asked_.ringback.empty()) call().begin_ringback(asked_.ringback);
    if (asked_.timeout.count() > 0) {
        const std::chrono::nanoseconds timeout = asked_.timeout;
        reactor::Reactor& reactor = switchboard().reactor;
        reactor.timers().set(*this, reactor.now() + timeout.count());
    }
    const std::size_t first =
        asked_.is_sequential ? std::min<std::size_t>(rings_.size(), 1) : rings_.size();
    for (std::size_t i = 0; i < first; ++i) let_begin(*rings_[i]);
    fail_if_over();
}

// ---- legs ---------------------------------------------------------------------------------------

void AriDial::let_begin(Ring& ring)
{
    if (ring.target.delay.count() > 0) return ring.set(ring.target.delay);
    begin_ring(ring);
}

void AriDial::begin_ring(Ring& ring)
{
    auto address =
        dial_string(ring.target.address, call().account_id(), switchboard().settings.dial);
    if (!address) {
        why_ = std::move(address.error());
        return end_ring(ring, q850::no_route);
    }
    ring.stage = Ring::Stage::called;
    ring.dialled = std::move(*address);
    ring.leg = &call().add_leg(ring.target.leg);
    if (ring.target.timeout.count() > 0) ring.set(ring.target.timeout);
    ask(create_request(ring), [this, &ring](const Result<AriAnswer>& answer) {
        if (has_succeeded(answer) || ring.stage != Ring::Stage::called) return;
        if (!is_gone(answer)) why_ = why_not_created(ring.dialled, answer);
        end_ring(ring, q850::no_route);
        fail_if_over();
    });
}

AriRequest AriDial::create_request(const Ring& ring) const
{
    Variables variables = call().exported();
    const bool is_sip = ring.dialled.starts_with("PJSIP/");
    add_headers(ring.target.headers, is_sip, variables);
    if (!is_sip) variables.emplace_back("__PIVOT_HOPS", std::to_string(call().hops() + 1));
    if (!asked_.caller_id_number.empty()) {
        variables.emplace_back("CONNECTEDLINE(num,i)", asked_.caller_id_number.text());
    }
    if (!asked_.caller_id_name.empty()) {
        variables.emplace_back("CONNECTEDLINE(name,i)", asked_.caller_id_name.text());
    }
    Body body;
    body.add("endpoint", ring.dialled).add("app", switchboard().settings.application);
    body.add("appArgs", "leg").add("channelId", ring.leg->channel);
    body.add("originator", leg().channel).add_object("variables", variables);
    return post_request("channels/create", body.take());
}

// If the caller's channel is named as the originator, Asterisk shows the caller's own number,
// whatever was set.
void AriDial::dial(Ring& ring)
{
    std::string target = target_of("channels", ring.leg->channel, "/dial");
    const bool shows_caller = asked_.caller_id_number.empty() && asked_.caller_id_name.empty();
    if (shows_caller) append_encoded(target.append("?caller="), leg().channel);
    ask(post_request(std::move(target)), [this, &ring](const Result<AriAnswer>& answer) {
        if (has_succeeded(answer) || is_gone(answer)) return;
        if (ring.stage != Ring::Stage::called) return;
        why_ = why_of(answer);
        end_ring(ring, q850::no_route);
        fail_if_over();
    });
}

// For sequential dialling: the next target may be called as soon as this one is over.
void AriDial::begin_next(const Ring& ring)
{
    const auto found = std::ranges::find(rings_, &ring, &std::unique_ptr<Ring>::get);
    if (!asked_.is_sequential || found == rings_.end() || found + 1 == rings_.end()) return;
    let_begin(**(found + 1));
}

void AriDial::end_ring(Ring& ring, int cause)
{
    ring.stage = Ring::Stage::over;
    ring.stop();
    end_early_media();
    note(ring, fmt::format("does not answer: {}", name_of(cause)));
    if (ring.leg != nullptr) call().hang_up_leg(*std::exchange(ring.leg, nullptr), cause);
    if (weight(cause) > weight(cause_)) cause_ = cause;
    begin_next(ring);
}

// ---- what happens -------------------------------------------------------------------------------

void AriDial::hear_leg(Leg& leg, LegNews news)
{
    const auto found =
        std::ranges::find_if(rings_, [&leg](const auto& ring) { return ring->leg == &leg; });
    if (found == rings_.end()) return;
    Ring& ring = **found;
    switch (news) {
        case LegNews::entered: return dial(ring);
        case LegNews::rings: return hear_ringing(ring);
        case LegNews::progresses: return hear_progress(ring);
        case LegNews::answered: return answer(ring);
        case LegNews::busy: end_ring(ring, q850::busy); break;
        case LegNews::congested: end_ring(ring, q850::congested); break;
        case LegNews::gone:
            ring.leg = nullptr;
            explain_end(ring, leg);
            end_ring(ring, q850::cause_without_answer(leg.cause, leg.was_told));
            break;
    }
    fail_if_over();
}

// A Local channel whose extension does not exist ends as if somebody had hung up.
void AriDial::explain_end(const Ring& ring, const Leg& leg)
{
    const bool has_cause = leg.cause != 0 && leg.cause != q850::normal_clearing;
    if (has_cause || leg.was_told || !ring.dialled.starts_with("Local/")) return;
    why_ = fmt::format("{} ended without a cause; is there such an extension in the dialplan?",
                       ring.dialled);
}

void AriDial::tell_ringing(const Ring& ring)
{
    if (std::exchange(ring.leg->was_told, true)) return;
    note(ring, "rings");
    tell(LegRinging{ring.leg->number});
}

void AriDial::note(const Ring& ring, std::string_view what)
{
    call().note(fmt::format("{} {}", printable(ring.target.address.text()), what));
}

void AriDial::hear_ringing(Ring& ring)
{
    tell_ringing(ring);
    let_ring();
}

void AriDial::let_ring()
{
    const bool hears_another = !asked_.ringback.empty() || !early_bridge_.empty();
    if (hears_another || std::exchange(has_rung_, true)) return;
    ask(post_request(target("/ring")));
}

// If several are called at once, there is no telling whose media the caller should hear.
void AriDial::hear_progress(Ring& ring)
{
    tell_ringing(ring);
    const bool is_alone = rings_.size() == 1 || asked_.is_sequential;
    if (!is_alone || asked_.ignores_early_media || !asked_.ringback.empty()) return let_ring();
    if (early_bridge_.empty()) begin_early_media(*ring.leg);
}

void AriDial::begin_early_media(const Leg& callee)
{
    silence_ring();
    open_media();
    early_bridge_ = switchboard().names.next();
    Body bridge;
    bridge.add("type", "mixing,dtmf_events");
    ask(post_request(target_of("bridges", early_bridge_), bridge.take()));
    Body members;
    members.add_list("channel", {leg().channel, callee.channel});
    ask(post_request(target_of("bridges", early_bridge_, "/addChannel"), members.take()));
}

void AriDial::end_early_media()
{
    if (early_bridge_.empty()) return;
    ask(delete_request(target_of("bridges", std::exchange(early_bridge_, {}))));
}

void AriDial::answer(Ring& ring)
{
    Leg& leg = *std::exchange(ring.leg, nullptr);
    ring.stage = Ring::Stage::over;
    end_early_media();
    note(ring, "answers");
    leg.was_told = true;
    fall_silent();
    end(LegAnswered{leg.number, leg.channel, id()});
    hang_up_all(q850::answered_elsewhere);
}

void AriDial::hang_up_all(int cause)
{
    for (const auto& ring : rings_) {
        ring->stage = Ring::Stage::over;
        ring->stop();
        if (ring->leg != nullptr) call().hang_up_leg(*std::exchange(ring->leg, nullptr), cause);
    }
}

void AriDial::fired()
{
    cause_ = q850::no_answer;
    call().note("nobody answers in time");
    fail(name_of(q850::no_answer), 480);
}

void AriDial::stop()
{
    fail("ORIGINATOR_CANCEL", 487);
}

void AriDial::fail_if_over()
{
    const bool is_over = std::ranges::all_of(
        rings_, [](const auto& ring) { return ring->stage == Ring::Stage::over; });
    if (!is_over) return;
    const std::string_view cause = name_of(cause_ == 0 ? q850::no_route : cause_);
    constexpr int unavailable = 480;
    fail(cause, sip_code_of(cause).value_or(unavailable));
}

void AriDial::fail(std::string_view cause, int sip_code)
{
    hang_up_all(q850::normal_clearing);
    end_early_media();
    fall_silent();
    call().end_ringback();
    end(DialFailed{id(), {std::string(cause), sip_code}, why_});
}

// Ends the ringing that the caller hears.
void AriDial::fall_silent()
{
    switchboard().reactor.timers().stop(*this);
    silence_ring();
}

void AriDial::silence_ring()
{
    if (std::exchange(has_rung_, false) && leg().is_up) ask(delete_request(target("/ring")));
}

}  // namespace pivot::switches::asterisk
