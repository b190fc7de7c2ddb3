#include "switches/kazoo/performed_call.hpp"

#include "base/random_id.hpp"
#include "base/text.hpp"

#include <pivot/cause.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::kazoo {

namespace {

using Kind = CallEvent::Kind;

// KAZOO checks every ten seconds. Here, lost events are the exception.
constexpr Nanoseconds patience_ns_min = 15 * second_ns;
constexpr Nanoseconds patience_ns_max = 300 * second_ns;

struct Application {
    std::string_view name;
    std::string_view version;
};
constexpr Application translator = {"translator", "4.0.0"};

constexpr std::string_view normal_clearing = "NORMAL_CLEARING";

}  // namespace

PerformedCall::PerformedCall(reactor::Reactor& reactor, CallIdentity identity, CallLine& line)
    : reactor_(reactor), identity_(std::move(identity)), line_(line), prefix_(random_id() + '-')
{
    await_news(patience_ns_min);
}

PerformedCall::~PerformedCall()
{
    reactor_.timers().stop(*this);
}

Abilities PerformedCall::abilities()
{
    Abilities abilities;
    abilities.sip_credentials = true;
    abilities.keys_in_rooms = true;
    abilities.early_media = true;
    abilities.mixes = false;
    abilities.own_media = true;
    return abilities;
}

// ---- messages -----------------------------------------------------------------------------------

// The id of a message contains its number.
Frame PerformedCall::next_frame(InsertAt at)
{
    message_id_ = prefix_ + std::to_string(++messages_);
    Frame frame;
    frame.node = identity_.node;
    frame.queue = line_.queue();
    frame.message_id = message_id_;
    frame.insert_at = at;
    return frame;
}

std::uint64_t PerformedCall::number_of(std::string_view message_id) const
{
    if (!message_id.starts_with(prefix_)) return 0;
    return parse_number<std::uint64_t>(message_id.substr(prefix_.size())).value_or(0);
}

void PerformedCall::queue(CallJob& job, std::vector<std::string> commands)
{
    queue(job, next_frame(InsertAt::tail), std::move(commands));
}

// Commands of a TwiML Dial name KAZOO's application for it.
void PerformedCall::queue_as_translator(CallJob& job, std::vector<std::string> commands)
{
    Frame frame = next_frame(InsertAt::tail);
    frame.application = translator.name;
    frame.version = translator.version;
    queue(job, frame, std::move(commands));
}

void PerformedCall::queue(CallJob& job, Frame frame, std::vector<std::string> commands)
{
    job.message = job.place = messages_;
    line_.command(job.id(), framed_queue(frame, identity_.call_id, std::move(commands)));
}

void PerformedCall::request(CallJob& job,
                            const std::function<Publication(const Frame& frame)>& make)
{
    Frame frame = next_frame(InsertAt::tail);
    frame.application = translator.name;
    frame.version = translator.version;
    job.message = messages_;
    line_.publish(job.id(), make(frame));
}

void PerformedCall::command(CallJob& job, std::string command)
{
    const Frame frame = next_frame(InsertAt::now);
    job.message = messages_;
    line_.command(job.id(), framed(frame, std::move(command)));
}

void PerformedCall::flush(CallJob& job)
{
    const Frame frame = next_frame(InsertAt::flush);
    job.message = job.place = messages_;
    line_.command(job.id(), marker(frame, identity_.call_id));
}

void PerformedCall::mark(CallJob& job)
{
    const Frame frame = next_frame(InsertAt::tail);
    job.message = job.place = messages_;
    line_.command(job.id(), marker(frame, identity_.call_id));
}

void PerformedCall::open_media(std::vector<std::string>& commands)
{
    if (is_up_ || std::exchange(has_early_media_, true)) return;
    commands.push_back(plain_command("progress", identity_.call_id));
}

// ---- what happens -------------------------------------------------------------------------------

void PerformedCall::happened(const CallEvent& event)
{
    over_.clear();
    if (is_over_) return;
    const bool is_own = event.call_id == identity_.call_id;
    if (has_moved_) {
        if (is_own && event.kind == Kind::destroyed) conclude({event.cause, event.sip_code});
        return;
    }
    if (!is_hanging_up_) await_news(patience_ns_min);
    if (event.kind == Kind::completed && event.application == "noop") {
        return pass(number_of(event.response));
    }
    if (event.kind == Kind::refused) return hear_refusal(event);
    if (is_own) {
        hear_own(event);
    } else {
        hear_jobs(event);
    }
}

void PerformedCall::hear_own(const CallEvent& event)
{
    if (event.is_up || event.kind == Kind::bridged) tell_up();
    switch (event.kind) {
        case Kind::destroyed: return conclude({event.cause, event.sip_code});
        case Kind::replaced: return hear_replaced(event);
        case Kind::transferred:
            if (!is_of_another(event)) yield();
            return;
        case Kind::pivoted: return yield();
        case Kind::usurped:
            if (event.fetch_id.empty() || event.fetch_id != identity_.fetch_id) yield();
            return;
        case Kind::status:
            if (event.response == "terminated") return vanish();
            // The first command was lost.
            return is_hanging_up_ ? command_hang_up() : send_marker();
        case Kind::key:
            if (event.pressed != 0) tell(KeyPressed{caller, event.pressed});
            break;
        case Kind::other:
        case Kind::created:
        case Kind::answered:
        case Kind::progress:
        case Kind::leg_created:
        case Kind::bridged:
        case Kind::unbridged:
        case Kind::completed:
        case Kind::record_began:
        case Kind::recorded:
        case Kind::refused:
        case Kind::offnet:
        case Kind::conference: break;
    }
    hear_jobs(event);
}

void PerformedCall::hear_jobs(const CallEvent& event)
{
    const auto recordings =
        std::ranges::count_if(jobs_, [](const auto& job) { return job->is_recording(); });
    has_one_recording_ = recordings == 1;
    for (std::size_t i = jobs_.size(); i-- > 0;) jobs_[i]->hear(event);
}

// If the channel is gone, its own event says so, or its status is asked for.
void PerformedCall::hear_refusal(const CallEvent& event)
{
    if (event.is_gone) return await_news(hang_up_ns);
    const std::uint64_t number = number_of(event.message_id);
    const auto found =
        std::ranges::find_if(jobs_, [number](const auto& job) { return job->message == number; });
    if (number != 0 && found != jobs_.end()) return (*found)->fail("KAZOO: " + event.response);
    line_.warn(fmt::format("KAZOO has refused a command: {}", printable(event.response)));
}

// Somebody else commands the channel as well, or did before. KAZOO's callflow leaves out such
// events.
bool PerformedCall::is_of_another(const CallEvent& event) const
{
    return !event.fetch_id.empty() && !identity_.fetch_id.empty() &&
           event.fetch_id != identity_.fetch_id;
}

// The call continues under another id.
void PerformedCall::hear_replaced(const CallEvent& event)
{
    if (event.replaced_by.empty() || is_of_another(event)) return;
    identity_.call_id = event.replaced_by;
    line_.follow(identity_.call_id);
}

// All commands up to this place in the queue are done.
void PerformedCall::pass(std::uint64_t place)
{
    if (answer_place_ != 0 && answer_place_ <= place) {
        answer_place_ = 0;
        tell_up();
    }
    if (reject_place_ != 0 && reject_place_ <= place) hang_up(caller, std::string());
    for (std::size_t i = jobs_.size(); i-- > 0;) {
        CallJob& job = *jobs_[i];
        if (job.place == 0 || job.place > place) continue;
        job.place = 0;
        job.pass();
    }
}

void PerformedCall::tell_up()
{
    if (std::exchange(is_up_, true)) return;
    tell(Answered());
}

void PerformedCall::command_failed(JobId job)
{
    over_.clear();
    if (CallJob* const found = find(job)) found->fail("there is no connection to KAZOO's bus");
}

void PerformedCall::bus_is_back()
{
    over_.clear();
    if (!is_idle()) probe();
}

// ---- waiting for news ---------------------------------------------------------------------------

void PerformedCall::await_news(Nanoseconds within)
{
    patience_ = within;
    reactor_.timers().set(*this, reactor_.now() + within);
}

void PerformedCall::fired()
{
    over_.clear();
    const Nanoseconds next = std::clamp(2 * patience_, patience_ns_min, patience_ns_max);
    const bool has_bus = !line_.queue().empty();  // else bus_is_back() will ask
    if (has_bus) probe();
    await_news(next);
}

// A marker only helps if the call still exists.
void PerformedCall::probe()
{
    const Frame frame = next_frame(InsertAt::tail);
    line_.publish(0, status_request(frame, identity_.call_id));
}

void PerformedCall::send_marker()
{
    const bool waits = std::ranges::any_of(jobs_, [](const auto& job) { return job->place != 0; });
    if (!waits && answer_place_ == 0) return;
    const Frame frame = next_frame(InsertAt::tail);
    line_.command(0, marker(frame, identity_.call_id));
}

// ---- ends ---------------------------------------------------------------------------------------

void PerformedCall::vanish()
{
    over_.clear();
    if (!is_over_) conclude({hang_up_cause_, 0});
}

// HungUp is the last event.
void PerformedCall::conclude(Cause cause)
{
    if (refused_with_ != 0) {
        cause = {std::string(cause_of_sip(refused_with_)), refused_with_};
    }
    if (cause.name.empty()) cause.name = normal_clearing;
    constexpr int ok = 200;
    if (is_up_ && cause.sip_code == 0) cause.sip_code = ok;
    if (!is_up_ && cause.sip_code <= ok) cause.sip_code = sip_code_of(cause.name).value_or(0);
    lose_jobs();
    is_over_ = true;
    reactor_.timers().stop(*this);
    line_.tell(HungUp{std::move(cause)});
}

void PerformedCall::yield()
{
    over_.clear();
    if (is_idle()) return;
    line_.note("is somebody else's now");
    lose_jobs();
    has_moved_ = true;
    line_.tell(Moved());
}

void PerformedCall::lose_jobs()
{
    for (std::size_t i = jobs_.size(); i-- > 0;) jobs_[i]->lose();
}

void PerformedCall::tell(Event event)
{
    if (!is_idle()) line_.tell(std::move(event));
}

void PerformedCall::end(CallJob& job, Event event)
{
    const auto found = std::ranges::find(jobs_, &job, &std::unique_ptr<CallJob>::get);
    if (found == jobs_.end()) return;  // it has ended
    drop(job);
    tell(std::move(event));
}

void PerformedCall::drop(CallJob& job)
{
    const auto found = std::ranges::find(jobs_, &job, &std::unique_ptr<CallJob>::get);
    if (found == jobs_.end()) return;
    over_.push_back(std::move(*found));
    jobs_.erase(found);
}

}  // namespace pivot::switches::kazoo
