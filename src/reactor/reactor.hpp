// One io_uring, its timers and its coroutines, on one thread.
//
// A turn:
//
//   submit requests, wait for the kernel ──► reap completions ──► fire due timers
//   or the next timer                                                    │
//        ▲                                                               ▼
//        └── resume coroutines, destroy ended frames ◄── interrupt waits, a bounded number
//
// Nothing before the last step runs a coroutine: completions, timers and interrupts only mark those
// that can go on, so no list changes while it is walked.
//
// The time is read once a turn, and again after about a millisecond of work, so that deadlines fire
// on time however much there is to do. A long turn leaves the remaining coroutines to the next one,
// so nothing that completes, starts or is due waits for more than a few milliseconds. A coroutine
// with more to do than that does it in portions, with a Yield between them.
#pragma once

#include "base/list.hpp"
#include "reactor/buffers.hpp"
#include "reactor/clock.hpp"
#include "reactor/deadline.hpp"
#include "reactor/frames.hpp"
#include "reactor/inbox.hpp"
#include "reactor/receiver.hpp"
#include "reactor/ring.hpp"

#include <coroutine>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::reactor {

struct ReactorConfig {
    RingConfig ring;
    BufferConfig buffers;
    Clock::Kind clock = Clock::Kind::system;
};

class Reactor {
public:
    // An error is a sentence that names what the system lacks and what to do about it.
    static tl::expected<std::unique_ptr<Reactor>, std::string> open(
        const ReactorConfig& config = {});

    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;
    ~Reactor();  // is_idle()

    // Runs one turn, always on the same thread. Waits only if nothing can go on, and until
    // `wait_until` at the latest. On a polled ring, messages do not end that wait. On a manual
    // clock, no timer ends it: the driver advances the clock. Stops after `budget_ns`, even if
    // coroutines are left to resume.
    void turn(Nanoseconds wait_until, Nanoseconds budget_ns = turn_ns);

    // When the next turn is due if descriptor() does not ask for one earlier: now() if something
    // can go on or is still to be submitted, `never` if no timer is set.
    Nanoseconds next_turn() const;

    // For a polled ring, readable when a turn has something to do, the first one included.
    int descriptor() const { return ring_.descriptor(); }

    // Hands `message` to this reactor's thread. May be called on any thread; takes no lock, and
    // wakes the reactor once per burst.
    void post(Message& message) { inbox_.post(message); }

    // Whether this is its thread, inside a turn. Any thread may ask.
    bool is_turning_here() const { return inbox_.is_turning_here(); }

    // Whether some messages have not been delivered yet.
    bool has_messages() const { return !inbox_.empty(); }

    // The time of this turn.
    Nanoseconds now() const { return clock_.now(); }

    void resume_soon(std::coroutine_handle<> coroutine) { ready_.push_back(coroutine); }

    // Resumes it after everything that can go on now.
    void resume_next_turn(std::coroutine_handle<> coroutine) { later_.push_back(coroutine); }

    // Called by a coroutine that has just computed for longer than most do, with an estimate. The
    // clock is then read again sooner.
    void worked(Nanoseconds about_ns) { unclocked_ns_ += about_ns; }

    void interrupt_soon(Deadline& deadline) { expired_.push_back(deadline); }
    void destroy_soon(std::coroutine_handle<> ended) { ended_.push_back(ended); }

    // Arms `receiver` again when slices are free: all were lent when its bytes arrived.
    void rearm_later(Receiver& receiver) { starved_.push_back(receiver); }

    FramePool& frames() { return frames_; }
    Clock& clock() { return clock_; }
    Timers& timers() { return clock_.timers(); }
    Ring& ring() { return ring_; }
    BufferRing& buffers() { return buffers_; }

    // There is no coroutine, no timer, no lent buffer, and no operation but the inbox's own.
    bool is_idle() const;

private:
    static constexpr Nanoseconds turn_ns = 2 * millisecond_ns;

    explicit Reactor(Clock::Kind clock) : clock_(clock) {}

    bool can_resume() const { return !ready_.empty() || next_ != resuming_.size(); }
    bool can_go_on() const
    {
        return can_resume() || !later_.empty() || !expired_.empty() || !inbox_.empty();
    }
    void read_clock();
    void interrupt_waits();
    void take_up_later();
    void run_ready(Nanoseconds until);
    void deliver(Nanoseconds until);
    std::coroutine_handle<> next_ready();
    void rearm_starved();

    FramePool frames_;
    Clock clock_;
    Ring ring_;
    BufferRing buffers_;
    Inbox inbox_;
    Nanoseconds unclocked_ns_ = 0;  // estimated work since the clock was read
    std::vector<std::coroutine_handle<>> ready_;
    std::vector<std::coroutine_handle<>> resuming_;
    std::size_t next_ = 0;  // the next one of these to resume
    std::vector<std::coroutine_handle<>> later_;
    std::vector<std::coroutine_handle<>> ended_;
    List<Deadline> expired_;
    List<Receiver> starved_;
};

}  // namespace pivot::reactor
