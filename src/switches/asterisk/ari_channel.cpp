#include "switches/asterisk/ari_channel.hpp"

#include "switches/asterisk/playback.hpp"
#include "switches/asterisk/sounds.hpp"
#include "switches/asterisk/targets.hpp"
#include "switches/q850.hpp"

#include <pivot/cause.hpp>
#include <pivot/session.hpp>

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::asterisk {

namespace {

constexpr JobId ringback_job = std::numeric_limits<JobId>::max();  // unknown to the engine

Cause cause_of(int q850, bool was_up)
{
    std::string_view name = cause_of_q850(q850);
    if (name.empty()) name = "NORMAL_UNSPECIFIED";
    constexpr int unavailable = 480;
    return {std::string(name), was_up ? 200 : sip_code_of(name).value_or(unavailable)};
}

std::string_view name_of(const Leg& leg)
{
    return leg.number == caller ? "the caller" : "a callee";
}

}  // namespace

AriChannel::AriChannel(Switchboard& switchboard, const StasisStart& start,
                       std::function<void(AriChannel&)> finished)
    : switchboard_(switchboard),
      finished_(std::move(finished)),
      arriving_(arriving_of(start)),
      call_id_(arriving_.arrival.call.call_id),
      requests_(switchboard, [this] { sweep_soon(); })
{
    caller_.channel = arriving_.channel;
    caller_.is_up = arriving_.arrival.is_answered;
    own(id());
}

AriChannel::~AriChannel()
{
    disown(id());
}

// ---- arriving -----------------------------------------------------------------------------------

void AriChannel::arrive(std::string refusal)
{
    is_welcoming_ = true;
    switchboard_.scope.spawn(welcome(std::move(refusal), switchboard_.reactor));
}

void AriChannel::arrive_answered(const OutboundCall& call)
{
    is_outbound_ = true;
    caller_.is_up = true;
    Arrival& arrival = arriving_.arrival;
    arrival.is_answered = true;
    arrival.call.call_id = call.call_id;
    arrival.call.account_id = call.account_id;
    arrival.call.direction = Direction::outbound_api;
    ask_for_formats();
    take();
    sweep_soon();
}

reactor::Task<> AriChannel::welcome(std::string refusal, reactor::Reactor& reactor)
{
    reactor::Deadline deadline(reactor, reactor.now() + Requests::timeout_ns);
    if (refusal.empty()) {
        co_await complete(arriving_, switchboard_.likely_headers, switchboard_.ari, deadline);
    }
    is_welcoming_ = false;
    is_wideband_ = is_wideband(arriving_.formats);
    if (has_left_) {
        has_ended_ = true;
    } else if (refusal.empty()) {
        take();
    } else {
        refuse({std::move(refusal)});
    }
    sweep_soon();
}

void AriChannel::take()
{
    Call& call = arriving_.arrival.call;
    if (!is_outbound_) {
        call.call_id = switchboard_.attendant.own_id(std::move(call.call_id));
        call.account_id = switchboard_.attendant.own_account(std::move(call.account_id));
    }
    call_id_ = call.call_id;
    account_id_ = call.account_id;
    note(is_outbound_ ? "the callee answers"
                      : fmt::format("arrives from {} for {}", call.caller_id_number,
                                    arriving_.arrival.called));
    if (arriving_.hops > hops_max) {
        const std::string loop = fmt::format(
            "{} calls have dialled each other: a document dials its own number, or two dial those "
            "of each other",
            arriving_.hops);
        switchboard_.attendant.warn(call_id_, "refused: " + loop);
        return refuse({loop});
    }
    const auto refusal = switchboard_.attendant.begin(std::move(arriving_.arrival), *this, ticket_);
    if (refusal) return refuse(*refusal);
    has_begun_ = true;
    for (Event& event : std::exchange(early_, {})) tell(std::move(event));
}

// The answer comes while the web server is asked, so no sound waits for it.
void AriChannel::ask_for_formats()
{
    std::string target = target_of("channels", id(), "/variable?variable=");
    append_encoded(target, formats_variable);
    requests_.ask_now(get_request(std::move(target)), [this](const Result<AriAnswer>& answer) {
        is_wideband_ = is_wideband(value_in(answer).value_or(""));
    });
}

// Whoever sent the call tries another host after a 503, but not after a 404.
void AriChannel::refuse(const Refusal& refusal)
{
    has_ended_ = true;
    if (switchboard_.settings.hangs_up_refused || is_outbound_) {
        return hang_up_with(refusal.has_no_action ? q850::unallocated : q850::equipment_congested);
    }
    go_on("refused", refusal.why, "_");
}

// ---- what happens -------------------------------------------------------------------------------

void AriChannel::hear(const AriEvent& event)
{
    if (const auto* start = std::get_if<StasisStart>(&event)) {
        for (std::size_t i = jobs_.size(); i-- > 0;) jobs_[i]->hear_entered(start->channel.id);
    }
    if (Leg* const leg = find_leg_of(channel_of(event))) hear_on_leg(*leg, event);
    hear_of_jobs(event);
}

// For playbacks and recordings, whose channel may be nobody's leg.
void AriChannel::hear_of_jobs(const AriEvent& event)
{
    for (std::size_t i = jobs_.size(); i-- > 0;) {
        if (const auto* playback = std::get_if<PlaybackFinished>(&event)) {
            jobs_[i]->hear(*playback);
        } else if (const auto* started = std::get_if<RecordingStarted>(&event)) {
            jobs_[i]->hear(*started);
        } else if (const auto* finished = std::get_if<RecordingFinished>(&event)) {
            jobs_[i]->hear(*finished);
        }
    }
}

void AriChannel::hear_on_leg(Leg& leg, const AriEvent& event)
{
    if (const auto* change = std::get_if<ChannelStateChange>(&event)) {
        hear_change(leg, change->state);
    } else if (const auto* progress = std::get_if<DialProgress>(&event)) {
        hear_progress(leg, progress->status);
    } else if (const auto* received = std::get_if<ChannelDtmfReceived>(&event)) {
        hear_key(leg, received->key);
    } else if (const auto* request = std::get_if<ChannelHangupRequest>(&event)) {
        hear_hang_up(leg, *request);
    } else if (const auto* destroyed = std::get_if<ChannelDestroyed>(&event)) {
        hear_destroyed(leg, *destroyed);
    } else if (std::holds_alternative<StasisStart>(event)) {
        tell_jobs(leg, LegNews::entered);
    } else if (std::holds_alternative<StasisEnd>(event)) {
        &leg == &caller_ ? leave() : hear_left(leg);
    }
}

void AriChannel::hear_change(Leg& leg, std::string_view state)
{
    if (state == "Ringing" && &leg != &caller_) tell_jobs(leg, LegNews::rings);
    if (state != "Up" || std::exchange(leg.is_up, true)) return;
    if (&leg == &caller_) return tell_up();
    tell_jobs(leg, LegNews::answered);
}

void AriChannel::tell_up()
{
    caller_.is_up = true;
    if (!std::exchange(was_told_up_, true)) tell(Answered());
}

// Some failures show no other sign until the far end hangs up.
void AriChannel::hear_progress(Leg& leg, std::string_view status)
{
    if (&leg == &caller_) return;
    if (status == "RINGING") tell_jobs(leg, LegNews::rings);
    if (status == "PROGRESS") tell_jobs(leg, LegNews::progresses);
    if (status == "BUSY") tell_jobs(leg, LegNews::busy);
    if (status == "CONGESTION") tell_jobs(leg, LegNews::congested);
    if (status == "ANSWER") hear_change(leg, "Up");
}

void AriChannel::tell_jobs(Leg& leg, LegNews news)
{
    for (std::size_t i = jobs_.size(); i-- > 0;) jobs_[i]->hear_leg(leg, news);
}

// A key is told before the job that it ends.
void AriChannel::hear_key(const Leg& leg, char key)
{
    note(fmt::format("{} presses {}", name_of(leg), key));
    tell(KeyPressed{leg.number, key});
    for (std::size_t i = jobs_.size(); i-- > 0;) {
        if (&jobs_[i]->leg() == &leg) jobs_[i]->hear_key(key);
    }
}

// A hang-up that we asked for comes back with a cause of its own.
void AriChannel::hear_hang_up(Leg& leg, const ChannelHangupRequest& request)
{
    leg.is_hanging_up = true;
    if ((&leg == &caller_ && is_hanging_up_) || leg.cause != 0) return;
    const bool has_talked = &leg == &caller_ || leg.is_up;  // a dial notes the others itself
    if (!is_given_back_ && has_talked) note(fmt::format("{} hangs up", name_of(leg)));
    leg.cause = request.cause;
    if (&leg == &caller_) sip_code_ = request.sip_code;
}

void AriChannel::hear_destroyed(Leg& leg, const ChannelDestroyed& destroyed)
{
    if (&leg != &caller_) {
        if (destroyed.cause != 0) leg.cause = destroyed.cause;
        end_leg(leg, leg.cause);
        return tell_jobs(leg, LegNews::gone);
    }
    if (!is_hanging_up_ && destroyed.cause != 0) leg.cause = destroyed.cause;
    lose();
}

// A leg that leaves without being hung up was transferred, and goes on elsewhere. A leg that took
// another's place is not heard of again.
void AriChannel::hear_left(Leg& leg)
{
    const bool has_moved = leg.is_up && !leg.is_hanging_up;
    if (!has_moved && !leg.is_substitute) return;
    end_leg(leg, leg.cause == 0 ? q850::normal_clearing : leg.cause);
    tell_jobs(leg, LegNews::gone);
}

// The party's own channel has no more use: Asterisk keeps its dialog until their telephone ends it.
void AriChannel::replace(const std::string& channel, std::string by)
{
    Leg* const leg = find_leg_of(channel);
    if (leg == nullptr) return;
    note(fmt::format("{} transfers the other party", name_of(*leg)));
    requests_.ask_now(delete_request(target_of("channels", channel)));
    disown(channel);
    leg->channel = std::move(by);
    leg->is_substitute = true;
    own(leg->channel);
}

void AriChannel::look_again()
{
    constexpr std::string_view missed =
        "the connection to Asterisk was lost and is back: keys that were pressed in between may be "
        "lost";
    switchboard_.attendant.warn(call_id_, missed);
    tell(EventsMissed{std::string(missed)});
    for (std::size_t i = jobs_.size(); i-- > 0;) jobs_[i]->look_again();
}

void AriChannel::lose(int cause)
{
    is_heard_to_end_ = false;
    if (caller_.cause == 0 && !is_hanging_up_) caller_.cause = cause;
    leave(cause);
}

// The caller has left the application: for good, unless the dialplan goes on with the call.
void AriChannel::leave(int cause)
{
    has_left_ = true;
    sweep_soon();
    if (is_heard_to_end_) return;
    caller_.is_hanging_up = true;
    for (std::size_t i = jobs_.size(); i-- > 0;) jobs_[i]->lose();
    const int cause_of_legs = cause == 0 ? q850::normal_clearing : cause;
    while (!legs_.empty()) hang_up_leg(*legs_.back(), cause_of_legs);
    conclude();
}

// Tells HungUp, the last event. Recordings may still be on their way.
void AriChannel::conclude()
{
    if (!has_left_ || is_heard_to_end_ || !has_begun_) return;
    if (!jobs_.empty() || !legs_.empty()) return;
    if (std::exchange(is_over_, true)) return;
    switchboard_.attendant.tell(ticket_, hung_up());
}

HungUp AriChannel::hung_up() const
{
    if (refused_with_ != 0) {
        return {{std::string(cause_of_sip(refused_with_)), refused_with_}};
    }
    const int cause = caller_.cause == 0 ? q850::normal_clearing : caller_.cause;
    Cause told = cause_of(cause, caller_.is_up);
    if (!caller_.is_up && sip_code_ != 0) told.sip_code = sip_code_;
    return {std::move(told)};
}

// ---- for jobs -----------------------------------------------------------------------------------

Requests::Done AriChannel::while_runs(JobId job, Requests::Done done)
{
    if (!done) return done;
    return [this, job, done = std::move(done)](const Result<AriAnswer>& answer) {
        if (find_job(job) != nullptr) done(answer);
    };
}

void AriChannel::ask(JobId job, AriRequest request, Requests::Done done)
{
    requests_.ask(std::move(request), while_runs(job, std::move(done)), job);
}

void AriChannel::ask_now(JobId job, AriRequest request, Requests::Done done)
{
    requests_.ask_now(std::move(request), while_runs(job, std::move(done)), job);
}

// On any thread.
void AriChannel::note(std::string_view text)
{
    switchboard_.attendant.note(call_id_, text);
}

void AriChannel::tell(Event event)
{
    if (is_over_ || has_ended_) return;
    if (!has_begun_) return early_.push_back(std::move(event));
    switchboard_.attendant.tell(ticket_, std::move(event));
}

void AriChannel::end(Job& job, Event event)
{
    const auto found = std::ranges::find(jobs_, &job, &std::unique_ptr<Job>::get);
    if (found == jobs_.end()) return;  // it has ended
    over_.push_back(std::move(*found));
    jobs_.erase(found);
    if (job.id() != ringback_job) tell(std::move(event));
    if (jobs_.size() == 1) jobs_.front()->hear_alone();
    conclude();
    sweep_soon();
}

void AriChannel::stop_others(const Job& job)
{
    for (std::size_t i = jobs_.size(); i-- > 0;) {
        if (jobs_[i].get() != &job) jobs_[i]->stop();
    }
}

bool AriChannel::has_only(const Job& job) const
{
    return jobs_.size() == 1 && jobs_.front().get() == &job;
}

void AriChannel::disown(std::string_view channel)
{
    const auto found = switchboard_.owners.find(channel);
    if (found != switchboard_.owners.end() && found->second == this) {
        switchboard_.owners.erase(found);
    }
}

void AriChannel::begin_ringback(const Media& media)
{
    begin(ringback_job, caller, [this, &media](Leg& leg) {
        return std::make_unique<Playback>(*this, leg, ringback_job, media);
    });
}

void AriChannel::end_ringback()
{
    if (Job* const ringback = find_job(ringback_job)) ringback->stop();
}

// ---- legs ---------------------------------------------------------------------------------------

Leg& AriChannel::add_leg(LegId number)
{
    auto leg = std::make_unique<Leg>();
    leg->number = number;
    leg->channel = switchboard_.names.next();
    own(leg->channel);
    legs_.push_back(std::move(leg));
    return *legs_.back();
}

// Its channel is not heard of any more.
void AriChannel::hang_up_leg(Leg& leg, int cause)
{
    requests_.ask_now(
        delete_request(target_of("channels", leg.channel, fmt::format("?reason_code={}", cause))));
    end_leg(leg, cause);
}

// The leg's end is told before that of its jobs.
void AriChannel::end_leg(Leg& leg, int cause)
{
    const auto found = std::ranges::find(legs_, &leg, &std::unique_ptr<Leg>::get);
    if (found == legs_.end()) return;
    gone_.push_back(std::move(*found));
    legs_.erase(found);
    disown(leg.channel);
    if (leg.was_told) tell(LegEnded{leg.number, cause_of(cause, leg.is_up), ""});
    lose_jobs_of(leg);
    sweep_soon();
}

void AriChannel::lose_jobs_of(const Leg& leg)
{
    for (std::size_t i = jobs_.size(); i-- > 0;) {
        if (&jobs_[i]->leg() == &leg) jobs_[i]->lose();
    }
}

Leg* AriChannel::find_leg(LegId leg)
{
    if (leg == caller) return has_left_ ? nullptr : &caller_;
    const auto found =
        std::ranges::find_if(legs_, [leg](const auto& other) { return other->number == leg; });
    return found == legs_.end() ? nullptr : found->get();
}

Leg* AriChannel::find_leg_of(std::string_view channel)
{
    if (channel == caller_.channel) return &caller_;
    const auto found =
        std::ranges::find_if(legs_, [channel](const auto& leg) { return leg->channel == channel; });
    return found == legs_.end() ? nullptr : found->get();
}

Job* AriChannel::find_job(JobId job)
{
    const auto found =
        std::ranges::find_if(jobs_, [job](const auto& other) { return other->id() == job; });
    return found == jobs_.end() ? nullptr : found->get();
}

// ---- the end of the session ---------------------------------------------------------------------

void AriChannel::warned(std::string_view where, std::string_view what)
{
    if (where == "switch") return;  // the engine's log has those
    switchboard_.attendant.warn(
        call_id_, where.empty() ? std::string(what) : fmt::format("{}: {}", where, what));
}

// The dialplan gets the reason of the last `_` as PIVOTREASON.
void AriChannel::branched(std::string_view branch, std::string_view why)
{
    note(fmt::format("takes {}: {}", branch, why));
    if (branch == "_") post([this, why = std::string(why)] { reason_ = why; });
}

void AriChannel::given_back(const SessionEnd& end)
{
    post([this, branch = end.branch] { give_back(branch); });
}

// The end of the channel is only told if Asterisk is asked for it. Otherwise, leaving the
// application counts as the end.
void AriChannel::let_go()
{
    while (!legs_.empty()) hang_up_leg(*legs_.back(), q850::normal_clearing);
    std::string target =
        target_of("applications", switchboard_.settings.application, "/subscription?eventSource=");
    append_encoded(target, "channel:" + id());
    requests_.ask(post_request(std::move(target)), [this](const Result<AriAnswer>& answer) {
        is_heard_to_end_ = has_succeeded(answer) && !has_left_;
    });
}

void AriChannel::give_back(const std::string& branch)
{
    if (has_left_) return;
    if (caller_.is_substitute) return hang_up_with(q850::normal_clearing);
    is_given_back_ = true;
    let_go();
    const bool has_failed = !branch.empty();
    go_on(has_failed ? "FAILED" : "DONE", has_failed ? reason_ : std::string(), branch);
}

void AriChannel::go_on(std::string_view status, std::string_view reason, std::string_view branch)
{
    while (!legs_.empty()) hang_up_leg(*legs_.back(), q850::normal_clearing);
    note(fmt::format("goes back to the dialplan: {}", status));
    requests_.ask(variable_request(id(), "PIVOTSTATUS", status));
    requests_.ask(variable_request(id(), "PIVOTREASON", reason));
    requests_.ask(variable_request(id(), "PIVOTBRANCH", branch));
    requests_.ask(post_request(target_of("channels", id(), "/continue")),
                  [this](const Result<AriAnswer>& answer) {
                      if (is_gone(answer)) lose();
                  });
}

void AriChannel::ended(const SessionEnd& end)
{
    switchboard_.attendant.ended(call_id_, end);
    post([this] { end_session(); });
}

// A caller who is still here must not be left in silence.
void AriChannel::end_session()
{
    for (std::size_t i = jobs_.size(); i-- > 0;) jobs_[i]->stop();
    has_ended_ = true;
    sweep_soon();
    if (has_left_ || is_given_back_ || is_hanging_up_) return;
    if (is_outbound_ || caller_.is_substitute) return hang_up_with(q850::normal_clearing);
    is_given_back_ = true;
    go_on("FAILED", "Pivot has ended the call", "_");
}

void AriChannel::sweep_soon()
{
    if (!std::exchange(is_swept_soon_, true)) switchboard_.reactor.post(*this);
}

void AriChannel::deliver()
{
    is_swept_soon_ = false;
    over_.clear();
    if (is_finished()) finished_(*this);
}

bool AriChannel::is_finished() const
{
    const bool is_away = has_left_ || (is_given_back_ && has_ended_);
    return has_ended_ && is_away && jobs_.empty() && requests_.is_idle() && !is_welcoming_;
}

}  // namespace pivot::switches::asterisk
