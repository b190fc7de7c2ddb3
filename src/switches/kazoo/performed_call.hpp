// A call of KAZOO's that a document commands.
//
//     commands ─► jobs ─► call-control commands ─► line ─► bus ─► KAZOO's control of the call
//     events  ◄── jobs ◄── call events         ◄── line ◄── bus ◄── the switch
//
// KAZOO keeps a queue of commands for each call and does one after the other. A `noop` after them
// is a marker: its completion says that all before it are done, even if their own events were lost.
// If nothing has been heard for a while, another marker is sent, and the channel's status asked.
//
// Everything is on the bus's thread.
#pragma once

#include "reactor/reactor.hpp"
#include "switches/kazoo/call_commands.hpp"
#include "switches/kazoo/call_event.hpp"
#include "switches/kazoo/call_job.hpp"
#include "switches/kazoo/call_line.hpp"

#include <pivot/channel.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pivot::switches::kazoo {

class PerformedCall final : private reactor::Timer {
public:
    PerformedCall(reactor::Reactor& reactor, CallIdentity identity, CallLine& line);
    PerformedCall(const PerformedCall&) = delete;
    PerformedCall& operator=(const PerformedCall&) = delete;
    ~PerformedCall();

    static Abilities abilities();

    // ---- what the engine commands -------------------------------------------------------------

    void answer();
    void reject(int sip_code, const std::string& phrase);
    void hang_up(LegId leg, const std::string& cause);
    void stop(JobId job);
    void play(JobId job, LegId leg, const Media& media);
    void say(JobId job, LegId leg, const Speech& speech);
    void send_keys(JobId job, LegId leg, const KeySequence& keys,
                   std::chrono::milliseconds key_length);
    void record(JobId job, LegId leg, const Recording& recording);
    void dial(JobId job, const Dial& dial);
    void bridge(JobId job, LegId leg);
    void join(JobId job, const Conference& conference);

    // ---- what happens on the bus --------------------------------------------------------------

    // An event of this call or of one that it follows, or an answer to one of its requests.
    void happened(const CallEvent& event);

    // The line could not send a command in time. Never called from within a command.
    void command_failed(JobId job);

    // The connection, and with it events, had been lost: finds out what has ended meanwhile.
    void bus_is_back();

    // KAZOO no longer has the call, so it has hung up.
    void vanish();

    // Somebody else has taken the call: all jobs end, then Moved. No command follows.
    void yield();

    bool is_over() const { return is_over_; }

    // ---- for its jobs -------------------------------------------------------------------------

    // Queues commands of a job after all others, followed by a marker: CallJob::pass().
    void queue(CallJob& job, std::vector<std::string> commands);
    void queue_as_translator(CallJob& job, std::vector<std::string> commands);

    // Sends a command that is performed at once, without regard to the queue.
    void command(CallJob& job, std::string command);

    // Sends a request elsewhere.
    void request(CallJob& job, const std::function<Publication(const Frame& frame)>& make);

    // Stops the running command, drops queued ones, and queues a marker.
    void flush(CallJob& job);

    // Another application has queued the job's command. A marker after it tells its end if the
    // events about that are lost: it is queued now, or once nothing has been heard for a while.
    void mark(CallJob& job);
    void expect_marker(CallJob& job) { job.place = messages_; }

    // Announces early media once, if the call is not answered yet.
    void open_media(std::vector<std::string>& commands);

    void tell(Event event);
    void end(CallJob& job, Event event);
    void drop(CallJob& job);  // without an event

    // Returns whether the caller has talked to somebody for the first time.
    bool note_talk() { return !std::exchange(has_talked_, true); }

    // The number of one of our messages, by its id; 0 if it is not ours.
    std::uint64_t number_of(std::string_view message_id) const;

    // KAZOO performs one bridge at a time.
    bool is_first_dial(const CallJob& job) const;

    // Valid while an event is being heard.
    bool has_one_recording() const { return has_one_recording_; }

    const CallIdentity& identity() const { return identity_; }
    CallLine& line() const { return line_; }
    reactor::Reactor& reactor() const { return reactor_; }

private:
    // How long after a hang-up command the end of the call is asked for.
    static constexpr Nanoseconds hang_up_ns = 2 * second_ns;

    void fired() override;  // nothing has been heard for a while
    void probe();
    void send_marker();
    void command_hang_up();
    void await_news(Nanoseconds within);
    void hear_own(const CallEvent& event);
    void hear_refusal(const CallEvent& event);
    void hear_jobs(const CallEvent& event);
    void hear_replaced(const CallEvent& event);
    bool is_of_another(const CallEvent& event) const;
    void pass(std::uint64_t place);
    void tell_up();
    void conclude(Cause cause);
    void lose_jobs();
    bool is_idle() const { return is_over_ || has_moved_; }

    // If the job must not begin, ends it and returns true.
    bool is_in_vain(JobId job, LegId leg);
    void play_queued(JobId job, std::string command);
    void begin(std::unique_ptr<CallJob> job);

    void queue(CallJob& job, Frame frame, std::vector<std::string> commands);
    Frame next_frame(InsertAt at);
    CallJob* find(JobId job) const;
    CallJob* find_dial_of(LegId leg) const;

    reactor::Reactor& reactor_;
    CallIdentity identity_;
    CallLine& line_;
    const std::string prefix_;  // begins the ids of its messages
    std::string message_id_;    // the last one
    std::uint64_t messages_ = 0;
    std::vector<std::unique_ptr<CallJob>> jobs_;
    std::vector<std::unique_ptr<CallJob>> over_;  // until none of their functions is running
    std::uint64_t answer_place_ = 0;
    std::uint64_t reject_place_ = 0;
    int refused_with_ = 0;
    std::string hang_up_cause_;  // as asked for
    Nanoseconds patience_ = 0;   // until the next probe
    bool has_one_recording_ = false;
    bool has_early_media_ = false;
    bool has_talked_ = false;  // to a callee
    bool is_hanging_up_ = false;
    bool is_up_ = false;
    bool has_moved_ = false;
    bool is_over_ = false;  // nothing is told or commanded any more
};

}  // namespace pivot::switches::kazoo
