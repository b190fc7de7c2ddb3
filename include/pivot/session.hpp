// Whole calls: an engine asks the web server, performs its answers on a channel that the host
// implements (channel.hpp), and asks again, until the call is over.
//
//   start ──► web server ──► commands of the Channel: the host performs them
//     ▲           ▲                │
//     │           └── events, tell ◄── the host's media, signalling and timers
//     └────── ended: exactly once, the last function that is called
//
// Commands run on an engine thread (host-driven: inside run() or the destructor), never inside
// start() or tell(). Events may be told on any thread; those of one thread keep their order.
// Nothing that a Channel implements may throw.
#pragma once

#include <pivot/channel.hpp>
#include <pivot/engine.hpp>
#include <pivot/event.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace pivot::execute {
class Directory;
}

namespace pivot::exchange {
struct CallPermit;
}

namespace pivot::inline v1 {

// What happens to a call that is still there when its document or flow has come to its end, or when
// a pivot has failed without a `_` child. A Hangup or a Reject hangs up either way.
enum class AtEnd : std::uint8_t { hang_up, give_back };

// From the ids in callflows to what they stand for. Made by Engine::read_directory().
using Directory = execute::Directory;

// What a call that the host makes occupies of its account's limits, until it is destroyed. Made by
// Engine::permit_call().
using CallPermit = exchange::CallPermit;

struct SessionRequest {
    Request request;
    std::int64_t started_unix_ms = 0;   // when the call began; 0: now
    std::int64_t answered_unix_ms = 0;  // 0: it is not answered
    AtEnd at_end = AtEnd::hang_up;
    std::shared_ptr<const Directory> directory;  // null: no device, user, menu or flow is known
    std::shared_ptr<const CallPermit> permit;    // for a call that the host has made; else null
};

struct SessionEnd {
    bool has_moved = false;
    bool was_answered = false;
    int iterations = 0;   // documents and flows performed
    Cause cause;          // of the hang-up; empty if there was none
    std::string branch;   // `_` after a pivot that failed or was skipped, if nothing followed
    std::string failure;  // `timeout: …`: why a pivot failed, the last one if several; empty: none
    bool owes_cdr = false;  // the call is given back, and its CDR waits for HungUp
};

}  // namespace pivot::inline v1
