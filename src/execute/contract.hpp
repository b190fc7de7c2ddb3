// What a channel is doing for a call: the jobs that run on it, and the legs of its last dial.
//
// Every event of the channel is judged here before anybody sees it. What breaks the contract of
// `pivot/channel.hpp` is mended or dropped, and warned of once, so the rest of the executor relies
// on it:
//
//   begin ─► runs ─┬─ the end of its kind ──────────────► over: the event is passed on
//                  ├─ JobEnded, or another kind's end ──► over: mended to the end of its kind
//                  ├─ stop, or the end of its leg ─ 2 s ► owed: given up as stopped
//                  ├─ its limit ─ 10 s ─────────────────► owed: given up as failed
//                  └─ HungUp, Moved ────────────────────► owed, before the event is passed on
//
// Invariants: a job ends exactly once, with the event of its kind; a dial is answered at most once,
// by one of its legs. A job owns its command until the channel has told its end, or the call is
// over: the channel may still be reading it when nobody waits for the job any more.
#pragma once

#include "base/clock.hpp"
#include "base/counter.hpp"
#include "execute/job_command.hpp"

#include <pivot/channel.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace pivot::execute {

// Besides JobEnded, which ends a job of any kind.
bool is_end_of(JobKind kind, const Event& event);

// The job that `event` is about, or that it ends; 0 if there is none.
JobId job_of(const Event& event);
JobId job_ended(const Event& event);

// A cause that is told as a SIP status alone gets its name.
void name_cause(Event& event);

class Contract {
public:
    // Hears what the channel breaks, once of each kind.
    class Witness {
    public:
        virtual void note_breach(std::string_view what) = 0;

    protected:
        ~Witness() = default;
    };

    // A channel keeps the limits of its jobs itself. This is for one that does not.
    static constexpr milliseconds grace{10'000};

    // `overdue`, which counts the jobs that are given up, may be null.
    Contract(Channel& channel, Witness& witness, const JobLimits& limits,
             Counter* overdue = nullptr)
        : channel_(channel), witness_(witness), limits_(limits), overdue_(overdue)
    {
    }

    Channel& channel() { return channel_; }

    // Begins a job by its command. Returns 0 where the channel cannot do it: it has never begun.
    JobId begin(LegId leg, JobCommand command, Nanoseconds now);

    // Begins a job that the engine keeps in place of the channel, which never hears of it, or not
    // before give(): that returns false where the channel cannot do it, and the job still runs.
    // `file` is kept as long as the command.
    JobId begin_kept(JobKind kind);
    bool give(JobId job, LegId leg, JobCommand command, std::shared_ptr<const void> file,
              Nanoseconds now);

    bool runs(JobId job) const;

    // Commands the stop of a job that runs; of each that is not being stopped already. One that the
    // engine keeps is not the channel's to stop.
    void stop(JobId job, Nanoseconds now);
    void stop_all(Nanoseconds now);
    bool has_jobs() const;

    // When a job is given up next.
    Nanoseconds due() const;

    // Mends the event. False: nobody is to see it.
    bool judge(Event& event, Nanoseconds now);

    // The end of a job whose time has come by `now`, or of one that still runs when the call is
    // over.
    std::optional<Event> give_up(Nanoseconds now);
    std::optional<Event> end_next(bool has_hung_up, JobId except = 0);

private:
    enum class State : std::uint8_t {
        running,
        stopping,
        owed,  // over for the executor; the channel has not told its end
    };
    struct Job {
        JobId id;
        LegId leg;
        JobKind kind;
        State state;
        Nanoseconds due;
        std::unique_ptr<const JobCommand> command;  // null: the engine keeps the job
        std::shared_ptr<const void> file;           // that the command names; may be null
    };
    struct Leg {
        LegId id;
        bool has_answered;
        bool is_over;
    };
    enum class Breach : std::uint8_t {
        stray_end,
        wrong_kind,
        stray_event,
        late_answer,
        stop_ignored,
        no_end,
        bad_key,
    };

    Job* find(JobId job);
    bool is_owed(JobId job) const;
    Leg* find_leg(LegId leg);
    bool is_leg(LegId leg);
    bool is_key(char key);
    void erase(JobId job);
    static Event owe(Job& job, JobEnd how);
    void hurry(Job& job, Nanoseconds now) const;
    bool judge_end(Event& event, JobId id);
    bool judge_key(const KeyPressed& pressed);
    bool judge_answer(Event& event, LegId id);
    bool judge_leg_end(LegId id, Nanoseconds now);
    void warn(Breach breach, std::string_view what);

    Channel& channel_;
    Witness& witness_;
    const JobLimits& limits_;
    Counter* const overdue_;
    std::vector<Job> jobs_;
    std::vector<Leg> legs_;
    JobId last_ = 0;
    JobId dial_ = 0;             // whose legs these are
    std::uint8_t breaches_ = 0;  // a bit for each kind that has been warned of
};

}  // namespace pivot::execute
