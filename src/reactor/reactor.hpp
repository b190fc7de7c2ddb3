// One io_uring, its timers and its coroutines, on one thread.
//
// A turn:
//
//   submit everything, wait for the kernel or the next timer ─► reap completions ─► fire what is
//   due
//        ▲                                                                                │
//        └── resume what can go on, bury what ended ◄── interrupt waits (a bounded number) ◄┘
//
// The time is read once a turn, and again after about a millisecond of work, so that deadlines fire
// on time however much there is to do. A turn that lasts long leaves the rest of what can go on to
// the next one: so nothing that completes, starts or is due waits for more than a few milliseconds.
// A coroutine with more to do than that does it in portions, and waits for a Yield between them.
#pragma once

#include "base/list.hpp"
#include "reactor/buffers.hpp"
#include "reactor/deadline.hpp"
#include "reactor/frames.hpp"
#include "reactor/inbox.hpp"
#include "reactor/receiver.hpp"
#include "reactor/ring.hpp"
#include "reactor/timers.hpp"

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
};

class Reactor {
public:
    // An error is a sentence that names what the system lacks and what to do about it.
    static tl::expected<std::unique_ptr<Reactor>, std::string> open(
        const ReactorConfig& config = {});

    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;
    ~Reactor();  // idle, as is_idle() has it

    // One turn on this thread, the same at every call. Waits, until `wait_until` at the latest,
    // only if nothing can go on. On a polled ring, messages do not end that wait.
    void turn(Nanoseconds wait_until);

    // When the next turn is due if the descriptor does not ask for one earlier; `never` if no timer
    // is set, now() if something can go on or is still to be submitted.
    Nanoseconds next_turn() const;

    // Of a polled ring: readable when a turn has something to do, the first one included.
    int descriptor() const { return ring_.descriptor(); }

    // Hands `message` to this reactor's thread. Any thread; no lock, one wake-up for a burst.
    void post(Message& message) { inbox_.post(message); }

    // Some have not been delivered yet.
    bool has_messages() const { return !inbox_.empty(); }

    // The time of this turn.
    Nanoseconds now() const { return now_; }

    void resume_soon(std::coroutine_handle<> coroutine) { ready_.push_back(coroutine); }

    // After all that can go on now.
    void resume_next_turn(std::coroutine_handle<> coroutine) { later_.push_back(coroutine); }

    // Said by a coroutine that has just computed for longer than others do, with an estimate: the
    // clock is read again the sooner.
    void worked(Nanoseconds about_ns) { unclocked_ns_ += about_ns; }

    void interrupt_soon(Deadline& deadline) { expired_.push_back(deadline); }
    void bury(std::coroutine_handle<> ended) { ended_.push_back(ended); }

    // All buffers were lent when bytes arrived: `receiver` is armed again when some are back.
    void starved(Receiver& receiver) { starved_.push_back(receiver); }

    FramePool& frames() { return frames_; }
    Timers& timers() { return timers_; }
    Ring& ring() { return ring_; }
    BufferRing& buffers() { return buffers_; }

    // No coroutine, no timer, no lent buffer, and no operation but the inbox's own.
    bool is_idle() const;

private:
    Reactor() = default;

    bool can_resume() const { return !ready_.empty() || next_ != resuming_.size(); }
    bool can_go_on() const
    {
        return can_resume() || !later_.empty() || !expired_.empty() || !inbox_.empty();
    }
    void read_clock();
    void interrupt_waits();
    void take_up_later();
    void run_ready(Nanoseconds until);
    std::coroutine_handle<> next_ready();
    void arm_starved();

    FramePool frames_;
    Timers timers_;
    Ring ring_;
    BufferRing buffers_;
    Inbox inbox_;
    Nanoseconds now_ = 0;
    Nanoseconds unclocked_ns_ = 0;  // of work since the clock was read, estimated
    std::vector<std::coroutine_handle<>> ready_;
    std::vector<std::coroutine_handle<>> resuming_;
    std::size_t next_ = 0;  // of those, to resume; the ones before it have been
    std::vector<std::coroutine_handle<>> later_;
    std::vector<std::coroutine_handle<>> ended_;
    List<Deadline> expired_;
    List<Receiver> starved_;
};

}  // namespace pivot::reactor
