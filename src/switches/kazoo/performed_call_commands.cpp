// A call of KAZOO's that a document commands: the engine's commands.
#include "switches/kazoo/call_conference.hpp"
#include "switches/kazoo/call_dial.hpp"
#include "switches/kazoo/call_recording.hpp"
#include "switches/kazoo/performed_call.hpp"
#include "switches/kazoo/queued_job.hpp"
#include "switches/media_words.hpp"

#include <pivot/cause.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace pivot::switches::kazoo {

namespace {

constexpr std::string_view is_taken = "the caller is being connected with somebody else";

}  // namespace

// The answer event or the marker ends the job, whichever comes first, because a call that is
// already answered has no such event.
void PerformedCall::answer()
{
    over_.clear();
    if (is_idle() || answer_place_ != 0 || is_up_) return;
    line_.note("answers");
    const Frame now = next_frame(InsertAt::now);
    line_.command(0, framed(now, plain_command("answer", identity_.call_id)));
    const Frame after = next_frame(InsertAt::tail);
    answer_place_ = messages_;
    line_.command(0, marker(after, identity_.call_id));
}

// If the call turns out to be answered, a queued refusal has no effect, so the call is hung up.
void PerformedCall::reject(int sip_code, const std::string& phrase)
{
    over_.clear();
    if (is_idle()) return;
    if (is_up_) return hang_up(caller, std::string());
    line_.note(fmt::format("rejects the call with {}", sip_code));
    refused_with_ = sip_code;
    Frame frame = next_frame(InsertAt::tail);
    frame.application = "call_response";
    frame.version = "0.1.0";
    reject_place_ = messages_;
    const std::string& id = identity_.call_id;
    line_.command(0, framed_queue(frame, id, {respond_command(id, sip_code, phrase)}));
    await_news(hang_up_ns);
}

void PerformedCall::hang_up(LegId leg, const std::string& cause)
{
    over_.clear();
    if (is_idle()) return;
    if (leg != caller) {
        if (CallJob* const dial = find_dial_of(leg)) dial->hang_up(leg, cause);
        return;
    }
    if (std::exchange(is_hanging_up_, true)) return;
    line_.note("hangs up");
    hang_up_cause_ = cause;
    command_hang_up();
    await_news(hang_up_ns);
}

void PerformedCall::command_hang_up()
{
    const Frame frame = next_frame(InsertAt::now);
    line_.command(0, framed(frame, hangup_command(identity_.call_id, hang_up_cause_)));
}

void PerformedCall::stop(JobId job)
{
    over_.clear();
    if (CallJob* const found = find(job)) found->stop();
}

void PerformedCall::play(JobId job, LegId leg, const Media& media)
{
    over_.clear();
    if (is_in_vain(job, leg)) return;
    line_.note("plays " + words_for(media));
    auto command = play_command(identity_, media);
    if (!command) return tell(JobEnded{job, JobEnd::failed, "", std::move(command.error())});
    play_queued(job, std::move(*command));
}

void PerformedCall::say(JobId job, LegId leg, const Speech& speech)
{
    over_.clear();
    if (is_in_vain(job, leg)) return;
    line_.note(fmt::format("says \"{}\"", speech.text.bytes()));
    play_queued(job, speech_command(identity_.call_id, speech));
}

void PerformedCall::send_keys(JobId job, LegId leg, const KeySequence& keys,
                              std::chrono::milliseconds key_length)
{
    over_.clear();
    if (is_in_vain(job, leg)) return;
    line_.note("sends keys " + keys.text());
    play_queued(job, keys_command(identity_.call_id, keys, key_length));
}

void PerformedCall::play_queued(JobId job, std::string command)
{
    const bool has_caller =
        std::ranges::any_of(jobs_, [](const auto& other) { return other->has_caller(); });
    if (has_caller) return tell(JobEnded{job, JobEnd::failed, "", std::string(is_taken)});
    begin(std::make_unique<QueuedJob>(*this, job, std::move(command)));
}

void PerformedCall::record(JobId job, LegId leg, const Recording& recording)
{
    over_.clear();
    if (is_in_vain(job, leg)) return;
    line_.note(recording.runs_beside ? "records the call" : "records");
    begin(std::make_unique<CallRecording>(*this, job, recording));
}

void PerformedCall::dial(JobId job, const Dial& dial)
{
    over_.clear();
    if (is_in_vain(job, caller)) return;
    std::string addresses;
    for (const Target& target : dial.targets) {
        addresses.append(addresses.empty() ? "" : ", ").append(target.address.text());
    }
    line_.note("dials " + addresses);
    begin(std::make_unique<CallDial>(*this, job, dial));
}

// The two are connected already.
void PerformedCall::bridge(JobId job, LegId leg)
{
    over_.clear();
    CallJob* const dial = is_idle() ? nullptr : find_dial_of(leg);
    if (dial == nullptr) return tell(BridgeEnded{job});
    line_.note("talks to a callee");
    dial->bridge(job);
}

void PerformedCall::join(JobId job, const Conference& conference)
{
    over_.clear();
    if (is_in_vain(job, caller)) return;
    line_.note("joins the conference " + conference.room.text());
    begin(std::make_unique<CallConference>(*this, job, conference));
}

CallJob* PerformedCall::find_dial_of(LegId leg) const
{
    const auto found =
        std::ranges::find_if(jobs_, [leg](const auto& job) { return job->has_leg(leg); });
    return found == jobs_.end() ? nullptr : found->get();
}

bool PerformedCall::is_first_dial(const CallJob& job) const
{
    const auto first =
        std::ranges::find_if(jobs_, [](const auto& other) { return other->dials(); });
    return first != jobs_.end() && first->get() == &job;
}

bool PerformedCall::is_in_vain(JobId job, LegId leg)
{
    if (!is_idle() && leg == caller) return false;
    tell(JobEnded{job, JobEnd::stopped, ""});
    return true;
}

void PerformedCall::begin(std::unique_ptr<CallJob> job)
{
    jobs_.push_back(std::move(job));
    jobs_.back()->begin();
}

CallJob* PerformedCall::find(JobId job) const
{
    const auto found =
        std::ranges::find_if(jobs_, [job](const auto& other) { return other->id() == job; });
    return job == 0 || found == jobs_.end() ? nullptr : found->get();
}

}  // namespace pivot::switches::kazoo
