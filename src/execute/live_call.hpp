// One call while its documents and flows are performed: the channel, the session, and what has
// happened that somebody may still ask for.
//
// Everything that waits for the channel waits with next(), which also notes what others need later:
// keys, the answer, the hang-up. What waits for a job waits with finish(), and always gets its end.
//
//   begin ─► finish ─┬─ the job's end
//                    ├─ a time, a key, the end of an outer stage ─► stop ─► its end
//                    └─ the call's end ───────────────────────────────────► its end
//
// Keys belong to a leg and a stage: those of a leg go to its innermost stage that has keys of its
// own, and are gone with it. A key that nobody has taken yet is type-ahead.
#pragma once

#include "execute/abilities.hpp"
#include "execute/contract.hpp"
#include "execute/event_queue.hpp"
#include "execute/journal.hpp"
#include "session/call_session.hpp"

#include <pivot/session.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::rooms {
class Lobby;
}

namespace pivot::media {
class Archive;
class Supply;
}  // namespace pivot::media

namespace pivot::execute::verbs {
class Streams;
}

namespace pivot::execute {

using reactor::Deadline;
using reactor::Task;

class LiveCall;
class Membership;
class Permits;
class Preparations;
class Recordings;

// What ends a wait for a job before its own end.
struct Until {
    Nanoseconds time = never;    // by the call's clock
    std::string_view keys;       // one of these, pressed on the leg
    bool at_connection = false;  // a conference begins, or a queue connects the caller
};

// Something that goes on while other things are performed within it: a queue while its wait
// document plays, a Gather while its prompts do. When it is over, so is whatever is performed
// within. The last to begin ends first.
class Stage {
public:
    // `own`: keys begin and end with the stage, and what was typed ahead before is forgotten.
    enum class Keys : bool { inherits, own };

    // Without a job it ends with `until` alone.
    Stage(LiveCall& call, LegId leg, Keys keys, JobId job, const Until& until);
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;
    ~Stage();

    // Whom the document is performed for.
    LegId leg() const { return leg_; }
    JobId job() const { return job_; }

    bool is_over() const;

    // The event with which the job ended; null: it has not.
    const Event* end() const { return end_.get(); }
    // The key that ended the stage; 0: none did.
    char key() const { return key_; }

    // As if it were over.
    void end_now() { is_over_ = true; }

    // A Leave in what is performed within is this stage's to obey.
    void let_leave() { lets_leave_ = true; }

private:
    friend class LiveCall;
    bool ends_with(const Event& event) const;
    void note(const Event& event);

    LiveCall& call_;
    Stage* const outer_;
    const Until until_;
    std::unique_ptr<std::string> keys_;  // null: those of an outer stage
    std::unique_ptr<const Event> end_;
    const LegId leg_;
    const JobId job_;
    char key_ = 0;
    bool is_over_ = false;
    bool lets_leave_ = false;
};

// Why a job has failed that the channel has not taken.
inline constexpr std::string_view no_such_command = "it has no such command";

// How a wait for a job ended.
struct Finished {
    Event end;     // the job's
    char key = 0;  // that stopped it; 0: none did
};

// Sees all that happens on the call, whoever waits meanwhile. The last to begin ends first.
class Watcher {
public:
    explicit Watcher(LiveCall& call);
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

protected:
    ~Watcher();

private:
    friend class LiveCall;
    virtual void note(const Event& event) = 0;

    LiveCall& call_;
    Watcher* const outer_;
};

struct ExecutorConfig {
    void set(const EngineConfig::Session& settings);

    // A switch that does not say what became of it is not waited for any longer.
    milliseconds answer_timeout{5'000};
    milliseconds hang_up_timeout{5'000};
    JobLimits limits;
    std::string apology;  // before the hang-up where nobody performs a module; empty: a prompt
    unsigned branches_max = 50;            // of a call's flows into each other
    const Directory* directory = nullptr;  // null: no device, user, menu or flow is known
    Journal* journal = nullptr;            // null: nobody wants to know
    rooms::Lobby* rooms = nullptr;         // null: there are the switch's alone
    media::Supply* media = nullptr;        // null: the switch has to take all media as it is
    media::Archive* archive = nullptr;     // null: it keeps its recordings
    Counter* jobs_overdue = nullptr;       // null: nobody counts them
};

class LiveCall final : private Contract::Witness {
public:
    // `host` ends the call when it expires, and is what may last longer than the caller.
    LiveCall(Channel& channel, EventQueue& events, session::Session& session,
             const ExecutorConfig& config, Deadline& host);
    LiveCall(const LiveCall&) = delete;
    LiveCall& operator=(const LiveCall&) = delete;
    ~LiveCall();

    Channel& channel() { return contract_.channel(); }
    EventQueue& events() { return events_; }
    session::Session& session() { return session_; }
    const ExecutorConfig& config() const { return config_; }

    // Expired: the caller is gone or elsewhere, or the host has given the call up.
    Deadline& deadline() { return events().deadline(); }
    bool is_over() { return deadline().has_expired(); }

    // Whether it was the host: the caller may still be there.
    bool is_cancelled() const { return events_.is_cancelled() || host_.has_expired(); }

    // What the caller's hang-up must not cancel.
    Deadline& host() { return host_; }

    // Whether what is performed now should end: the call is over or redirected, or a stage is over.
    bool must_stop();

    // The same of what has happened and nobody has awaited yet.
    bool must_stop_after(const Event& event) const;

    // When the time of the first stage to end has come, on the reactor's clock.
    Nanoseconds end_of_stages();

    // Whether a Leave has something to leave.
    bool can_leave() const;

    // The leg of the innermost stage, which hears what is performed.
    LegId leg() const { return stage_ == nullptr ? caller : stage_->leg(); }

    const CallTimes& times() const { return events_.times(); }
    bool is_answered() const { return times().answered_at.has_value(); }

    Nanoseconds now() { return events().clock().now(); }
    std::int64_t unix_now_ms() { return events().clock().unix_now_ms(); }
    Nanoseconds in(milliseconds time) { return now() + std::chrono::nanoseconds(time).count(); }

    LegId next_leg() { return ++legs_; }

    // Begins a job by its command, which belongs to it, less what the switch lacks. Returns 0 where
    // the channel cannot do such a job: it has never begun, and there is nothing to wait for.
    // Rooms and queues that the channel does not have are the engine's, if the config names some.
    JobId begin(LegId leg, JobCommand command);

    // Removes the targets that the account may not call from a dial. Returns the cause of the last
    // one; without a name if all may be called.
    Cause permit(Dial& dial);

    // Reports the end of a leg that is not called.
    void refuse_leg(LegId leg, const Cause& cause);

    // Gives the channel a job that was prepared, unless it is over, and what it names on the disk.
    // `asked` is the command as it was begun.
    void give(JobId job, LegId leg, JobCommand prepared, const JobCommand& asked,
              std::shared_ptr<const void> file);

    // Whether the switch has an ability. The first question about one that it lacks warns.
    bool can(Ability ability);

    // Awaits the next event, and notes it. False: it is `until` by the call's clock, or a stage's
    // time, or the call is over and there is no event left.
    class Next;
    Next next(Nanoseconds until);

    // Has noted what has happened and nobody has awaited.
    Task<> catch_up(Deadline&);

    // Waits until a job has ended, of which `until` or the end of a stage is the latest moment:
    // then it is stopped. The stage's end() is there afterwards.
    Task<> finish(const Stage& stage, Deadline& deadline);
    Task<Finished> finish(JobId job, Until until, Deadline& deadline);

    // Waits in the queue of a stage from the moment in which somebody takes the caller out of it,
    // until the call must stop, or that one is gone and the caller waits again.
    Task<> stay_taken(const Stage& queue, Deadline& deadline);

    // Whether the engine keeps this job in place of the channel.
    bool keeps(JobId job) const;

    // Ends a job that may run, and waits for its end.
    Task<> stop(JobId job, Deadline& deadline);

    // The same without waiting.
    void ask_to_stop(JobId job);

    // Answers the call unless it is answered. Waits for it, but not for ever.
    Task<> answer(Deadline&);

    // Waits, unless something ends what is being performed. Keys are kept.
    Task<> pause(milliseconds time, Deadline&);

    // Refuses a call that is not answered, and waits for its end, but not for ever.
    Task<> reject(int sip_code, const ReasonPhrase& phrase, Deadline&);

    // Hangs up the caller, unless they are gone or elsewhere, and waits for that, but not for ever.
    Task<> hang_up(const CauseName& cause, Deadline&);
    // Whether something has refused the call or hung it up.
    bool was_hung_up() const { return was_hung_up_; }

    // Stops whatever runs on the channel, and waits for its ends.
    Task<> stop_all(Deadline&);

    // Lets the host have the call again.
    void give_back(const SessionEnd& so_far);

    // Whether the call still owes its CDR, or a host that has it back its end. Then it rests until
    // the caller hangs up, or the host gives the call up: only that is heard any more.
    bool rests() const;
    bool owes_cdr() const { return session_.owes_cdr(); }
    Task<> rest(Deadline&);

    // Keys that were pressed on leg() and nobody has taken.
    std::string& keys() { return *keys_of(leg()); }

    // Whither the host sends the call; null: nowhere. What is performed ends until it is taken.
    std::unique_ptr<const Redirected> take_redirect() { return std::move(redirect_); }

    // Why the caller is gone, as the switch has told or, if it has not, as it was asked.
    const Cause& cause() const;
    bool has_moved() const { return has_moved_; }

    // Whether the channel still has the caller, as far as it has told.
    bool is_here() const { return !has_moved_ && !has_hung_up_; }

    // How many events of a room the call has told of.
    unsigned& told_of_room(std::string_view room);

    // Its media streams, those too that run beside the document.
    verbs::Streams& streams();
    // The call is over: those that still run have ended.
    void end_streams();

    void warn(std::string_view where, std::string_view what);
    void take_branch(std::string_view branch, std::string_view why);
    void miss_branch(std::string_view branch, const std::vector<std::string_view>& children);

private:
    friend class Stage;
    friend class Watcher;

    void note_breach(std::string_view what) override;
    void warn_of_switch(std::string_view what);
    void note_silence(std::string_view what, milliseconds limit);
    bool take(std::optional<Event> event);
    void note(Event& event);
    void end_jobs();
    bool may_keep(const JobCommand& command) const;
    JobId keep(JobId job, const JobCommand& command);
    JobId prepare(LegId leg, JobCommand command);
    JobId record(LegId leg, const Recording& recording);
    bool is_in_room() const;
    Task<> next_end(Deadline& deadline);
    void leave_room();
    void note_late();
    Nanoseconds wake_at(Nanoseconds until);
    std::string* keys_of(LegId leg);
    void leave_out_the_impossible(JobCommand& command);

    Contract contract_;
    EventQueue& events_;
    session::Session& session_;
    const ExecutorConfig& config_;
    Deadline& host_;
    Stage* stage_ = nullptr;
    Watcher* watcher_ = nullptr;
    std::string keys_;
    std::unique_ptr<std::vector<std::pair<std::string, unsigned>>> told_of_rooms_;  // null: none
    std::unique_ptr<verbs::Streams> streams_;     // null: there was none yet
    std::unique_ptr<const Redirected> redirect_;  // null if there is none
    std::unique_ptr<Membership> membership_;      // the last one; null: there was none yet
    std::unique_ptr<Preparations> preparations_;  // null: there was none yet
    std::unique_ptr<Recordings> recordings_;      // likewise
    std::unique_ptr<Permits> permits_;            // likewise
    std::unique_ptr<Cause> cause_;                // null if there is none yet
    LegId legs_ = caller;
    std::uint8_t lacks_ = 0;  // a bit for each ability that has been warned of
    bool was_told_answered_ = false;
    bool answer_is_overdue_ = false;  // nobody waits for it a second time
    bool was_hung_up_ = false;
    bool was_given_back_ = false;
    bool has_moved_ = false;
    bool has_hung_up_ = false;
};

class LiveCall::Next {
public:
    Next(LiveCall& call, Nanoseconds until)
        : call_(call), wait_(call.events().next(call.wake_at(until)))
    {
    }

    bool await_ready() const { return wait_.await_ready(); }
    void await_suspend(std::coroutine_handle<> waiting) { wait_.await_suspend(waiting); }
    bool await_resume() { return call_.take(wait_.await_resume()); }

private:
    LiveCall& call_;
    EventQueue::Wait wait_;
};

inline LiveCall::Next LiveCall::next(Nanoseconds until)
{
    return Next(*this, until);
}

}  // namespace pivot::execute
