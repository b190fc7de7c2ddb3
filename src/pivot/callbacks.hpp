// What web servers are told besides: status callbacks, whose answers are of no use.
//
//   send ─► waiting, in the order of its call and URL ─► asked, three times at most ─► done,
//   dropped
//
// One lane per call and URL, so that a server sees the events of a call in their order and a dead
// one holds up nobody else's. A call never waits for any of them.
#pragma once

#include "http/progress.hpp"
#include "pivot/debug_record.hpp"
#include "pivot/session_request.hpp"
#include "reactor/deadline.hpp"
#include "reactor/scope.hpp"
#include "reactor/task.hpp"
#include "reactor/wait.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

namespace pivot {

// Something that a web server is told.
struct Notice {
    std::unique_ptr<SessionRequest> request;
    std::string url;  // where to, without the parameters of a GET: notices to it keep their order
    std::string call_id;
    std::string account_id;
    int iteration = 1;
    DebugSink* sink = nullptr;  // null: no records of it
};

struct CallbackLimits {
    std::size_t waiting_max = 10'000;
    int attempts_max = 3;
    reactor::Nanoseconds attempt_ns_max = 5'000'000'000;
    reactor::Nanoseconds pause_ns = 1'000'000'000;  // behind the first attempt; then twice as long

    // For a simulated call: one after the other, whatever their URL, each when release() lets it
    // go, and all before what the call asks next.
    bool are_in_one_order = false;
};

// One per reactor. Closed before it dies, and then the reactor turns until running() is 0.
class Callbacks {
public:
    explicit Callbacks(Exchanges& exchanges, const CallbackLimits& limits = {});

    // Starts to tell it, soon. Over the limit it is dropped.
    void send(Notice notice);

    // Gives up what waits. Each that was to leave a record leaves one.
    void close();

    std::size_t waiting() const { return waiting_; }  // and under way
    std::size_t running() const { return lanes_running_.running(); }
    std::uint64_t dropped() const { return dropped_; }

    bool are_in_one_order() const { return limits_.are_in_one_order; }

    // Of those in one order: whether one waits for release().
    bool are_held() const { return released_.is_awaited(); }
    void release() { released_.happen(); }

    // Until nothing waits, or the deadline expires.
    reactor::Task<> settle(reactor::Deadline& deadline);

private:
    using Queue = std::deque<Notice>;

    reactor::Task<> run(std::string key, reactor::Deadline& closing);
    reactor::Task<> tell(Notice& notice, reactor::Deadline& closing);
    reactor::Task<bool> attempt(Notice& notice, reactor::Deadline& closing);

    Exchanges& exchanges_;
    const CallbackLimits limits_;
    std::unordered_map<std::string, Queue> queues_;  // each with a coroutine that empties it
    std::size_t waiting_ = 0;
    std::uint64_t dropped_ = 0;
    reactor::Event released_;
    reactor::Event settled_;
    reactor::Deadline closing_;
    reactor::Scope lanes_running_;
};

}  // namespace pivot
