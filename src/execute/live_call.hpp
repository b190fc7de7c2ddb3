// One call while its documents and flows are performed: the channel, the session, and what has
// happened that somebody may still ask for.
//
// All that waits for the channel waits with next(): what concerns more than the one who waits is
// noted on the way. Keys are kept until somebody takes them, which is type-ahead.
#pragma once

#include "execute/channel.hpp"
#include "execute/journal.hpp"
#include "pivot/session.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::execute {

using reactor::Deadline;
using reactor::Task;

class Directory;
class LiveCall;

// Something that runs while a document is performed within it: a queue while its wait document
// plays, a Gather while its prompts do. When that is over, so is whatever is performed within.
class Stage {
public:
    struct Ends {
        JobId job = 0;               // with this one
        bool at_a_key = false;       // or when a key is pressed on the leg
        bool at_connection = false;  // or when a conference begins or a queue connects the caller
        bool at_leave = false;       // or with a Leave, which is the document's to perform
    };

    Stage(LiveCall& call, LegId leg, const Ends& ends);
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;
    ~Stage();

    // Whom the document is performed for.
    LegId leg() const { return leg_; }

    bool is_over() const { return is_over_; }

    // The event with which the job ended; null: it has not.
    const Event* end() const { return end_.get(); }

private:
    friend class LiveCall;
    bool ends_with(const Event& event) const;
    void note(const Event& event);

    LiveCall& call_;
    Stage* const outer_;
    const LegId leg_;
    const Ends ends_;
    std::unique_ptr<const Event> end_;
    bool is_over_ = false;
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
    milliseconds answer_timeout{5'000};
    unsigned branches_max = 50;            // of a call's flows into each other
    const Directory* directory = nullptr;  // null: no device, user, menu or flow is known
    Journal* journal = nullptr;            // null: nobody wants to know
};

class LiveCall {
public:
    // `host` ends the call when it expires, and is what may last longer than the caller.
    LiveCall(Channel& channel, Session& session, const ExecutorConfig& config, Deadline& host)
        : channel_(channel), session_(session), config_(config), host_(host)
    {
    }
    LiveCall(const LiveCall&) = delete;
    LiveCall& operator=(const LiveCall&) = delete;

    Channel& channel() { return channel_; }
    Session& session() { return session_; }
    const ExecutorConfig& config() const { return config_; }

    // Expired: the caller is gone, or the host has given the call up.
    Deadline& deadline() { return channel_.events().deadline(); }
    bool is_over() { return deadline().has_expired(); }

    // What the caller's hang-up must not cancel.
    Deadline& host() { return host_; }

    // Whether what is performed now should end: the call is over, or a stage is.
    bool must_stop();

    // The same of what has happened and nobody has awaited yet.
    bool must_stop_after(const Event& event) const;

    // Whether a Leave has something to leave.
    bool can_leave() const;

    // Of the innermost stage: who hears what is performed.
    LegId leg() const { return stage_ == nullptr ? caller : stage_->leg(); }

    Nanoseconds now() { return channel_.events().clock().now(); }
    std::int64_t unix_now_ms() { return channel_.events().clock().unix_now_ms(); }
    Nanoseconds in(milliseconds time) { return now() + std::chrono::nanoseconds(time).count(); }

    JobId next_job() { return ++jobs_; }
    LegId next_leg() { return ++legs_; }

    // Awaits the next event, as EventQueue::next() has it.
    class Next;
    Next next(Nanoseconds until);

    // Has noted what has happened and nobody has awaited.
    Task<> catch_up(Deadline&);

    // Answers the call unless it is answered. Waits for it, but not for ever.
    Task<> answer(Deadline&);

    // Waits, unless something ends what is being performed. Keys are kept.
    Task<> pause(milliseconds time, Deadline&);

    // Hangs up the caller, unless he is gone or elsewhere, and waits for that, but not for ever.
    Task<> hang_up(std::string_view cause, Deadline&);

    // Ends a job that runs, and waits for its event.
    Task<> stop(JobId job, Deadline&);

    // Keys that were pressed on leg() and nobody has taken.
    std::string& keys() { return keys_; }

    // Why the caller is gone.
    const Cause& cause() const { return cause_; }
    bool has_moved() const { return has_moved_; }

    // Whether the channel still has the caller, as far as it has told.
    bool is_here() const { return !has_moved_ && !has_hung_up_; }

    // Streams that run beside the document, by name; 0: there is none.
    void remember_stream(std::string name, JobId job)
    {
        streams_.emplace_back(std::move(name), job);
    }
    JobId forget_stream(std::string_view name);

    void warn(std::string_view where, std::string_view what);
    void take_branch(std::string_view branch, std::string_view why);

private:
    friend class Stage;
    friend class Watcher;

    void note(const Event& event);

    Channel& channel_;
    Session& session_;
    const ExecutorConfig& config_;
    Deadline& host_;
    Stage* stage_ = nullptr;
    Watcher* watcher_ = nullptr;
    std::string keys_;
    std::vector<std::pair<std::string, JobId>> streams_;
    Cause cause_;
    JobId jobs_ = 0;
    LegId legs_ = caller;
    bool has_moved_ = false;
    bool has_hung_up_ = false;
};

class LiveCall::Next {
public:
    Next(LiveCall& call, Nanoseconds until) : call_(call), wait_(call.channel_.events(), until) {}

    bool await_ready() const { return wait_.await_ready(); }
    void await_suspend(std::coroutine_handle<> waiting) { wait_.await_suspend(waiting); }
    std::optional<Event> await_resume()
    {
        std::optional<Event> event = wait_.await_resume();
        if (event) call_.note(*event);
        return event;
    }

private:
    LiveCall& call_;
    EventQueue::Wait wait_;
};

inline LiveCall::Next LiveCall::next(Nanoseconds until)
{
    return Next(*this, until);
}

// The job of which `event` is the end; 0: of none.
JobId job_ended(const Event& event);

}  // namespace pivot::execute
