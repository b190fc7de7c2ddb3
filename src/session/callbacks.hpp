// Status callbacks on their way to web servers, in the background.
//
//   send ─► waiting, in the order of its call and URL ─► asked, at most three times ─► done
//
// Each call and URL has one lane, so that a server sees the events of a call in their order. Each
// origin has a share of the waiting callbacks and of the connections, so a dead server delays
// neither the callbacks of others nor a call.
//
// The first failure of a call and URL is logged.
#pragma once

#include "base/log.hpp"
#include "reactor/deadline.hpp"
#include "reactor/scope.hpp"
#include "reactor/task.hpp"
#include "reactor/wait.hpp"
#include "session/callback.hpp"
#include "session/recent_texts.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace pivot::session {

struct CallbackLimits {
    std::size_t waiting_max = 10'000;
    std::size_t waiting_bytes_max = 64 * 1024 * 1024;  // of URLs and forms
    std::size_t origin_share = 4;                      // an origin may have a quarter of those two
    std::size_t origin_lanes_max = 256;                // at work at a time
    int attempts_max = 3;
    std::size_t failures_known_max = 10'000;  // calls and URLs whose failure is not logged again
    reactor::Nanoseconds attempt_ns_max = 5'000'000'000;
    reactor::Nanoseconds pause_ns = 1'000'000'000;  // after the first attempt; then twice as long

    // For a simulated call: one after the other, whatever their URL, each when release() lets it
    // go, and all before the next request of the call, and before its CDR.
    bool are_in_one_order = false;
};

// One per reactor. Closed before it dies, and then the reactor turns until running() is 0.
class Callbacks {
public:
    // `log` may be empty.
    explicit Callbacks(exchange::Exchanges& exchanges, const CallbackLimits& limits = {},
                       Log log = {});

    // Tells it soon. Returns false if it was dropped because too many callbacks wait already.
    bool send(Callback callback);

    // Gives up all that wait. Each that was to leave a record leaves one.
    void close();

    std::size_t waiting() const { return usage_.callbacks; }  // those under way included
    std::size_t running() const { return lanes_running_.running(); }
    std::uint64_t dropped() const { return dropped_; }

    bool are_in_one_order() const { return limits_.are_in_one_order; }

    // In one order: whether one waits for release().
    bool are_held() const { return released_.is_awaited(); }
    void release() { released_.happen(); }

    // Ends when nothing waits, or the deadline expires.
    reactor::Task<> settle(reactor::Deadline& deadline);

private:
    using Queue = std::deque<Callback>;

    struct Usage {
        std::size_t callbacks = 0;
        std::size_t bytes = 0;

        bool has_room_for(std::size_t size_bytes, std::size_t callbacks_max,
                          std::size_t bytes_max) const
        {
            return callbacks < callbacks_max && bytes + size_bytes <= bytes_max;
        }
    };

    // Invariant: each of its queues is in `ready`, or a lane empties it.
    struct Origin {
        Usage usage;
        std::size_t lanes = 0;          // at work
        std::deque<std::string> ready;  // keys of queues that no lane empties yet
    };

    static std::string origin_of(const Callback& callback);
    bool has_room_for(const Callback& callback, const Origin& origin) const;
    reactor::Task<> run(std::string origin, std::string key, reactor::Deadline& closing);
    reactor::Task<> empty(const std::string& origin, const std::string& key,
                          reactor::Deadline& closing);
    void count(const std::string& origin, std::size_t size_bytes);
    void log_failure(const Callback& callback, std::string_view why);
    exchange::AttemptsPlan plan() const;

    exchange::Exchanges& exchanges_;
    const CallbackLimits limits_;
    const Log log_;
    RecentTexts failures_;
    std::unordered_map<std::string, Queue> queues_;    // by call and URL
    std::unordered_map<std::string, Origin> origins_;  // that have something waiting
    Usage usage_;
    std::uint64_t dropped_ = 0;
    reactor::Event released_;
    reactor::Event settled_;
    reactor::Deadline closing_;
    reactor::Scope lanes_running_;
};

}  // namespace pivot::session
