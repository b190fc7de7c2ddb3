// One io_uring: requests in, completions out, and the table of direct descriptors.
//
// Set up for one submitting thread, with the kernel's work deferred to the wait (Linux 6.1): the
// one technique that matters (25 to 30 % of the CPU time). Requests are batched; one system call a
// turn submits them and waits.
#pragma once

#include "reactor/operation.hpp"
#include "reactor/timers.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <liburing.h>
#include <tl/expected.hpp>

namespace pivot::reactor {

struct RingConfig {
    unsigned requests = 2048;       // submission queue entries; completions get eight times as many
    unsigned descriptors = 16'384;  // direct descriptors, at most the hard limit RLIMIT_NOFILE
    bool is_polled = false;         // has a descriptor(), which costs a signal for each batch
};

// The index of a direct descriptor in its ring's table.
using Slot = std::uint32_t;
inline constexpr Slot no_slot = ~Slot{0};

class Ring {
public:
    // An error is a sentence that names what the system lacks and what to do about it.
    static tl::expected<void, std::string> check_kernel();

    Ring() = default;
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;
    ~Ring();  // nothing is in flight

    // The thread that opens the ring owns it; a polled one, the thread that waits first. Raises the
    // soft limit RLIMIT_NOFILE as far as the table needs, and makes do with a smaller table where
    // the hard limit ends.
    tl::expected<void, std::string> open(const RingConfig& config);

    // Queues `request`; the operation is in flight until its last completion.
    void submit(Operation& operation, const io_uring_sqe& request);

    // Asks the kernel to end `operation`, whose completion comes in any case.
    void cancel(const Operation& operation);

    // Submits, waits for something to happen or until `timeout_ns` have passed (0: does not wait),
    // and hands every completion to its operation. Under load it waits up to 200 us for more to
    // happen. May return before anything has. A kernel that serves the ring no more ends the
    // process with a sentence and status 2: what is in flight would never complete.
    void wait(Nanoseconds timeout_ns);

    // Moves `descriptor` into a free slot of the table; the plain descriptor is closed. Negative
    // errno; -ENFILE: the table is full.
    int install(int descriptor, Slot& slot);

    // Closes in the background; the slot is free again when the kernel is done.
    void close(Slot slot);

    bool has_unsubmitted() const { return io_uring_sq_ready(&ring_) > 0 || !backlog_.empty(); }

    // Whether the kernel closes the socket of a closed slot without delay (Linux 6.13); else only
    // after those of older slots.
    bool closes_at_once() const { return closes_at_once_; }

    // Operations whose completion is still to come, closing slots included.
    std::uint64_t in_flight() const { return in_flight_; }
    unsigned slots_free() const { return static_cast<unsigned>(free_slots_.size()); }
    unsigned slots_max() const { return slots_max_; }

    // What to do about a full table.
    std::string explain_full() const;

    // Of a polled ring, else -1: an eventfd, readable when wait() has something to reap; others may
    // write to it. The ring's own descriptor would not do: with the kernel's work deferred, nobody
    // who polls that is woken.
    int descriptor() const { return signal_; }
    io_uring& native() { return ring_; }

private:
    tl::expected<void, std::string> open_table(unsigned descriptors);
    tl::expected<void, std::string> open_signal();
    tl::expected<void, std::string> enable();
    void submit_backlog();
    void check(int result, unsigned reaped);
    io_uring_sqe& next_request();
    void complete_rest();  // of what the kernel has deferred
    unsigned reap();       // how many there were

    io_uring ring_{};
    bool is_open_ = false;
    bool is_enabled_ = false;
    bool closes_at_once_ = false;
    int signal_ = -1;
    unsigned slots_max_ = 0;
    unsigned slots_wanted_ = 0;
    std::deque<io_uring_sqe> backlog_;  // for which the kernel makes no room in the queue
    Nanoseconds refused_since_ = 0;     // how long it has refused to go on; 0: it goes on
    std::vector<Slot> free_slots_;
    std::uint64_t in_flight_ = 0;
    unsigned prompt_ = 0;  // unsubmitted requests that complete at once
    unsigned crowd_ = 1;   // how many other completions are worth a turn
};

}  // namespace pivot::reactor
