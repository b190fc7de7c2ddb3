// One io_uring: requests in, completions out, and the table of direct descriptors.
//
// It is set up for one submitting thread, with the kernel's work deferred to the wait (Linux 6.1):
// of all io_uring techniques the one that matters (25 to 30 % of the CPU time). Requests are
// batched; one system call a turn submits them and waits.
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
    // Entries of the submission queue; the completion queue has eight times as many.
    unsigned requests = 2048;

    // Direct descriptors; the hard limit RLIMIT_NOFILE may allow fewer.
    unsigned descriptors = 16'384;

    // Provides descriptor(), which costs a signal per batch.
    bool is_polled = false;
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

    // The ring belongs to the thread that opens it; a polled ring, to the thread that waits first.
    // Raises the soft limit RLIMIT_NOFILE as far as the table needs, and makes do with a smaller
    // table where the hard limit ends.
    tl::expected<void, std::string> open(const RingConfig& config);

    // Queues `request`; the operation is in flight until its last completion.
    void submit(Operation& operation, const io_uring_sqe& request);

    // Submits what is queued, without a look at what has completed.
    void flush();

    // Asks the kernel to end `operation`. Its completion comes in any case.
    void cancel(const Operation& operation);

    // Submits, waits for completions until `timeout_ns` have passed (0: does not wait), and hands
    // each completion to its operation. Under load it waits up to 200 us for more of them. May
    // return before any has come. If the kernel no longer serves the ring, the process ends with a
    // sentence and status 2: what is in flight would never complete.
    void wait(Nanoseconds timeout_ns);

    // Moves `descriptor` into a free slot of the table, and closes the plain descriptor in any
    // case. Returns 0 or a negative errno; -ENFILE if the table is full.
    int install(int descriptor, Slot& slot);

    // Closes in the background; the slot is free again when the kernel is done.
    void close(Slot slot);

    bool has_unsubmitted() const { return io_uring_sq_ready(&ring_) > 0 || !backlog_.empty(); }

    // Whether the kernel closes a closed slot's socket without delay (Linux 6.13). Older kernels
    // close it only after the sockets of older slots.
    bool closes_at_once() const { return closes_at_once_; }

    // The number of operations whose completion is still to come, closing slots included.
    std::uint64_t in_flight() const { return in_flight_; }
    unsigned slots_free() const { return static_cast<unsigned>(free_slots_.size()); }
    unsigned slots_max() const { return slots_max_; }

    // Says what to do about a full table.
    std::string explain_full() const;

    // For a polled ring, an eventfd that is readable when wait() has work; -1 otherwise. Other
    // threads may write to it to wake the poller. The ring's own descriptor would not do: with the
    // kernel's work deferred, polling it wakes nobody.
    int descriptor() const { return signal_; }
    io_uring& native() { return ring_; }

private:
    tl::expected<void, std::string> open_table(unsigned descriptors);
    tl::expected<void, std::string> open_signal();
    tl::expected<void, std::string> enable();
    void submit_backlog();
    void check(int result, unsigned reaped);
    io_uring_sqe& next_request();
    void complete_rest();
    unsigned reap();  // returns the number of completions

    io_uring ring_{};
    bool is_open_ = false;
    bool is_enabled_ = false;
    bool closes_at_once_ = false;
    int signal_ = -1;
    unsigned slots_max_ = 0;
    unsigned slots_wanted_ = 0;
    std::deque<io_uring_sqe> backlog_;  // requests for which the queue has no room
    Nanoseconds refused_since_ = 0;     // since when the kernel refuses to go on; 0 if it does not
    std::vector<Slot> free_slots_;
    std::uint64_t in_flight_ = 0;
    unsigned inline_ = 0;  // unsubmitted requests that usually complete at once
    unsigned batch_ = 1;   // how many other completions are worth a turn
};

}  // namespace pivot::reactor
