#include "execute/contract.hpp"

#include <pivot/cause.hpp>
#include <pivot/checked_text.hpp>

#include <algorithm>
#include <cassert>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

namespace pivot::execute {

namespace {

Event end_of(JobKind kind, JobId job, JobEnd how, std::string why = {})
{
    switch (kind) {
        case JobKind::recording: {
            RecordingEnded ended;
            ended.job = job;
            if (how == JobEnd::failed) ended.end = RecordingEnd::failed;
            ended.why = std::move(why);
            return ended;
        }
        case JobKind::speech: {
            SpeechHeard nothing;
            nothing.job = job;
            nothing.end = how == JobEnd::failed ? HearingEnd::failed : HearingEnd::silence;
            nothing.why = std::move(why);
            return nothing;
        }
        case JobKind::dial: {
            DialFailed failed;
            failed.job = job;
            if (how == JobEnd::stopped) failed.cause.name = "ORIGINATOR_CANCEL";
            failed.why = std::move(why);
            return failed;
        }
        case JobKind::bridge: return BridgeEnded{job, std::move(why)};
        case JobKind::queue: {
            QueueEnded ended;
            ended.job = job;
            if (how == JobEnd::stopped) ended.end = QueueEnd::left;
            ended.why = std::move(why);
            return ended;
        }
        case JobKind::refer: {
            Referred refused;
            refused.job = job;
            refused.why = std::move(why);
            return refused;
        }
        case JobKind::playback:
        case JobKind::room:
        case JobKind::mix:
        case JobKind::stream:
        case JobKind::module:
        case JobKind::move: break;
    }
    JobEnded ended;
    ended.job = job;
    ended.end = how;
    ended.why = std::move(why);
    return ended;
}

// News of a job that goes on; nothing for other events.
std::optional<JobKind> kind_told_of(const Event& event)
{
    if (std::holds_alternative<RecordingBegan>(event)) return JobKind::recording;
    if (std::holds_alternative<StreamBegan>(event)) return JobKind::stream;
    if (std::holds_alternative<SpeechBegan>(event)) return JobKind::speech;
    if (std::holds_alternative<SpeechHeard>(event)) return JobKind::speech;
    if (std::holds_alternative<ConferenceHappened>(event)) return JobKind::room;
    if (std::holds_alternative<QueueStanding>(event)) return JobKind::queue;
    if (std::holds_alternative<QueueBridged>(event)) return JobKind::queue;
    return std::nullopt;
}

// Whether it is the end of a job, even if it names none.
bool is_end(const Event& event)
{
    if (const auto* heard = std::get_if<SpeechHeard>(&event)) {
        return heard->end != HearingEnd::partial;
    }
    const bool has_job = std::visit([](const auto& told) { return requires { told.job; }; }, event);
    return has_job && !kind_told_of(event);
}

double seconds_of(milliseconds time)
{
    return std::chrono::duration<double>(time).count();
}

Nanoseconds later(Nanoseconds now, milliseconds time)
{
    return now + std::chrono::nanoseconds(time).count();
}

}  // namespace

bool is_end_of(JobKind kind, const Event& event)
{
    switch (kind) {
        case JobKind::recording: return std::holds_alternative<RecordingEnded>(event);
        case JobKind::speech: return std::holds_alternative<SpeechHeard>(event);
        case JobKind::dial: return std::holds_alternative<DialFailed>(event);
        case JobKind::bridge: return std::holds_alternative<BridgeEnded>(event);
        case JobKind::queue: return std::holds_alternative<QueueEnded>(event);
        case JobKind::refer: return std::holds_alternative<Referred>(event);
        case JobKind::playback:
        case JobKind::room:
        case JobKind::mix:
        case JobKind::stream:
        case JobKind::module:
        case JobKind::move: return std::holds_alternative<JobEnded>(event);
    }
    return false;
}

JobId job_of(const Event& event)
{
    return std::visit(
        [](const auto& told) -> JobId {
            if constexpr (requires { told.job; }) return told.job;
            return 0;
        },
        event);
}

JobId job_ended(const Event& event)
{
    return is_end(event) ? job_of(event) : 0;
}

JobId Contract::begin(LegId leg, JobCommand command, Nanoseconds now)
{
    const JobKind kind = kind_of(command);
    assert(kind != JobKind::playback || std::ranges::none_of(jobs_, [leg](const Job& job) {
               return job.kind == JobKind::playback && job.leg == leg && job.state != State::owed;
           }));
    const JobId id = begin_kept(kind);
    if (give(id, leg, std::move(command), nullptr, now)) return id;
    erase(id);
    return 0;
}

JobId Contract::begin_kept(JobKind kind)
{
    jobs_.push_back({++last_, caller, kind, State::running, never, nullptr, nullptr});
    return last_;
}

bool Contract::give(JobId id, LegId leg, JobCommand command, std::shared_ptr<const void> file,
                    Nanoseconds now)
{
    Job& job = *find(id);
    const milliseconds limit = limit_of(command, limits_);
    job.leg = leg;
    job.due = limit == unlimited ? never : later(now, limit + grace);
    job.command = std::make_unique<const JobCommand>(std::move(command));
    job.file = std::move(file);
    const JobCommand& owned_command = *job.command;
    if (const auto* dial = std::get_if<Dial>(&owned_command)) {
        legs_.clear();
        for (const Target& target : dial->targets) legs_.push_back({target.leg, false, false});
        dial_ = id;
    }
    if (execute::give(channel_, id, leg, owned_command)) return true;
    if (Job* const refused = find(id)) refused->command.reset();
    return false;
}

bool Contract::runs(JobId id) const
{
    return std::ranges::any_of(
        jobs_, [id](const Job& job) { return job.id == id && job.state != State::owed; });
}

void Contract::stop(JobId id, Nanoseconds now)
{
    Job* const job = find(id);
    if (job == nullptr || job->command == nullptr) return;
    hurry(*job, now);
    channel_.stop(id);
}

void Contract::stop_all(Nanoseconds now)
{
    for (Job& job : jobs_) {
        if (job.state != State::running || job.command == nullptr) continue;
        hurry(job, now);
        channel_.stop(job.id);
    }
}

bool Contract::has_jobs() const
{
    return std::ranges::any_of(jobs_, [](const Job& job) { return job.state != State::owed; });
}

Nanoseconds Contract::due() const
{
    Nanoseconds due = never;
    for (const Job& job : jobs_) due = std::min(due, job.due);
    return due;
}

void name_cause(Event& event)
{
    Cause* cause = nullptr;
    if (auto* const ended = std::get_if<LegEnded>(&event)) cause = &ended->cause;
    if (auto* const failed = std::get_if<DialFailed>(&event)) cause = &failed->cause;
    if (auto* const hung_up = std::get_if<HungUp>(&event)) cause = &hung_up->cause;
    if (cause != nullptr && cause->name.empty()) cause->name = cause_of_sip(cause->sip_code);
}

bool Contract::judge(Event& event, Nanoseconds now)
{
    if (const auto* pressed = std::get_if<KeyPressed>(&event)) return judge_key(*pressed);
    if (const auto* answered = std::get_if<LegAnswered>(&event)) {
        return judge_answer(event, answered->leg);
    }
    if (const auto* ended = std::get_if<LegEnded>(&event)) return judge_leg_end(ended->leg, now);
    if (const auto* ringing = std::get_if<LegRinging>(&event)) {
        return is_leg(ringing->leg) && runs(dial_);
    }
    const JobId id = job_of(event);
    if (is_end(event)) return judge_end(event, id);
    const auto kind = kind_told_of(event);
    if (!kind) return true;
    Job* const job = find(id);
    const bool is_valid = job != nullptr && job->kind == *kind;
    if (!is_valid && !is_owed(id)) {
        warn(Breach::stray_event,
             fmt::format("the switch told of a {} (job {}) that does not run", name_of(*kind), id));
    }
    const bool connects = is_valid && std::holds_alternative<QueueBridged>(event);
    if (connects && job->state == State::running) job->due = never;
    return is_valid;
}

bool Contract::judge_end(Event& event, JobId id)
{
    const Job* const job = find(id);
    if (job == nullptr && is_owed(id)) {
        erase(id);
        return false;
    }
    if (job == nullptr) {
        warn(Breach::stray_end,
             fmt::format("the switch ended job {}, which was not running: ignored", id));
        return false;
    }
    const JobKind kind = job->kind;
    erase(id);
    if (auto* const recorded = std::get_if<RecordingEnded>(&event)) {
        const bool ended_by_key = recorded->end == RecordingEnd::key;
        if (ended_by_key && !is_key(recorded->key)) recorded->end = RecordingEnd::stopped;
    } else if (auto* const heard = std::get_if<SpeechHeard>(&event)) {
        if (heard->text.empty() && heard->end == HearingEnd::words)
            heard->end = HearingEnd::silence;
    }
    if (is_end_of(kind, event)) return true;
    const auto* general = std::get_if<JobEnded>(&event);
    if (general == nullptr) {
        warn(Breach::wrong_kind,
             fmt::format("the switch ended a {} (job {}) as another kind ends", name_of(kind), id));
    }
    event = general == nullptr ? end_of(kind, id, JobEnd::finished)
                               : end_of(kind, id, general->end, general->why);
    return true;
}

bool Contract::judge_key(const KeyPressed& pressed)
{
    if (!is_key(pressed.key)) return false;
    return pressed.leg == caller || is_leg(pressed.leg);
}

// A leg that answers while its dial is being stopped ends the dial: the two have crossed. Under
// another job's name it does not answer the dial, but ends that job.
bool Contract::judge_answer(Event& event, LegId id)
{
    const JobId named = job_of(event);
    if (named != 0 && named != dial_) return judge_end(event, named);
    if (!is_leg(id)) return false;
    Leg& leg = *find_leg(id);
    if (leg.has_answered) return false;
    leg.has_answered = true;
    const Job* const dial = find(dial_);
    if (dial != nullptr && dial->state == State::running) {
        std::get<LegAnswered>(event).job = dial_;
        erase(dial_);
        return true;
    }
    channel_.hang_up(id, CauseName());
    const bool is_late = dial == nullptr;
    if (is_late && !is_owed(dial_)) {
        warn(Breach::late_answer,
             fmt::format("leg {} answered when its dial was over: hung up", id));
    }
    event = end_of(JobKind::dial, dial_, JobEnd::stopped);
    erase(dial_);
    return !is_late;
}

// What runs on the leg has to end with it.
bool Contract::judge_leg_end(LegId id, Nanoseconds now)
{
    if (!is_leg(id)) return false;
    find_leg(id)->is_over = true;
    for (Job& job : jobs_) {
        if (job.leg == id) hurry(job, now);
    }
    const bool is_last = std::ranges::all_of(legs_, &Leg::is_over);
    if (Job* const dial = find(dial_); dial != nullptr && is_last) hurry(*dial, now);
    return true;
}

bool Contract::is_key(char key)
{
    if (keypad.find(key) != keypad.npos) return true;
    warn(Breach::bad_key, "the switch told of a key that is not 0-9, A-D, * or #: ignored");
    return false;
}

// Legs of an earlier dial may still end; nobody asks for them.
bool Contract::is_leg(LegId id)
{
    const Leg* const leg = find_leg(id);
    if (leg != nullptr) return !leg->is_over;
    const bool is_earlier = id != caller && !legs_.empty() && id < legs_.front().id;
    if (!is_earlier) {
        warn(Breach::stray_event, fmt::format("the switch told of leg {}, which is not dialled: "
                                              "ignored",
                                              id));
    }
    return false;
}

std::optional<Event> Contract::give_up(Nanoseconds now)
{
    const auto found =
        std::ranges::find_if(jobs_, [now](const Job& job) { return job.due <= now; });
    if (found == jobs_.end()) return std::nullopt;
    Job& job = *found;
    if (overdue_ != nullptr) overdue_->add();
    if (job.state == State::stopping) {
        warn(Breach::stop_ignored,
             fmt::format("the switch has not ended a {} (job {}) within {} s of its stop or of the "
                         "end of its leg: going on without it",
                         name_of(job.kind), job.id, seconds_of(limits_.stop)));
        return owe(job, JobEnd::stopped);
    }
    warn(Breach::no_end, fmt::format("the switch has not ended a {} (job {}) within {} s of its "
                                     "limit: going on as if it had failed",
                                     name_of(job.kind), job.id, seconds_of(grace)));
    channel_.stop(job.id);
    Event end = owe(job, JobEnd::failed);
    if (auto* const dial = std::get_if<DialFailed>(&end)) dial->cause.name = "NO_ANSWER";
    return end;
}

std::optional<Event> Contract::end_next(bool has_hung_up, JobId except)
{
    const auto found = std::ranges::find_if(
        jobs_, [except](const Job& job) { return job.state != State::owed && job.id != except; });
    if (found == jobs_.end()) return std::nullopt;
    Event end = owe(*found, JobEnd::stopped);
    if (!has_hung_up) return end;
    if (auto* recording = std::get_if<RecordingEnded>(&end)) {
        recording->end = RecordingEnd::hung_up;
    } else if (auto* queue = std::get_if<QueueEnded>(&end)) {
        queue->end = QueueEnd::hung_up;
    }
    return end;
}

// Nobody waits for the job any more.
Event Contract::owe(Job& job, JobEnd how)
{
    job.state = State::owed;
    job.due = never;
    return end_of(job.kind, job.id, how);
}

Contract::Job* Contract::find(JobId id)
{
    const auto found = std::ranges::find(jobs_, id, &Job::id);
    return found == jobs_.end() || found->state == State::owed ? nullptr : &*found;
}

bool Contract::is_owed(JobId id) const
{
    const auto found = std::ranges::find(jobs_, id, &Job::id);
    return found != jobs_.end() && found->state == State::owed;
}

Contract::Leg* Contract::find_leg(LegId leg)
{
    const auto found = std::ranges::find(legs_, leg, &Leg::id);
    return found == legs_.end() ? nullptr : &*found;
}

// A call that waits with no job keeps no memory for them.
void Contract::erase(JobId job)
{
    const auto erased = std::erase_if(jobs_, [job](const Job& other) { return other.id == job; });
    if (erased != 0) channel_.released(job);
    if (jobs_.empty()) std::vector<Job>().swap(jobs_);
}

void Contract::hurry(Job& job, Nanoseconds now) const
{
    if (job.state != State::running) return;
    job.state = State::stopping;
    job.due = later(now, limits_.stop);
}

void Contract::warn(Breach breach, std::string_view what)
{
    const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(breach));
    const bool was_told = (breaches_ & bit) != 0;
    breaches_ = static_cast<std::uint8_t>(breaches_ | bit);
    if (was_told) return;
    witness_.note_breach(what);
}

}  // namespace pivot::execute
