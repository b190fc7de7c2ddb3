#include "execute/live_call.hpp"

#include "base/text.hpp"
#include "execute/membership.hpp"
#include "execute/permits.hpp"
#include "execute/preparations.hpp"
#include "execute/recordings.hpp"
#include "execute/verbs/streams.hpp"
#include "http/url.hpp"

#include <pivot/session.hpp>

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

namespace pivot::execute {

namespace {

// More is not typed ahead.
constexpr std::size_t keys_max = 128;

// Nobody comes back to more rooms than these.
constexpr std::size_t rooms_max = 16;

bool is_absolute(std::string_view url)
{
    return http::Url::parse(url).has_value();
}

}  // namespace

void ExecutorConfig::set(const EngineConfig::Session& settings)
{
    answer_timeout = settings.answer_timeout;
    hang_up_timeout = settings.hang_up_timeout;
    limits.stop = settings.stop_timeout;
    limits.play = settings.play_limit;
    limits.transfer = settings.transfer_limit;
    apology = settings.apology;
}

LiveCall::LiveCall(Channel& channel, EventQueue& events, session::Session& session,
                   const ExecutorConfig& config, Deadline& host)
    : contract_(channel, *this, config.limits, config.jobs_overdue),
      events_(events),
      session_(session),
      config_(config),
      host_(host)
{
}

LiveCall::~LiveCall() = default;

Stage::Stage(LiveCall& call, LegId leg, Keys keys, JobId job, const Until& until)
    : call_(call), outer_(call.stage_), until_(until), leg_(leg), job_(job)
{
    if (keys == Keys::own) {
        if (std::string* const before = call_.keys_of(leg)) before->clear();
        keys_ = std::make_unique<std::string>();
    }
    call_.stage_ = this;
}

Stage::~Stage()
{
    assert(call_.stage_ == this);
    call_.stage_ = outer_;
}

bool Stage::is_over() const
{
    return is_over_ || call_.now() >= until_.time;
}

bool Stage::ends_with(const Event& event) const
{
    const auto* key = std::get_if<KeyPressed>(&event);
    if (key != nullptr) return key->leg == leg_ && until_.keys.find(key->key) != until_.keys.npos;
    const auto* gone = std::get_if<LegEnded>(&event);
    if (gone != nullptr) return leg_ != caller && gone->leg == leg_;
    const auto* happened = std::get_if<ConferenceHappened>(&event);
    const bool has_begun = happened != nullptr && happened->kind == ConferenceEventKind::start;
    const bool is_connected = has_begun || std::holds_alternative<QueueBridged>(event);
    if (until_.at_connection && is_connected) return true;
    return job_ != 0 && job_ended(event) == job_;
}

void Stage::note(const Event& event)
{
    if (!ends_with(event)) return;
    is_over_ = true;
    const auto* key = std::get_if<KeyPressed>(&event);
    if (key != nullptr && key_ == 0) key_ = key->key;
    const bool is_end = job_ != 0 && job_ended(event) == job_;
    if (is_end) end_ = std::make_unique<const Event>(event);
}

Watcher::Watcher(LiveCall& call) : call_(call), outer_(call.watcher_)
{
    call_.watcher_ = this;
}

Watcher::~Watcher()
{
    assert(call_.watcher_ == this);
    call_.watcher_ = outer_;
}

bool LiveCall::must_stop()
{
    if (is_over() || redirect_) return true;
    for (const Stage* stage = stage_; stage != nullptr; stage = stage->outer_) {
        if (stage->is_over()) return true;
    }
    return false;
}

bool LiveCall::must_stop_after(const Event& event) const
{
    const auto* redirected = std::get_if<Redirected>(&event);
    if (redirected != nullptr) return is_absolute(redirected->url);
    const JobId job = job_of(event);
    if (job != 0 && !contract_.runs(job)) return false;
    const Stage* stage = stage_;
    while (stage != nullptr && !stage->is_over() && !stage->ends_with(event)) stage = stage->outer_;
    return stage != nullptr;
}

bool LiveCall::can_leave() const
{
    const Stage* stage = stage_;
    while (stage != nullptr && !stage->lets_leave_) stage = stage->outer_;
    return stage != nullptr;
}

JobId LiveCall::begin(LegId leg, JobCommand command)
{
    leave_out_the_impossible(command);
    const bool is_prepared =
        config_.media != nullptr && Preparations::are_for(command, *config_.media);
    if (is_prepared) return prepare(leg, std::move(command));
    const auto* const recording = std::get_if<Recording>(&command);
    const bool is_ours = recording != nullptr && config_.archive != nullptr;
    if (is_ours && config_.archive->keeps()) return record(leg, *recording);
    if (!may_keep(command)) return contract_.begin(leg, std::move(command), now());
    JobCommand given = command;
    const JobId job = contract_.begin(leg, std::move(given), now());
    return job == 0 ? keep(contract_.begin_kept(kind_of(command)), command) : job;
}

JobId LiveCall::prepare(LegId leg, JobCommand command)
{
    if (!preparations_) preparations_ = std::make_unique<Preparations>(*this, *config_.media);
    const JobId job = contract_.begin_kept(kind_of(command));
    preparations_->begin(job, leg, std::move(command));
    return job;
}

JobId LiveCall::record(LegId leg, const Recording& recording)
{
    if (!recordings_) recordings_ = std::make_unique<Recordings>(*this, *config_.archive);
    Recording command = recordings_->command_for(recording);
    const LocalPath file = command.file;
    const JobId job = contract_.begin(leg, std::move(command), now());
    if (job != 0) recordings_->add(job, recording, file);
    return job;
}

void LiveCall::give(JobId job, LegId leg, JobCommand prepared, const JobCommand& asked,
                    std::shared_ptr<const void> file)
{
    if (!contract_.runs(job)) return;
    LocalPath speech;
    if (const auto* said = std::get_if<Speech>(&prepared)) speech = said->file;
    bool is_taken = contract_.give(job, leg, std::move(prepared), file, now());
    if (!is_taken && !speech.empty()) {
        is_taken = contract_.give(job, leg, Media(speech), std::move(file), now());
    }
    if (is_taken) return;
    if (may_keep(asked)) {
        keep(job, asked);
    } else {
        events_.push(JobEnded{job, JobEnd::failed, "", std::string(no_such_command)});
    }
}

bool LiveCall::can(Ability ability)
{
    if (has(channel().abilities(), ability)) return true;
    const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(ability));
    const bool was_told = (lacks_ & bit) != 0;
    lacks_ = static_cast<std::uint8_t>(lacks_ | bit);
    if (!was_told) warn_of_switch(without(ability));
    return false;
}

Cause LiveCall::permit(Dial& dial)
{
    if (!limits_dials(session().profile())) return {};
    if (!permits_) permits_ = std::make_unique<Permits>();
    return permits_->permit(*this, dial);
}

void LiveCall::refuse_leg(LegId leg, const Cause& cause)
{
    Event ended = LegEnded{leg, cause};
    note(ended);
}

void LiveCall::leave_out_the_impossible(JobCommand& command)
{
    if (auto* const speech = std::get_if<Speech>(&command)) {
        const bool is_rendered = config_.media != nullptr && config_.media->renders_ssml();
        const bool is_kept = speech->ssml.empty() || is_rendered || can(Ability::ssml);
        if (!is_kept) speech->ssml = OpaqueText();
    } else if (auto* const recording = std::get_if<Recording>(&command)) {
        if (recording->is_dual) recording->is_dual = can(Ability::dual_recording);
    } else if (auto* const dial = std::get_if<Dial>(&command)) {
        for (Target& target : dial->targets) {
            const bool has_credentials = !target.username.empty() || !target.password.empty();
            if (!has_credentials || can(Ability::sip_credentials)) continue;
            target.username = OpaqueText();
            target.password = OpaqueText();
        }
    }
}

Task<> LiveCall::catch_up(Deadline&)
{
    bool has_happened = true;
    while (has_happened) has_happened = co_await next(now());
}

Task<> LiveCall::finish(const Stage& stage, Deadline& deadline)
{
    assert(stage.job() != 0);
    const bool is_kept = keeps(stage.job());
    if (is_kept) co_await membership_->attend(deadline);
    while (!must_stop()) co_await next(never);
    co_await catch_up(deadline);
    if (stage.end() == nullptr) co_await stop(stage.job(), deadline);
    assert(stage.end() != nullptr);
}

Task<> LiveCall::stay_taken(const Stage& queue, Deadline& deadline)
{
    const bool is_kept = keeps(queue.job());
    if (is_kept) co_return co_await membership_->stay_taken(deadline);
    while (!must_stop()) co_await next(never);
}

Task<Finished> LiveCall::finish(JobId job, Until until, Deadline& deadline)
{
    const Stage stage(*this, leg(), Stage::Keys::inherits, job, until);
    co_await finish(stage, deadline);
    Finished finished;
    finished.end = *stage.end();
    finished.key = stage.key();
    co_return finished;
}

Task<> LiveCall::stop(JobId job, Deadline& deadline)
{
    ask_to_stop(job);
    while (contract_.runs(job)) co_await next_end(deadline);
}

// Where nothing more is told, all jobs end here. The home of a room tells even of a caller who has
// hung up meanwhile.
Task<> LiveCall::next_end(Deadline&)
{
    const bool has_happened = co_await next(never);
    if (has_happened || !events_.is_silent()) co_return;
    if (is_in_room()) {
        co_await membership_->be_out(host());
        note_late();
    }
    end_jobs();
}

Task<> LiveCall::stop_all(Deadline& deadline)
{
    if (is_in_room()) co_await stop(membership_->job(), deadline);
    if (preparations_) preparations_->stop_all();
    contract_.stop_all(now());
    while (contract_.has_jobs()) co_await next_end(deadline);
}

void LiveCall::give_back(const SessionEnd& so_far)
{
    was_given_back_ = true;
    events_.rest();
    channel().given_back(so_far);
}

bool LiveCall::rests() const
{
    return was_given_back_ || (has_moved_ && !has_hung_up_ && session_.owes_cdr());
}

Task<> LiveCall::rest(Deadline&)
{
    while (!has_hung_up_) {
        auto event = co_await events_.next_at_rest();
        if (!event) break;
        take(std::move(event));
    }
}

Task<> LiveCall::answer(Deadline&)
{
    if (is_answered() || answer_is_overdue_ || !can(Ability::answers)) co_return;
    channel().answer();
    const Nanoseconds until = in(config_.answer_timeout);
    while (!was_told_answered_ && !must_stop() && now() < until) co_await next(until);
    if (was_told_answered_ || now() < until) co_return;
    answer_is_overdue_ = true;
    note_silence("answered", config_.answer_timeout);
}

Task<> LiveCall::pause(milliseconds time, Deadline&)
{
    const Nanoseconds until = in(time);
    while (!must_stop() && now() < until) co_await next(until);
}

Task<> LiveCall::reject(int sip_code, const ReasonPhrase& phrase, Deadline&)
{
    was_hung_up_ = true;
    if (!cause_) cause_ = std::make_unique<Cause>();
    cause_->sip_code = sip_code;
    channel().reject(sip_code, phrase);
    const Nanoseconds until = in(config_.hang_up_timeout);
    bool has_happened = true;
    while (has_happened && is_here()) has_happened = co_await next(until);
    if (is_here() && now() >= until) note_silence("rejected", config_.hang_up_timeout);
}

Task<> LiveCall::hang_up(const CauseName& cause, Deadline&)
{
    was_hung_up_ = true;
    if (is_here()) {
        if (!cause_) cause_ = std::make_unique<Cause>();
        if (cause_->name.empty()) cause_->name = cause.empty() ? "NORMAL_CLEARING" : cause.text();
        channel().hang_up(caller, cause);
    }
    const Nanoseconds until = in(config_.hang_up_timeout);
    bool has_happened = true;
    while (has_happened) has_happened = co_await next(until);
    if (is_here() && now() >= until) note_silence("hung up", config_.hang_up_timeout);
}

Nanoseconds LiveCall::end_of_stages()
{
    Nanoseconds end = never;
    for (const Stage* stage = stage_; stage != nullptr; stage = stage->outer_) {
        end = std::min(end, stage->until_.time);
    }
    if (end == never) return never;
    return deadline().reactor().now() + (end - now());
}

// Wakes whoever waits when a job is to be given up, or a stage's time has come.
Nanoseconds LiveCall::wake_at(Nanoseconds until)
{
    until = std::min(until, contract_.due());
    for (const Stage* stage = stage_; stage != nullptr; stage = stage->outer_) {
        if (stage->until_.time > now()) until = std::min(until, stage->until_.time);
    }
    return until;
}

// Judges and notes. False: there is no event.
bool LiveCall::take(std::optional<Event> event)
{
    if (event) name_cause(*event);
    if (!event) {
        event = contract_.give_up(now());
        if (!event) return false;
    } else if (std::holds_alternative<HungUp>(*event) || std::holds_alternative<Moved>(*event)) {
        has_hung_up_ = std::holds_alternative<HungUp>(*event);
        leave_room();
        end_jobs();
    } else if (!contract_.judge(*event, now())) {
        return true;
    }
    note(*event);
    return true;
}

// The home of a room may still have to say how the caller's stay in it has ended.
void LiveCall::end_jobs()
{
    const bool awaits_home = membership_ && !membership_->is_out() && !host().has_expired();
    const JobId except = awaits_home ? membership_->job() : 0;
    while (auto end = contract_.end_next(has_hung_up_, except)) note(*end);
}

bool LiveCall::may_keep(const JobCommand& command) const
{
    return config_.rooms != nullptr && Membership::is_for(command);
}

JobId LiveCall::keep(JobId job, const JobCommand& command)
{
    membership_.reset();
    membership_ = std::make_unique<Membership>(*this, *config_.rooms, job, command);
    return job;
}

// Whether the home of a room has yet to tell how the caller's stay in it has ended.
bool LiveCall::is_in_room() const
{
    return membership_ != nullptr && contract_.runs(membership_->job());
}

bool LiveCall::keeps(JobId job) const
{
    return membership_ != nullptr && membership_->job() == job;
}

void LiveCall::ask_to_stop(JobId job)
{
    if (keeps(job)) membership_->leave();
    if (preparations_) preparations_->stop(job);
    contract_.stop(job, now());
}

void LiveCall::leave_room()
{
    if (!membership_) return;
    membership_->leave();
    note_late();
}

void LiveCall::note_late()
{
    for (Event& event : membership_->take_late()) {
        if (contract_.judge(event, now())) note(event);
    }
}

void LiveCall::note(Event& event)
{
    if (recordings_) recordings_->note(event);
    for (Stage* stage = stage_; stage != nullptr; stage = stage->outer_) stage->note(event);
    for (Watcher* watcher = watcher_; watcher != nullptr; watcher = watcher->outer_) {
        watcher->note(event);
    }
    if (streams_) streams_->note(event);
    if (membership_) membership_->note(event);
    if (preparations_) preparations_->note(event);
    if (permits_) permits_->note(event);
    if (const auto* pressed = std::get_if<KeyPressed>(&event)) {
        std::string* const keys = keys_of(pressed->leg);
        if (keys != nullptr && keys->size() < keys_max) *keys += pressed->key;
    } else if (std::holds_alternative<Answered>(event)) {
        was_told_answered_ = true;
        session_.set_call_status("in-progress");
    } else if (const auto* hung_up = std::get_if<HungUp>(&event)) {
        cause_ = std::make_unique<Cause>(hung_up->cause);
        if (hung_up->cdr) session_.set_cdr(*hung_up->cdr);
        has_hung_up_ = true;
        session_.set_call_status(is_answered() ? "completed" : "canceled");
    } else if (std::holds_alternative<Moved>(event)) {
        has_moved_ = true;
    } else if (const auto* missed = std::get_if<EventsMissed>(&event)) {
        session_.warn(missed->why);
    } else if (const auto* redirected = std::get_if<Redirected>(&event)) {
        if (is_absolute(redirected->url)) {
            redirect_ = std::make_unique<const Redirected>(*redirected);
        } else {
            warn("redirect", fmt::format("\"{}\" is not an absolute URL: the call goes on",
                                         printable(redirected->url)));
        }
    }
}

// Returns null where nobody reads the keys of this leg.
std::string* LiveCall::keys_of(LegId leg)
{
    for (Stage* stage = stage_; stage != nullptr; stage = stage->outer_) {
        if (stage->leg_ == leg && stage->keys_ != nullptr) return stage->keys_.get();
    }
    return leg == caller ? &keys_ : nullptr;
}

unsigned& LiveCall::told_of_room(std::string_view room)
{
    using Room = std::pair<std::string, unsigned>;
    if (!told_of_rooms_) told_of_rooms_ = std::make_unique<std::vector<Room>>();
    std::vector<Room>& rooms = *told_of_rooms_;
    const auto known = std::ranges::find(rooms, room, &Room::first);
    if (known != rooms.end()) return known->second;
    if (rooms.size() == rooms_max) rooms.erase(rooms.begin());
    return rooms.emplace_back(room, 0).second;
}

const Cause& LiveCall::cause() const
{
    static const Cause none;
    return cause_ ? *cause_ : none;
}

verbs::Streams& LiveCall::streams()
{
    if (!streams_) streams_ = std::make_unique<verbs::Streams>(*this);
    return *streams_;
}

void LiveCall::end_streams()
{
    if (streams_) streams_->end();
}

void LiveCall::warn(std::string_view where, std::string_view what)
{
    channel().warned(where, what);
}

void LiveCall::note_breach(std::string_view what)
{
    warn_of_switch(what);
}

// The mistake is the operator's, who has to know.
void LiveCall::warn_of_switch(std::string_view what)
{
    warn("switch", what);
    session_.log(LogLevel::warning, what);
}

void LiveCall::note_silence(std::string_view what, milliseconds limit)
{
    note_breach(fmt::format("the switch has not {} the call within {} s: going on without it", what,
                            std::chrono::duration<double>(limit).count()));
}

void LiveCall::take_branch(std::string_view branch, std::string_view why)
{
    session_.note_branch(branch);
    channel().branched(branch, why);
}

void LiveCall::miss_branch(std::string_view branch, const std::vector<std::string_view>& children)
{
    if (config_.journal != nullptr) config_.journal->miss_branch(branch, children);
}

}  // namespace pivot::execute
