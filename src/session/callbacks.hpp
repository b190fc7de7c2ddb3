// What web servers are told besides: status callbacks, whose answers are of no use.
//
//   send ─► waiting, in the order of its call and URL ─► asked, three times at most ─► done,
//   dropped
//
// One lane per call and URL, so that a server sees the events of a call in their order. Origins
// have a share each of what waits and of what is asked at a time, so that a dead server holds up
// nobody else's callbacks and takes no connections from calls. A call never waits for any of them.
#pragma once

#include "http/progress.hpp"
#include "reactor/deadline.hpp"
#include "reactor/scope.hpp"
#include "reactor/task.hpp"
#include "reactor/wait.hpp"
#include "session/debug_record.hpp"
#include "session/session_request.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

namespace pivot::session {

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
    std::size_t waiting_bytes_max = 64 * 1024 * 1024;  // of their requests
    std::size_t origin_share = 4;                      // an origin may have a quarter of those two
    std::size_t origin_lanes_max = 256;                // at work at a time
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
    explicit Callbacks(exchange::Exchanges& exchanges, const CallbackLimits& limits = {});

    // Starts to tell it, soon. False: it was dropped, because there is too much to tell already.
    bool send(Notice notice);

    // Gives up what waits. Each that was to leave a record leaves one.
    void close();

    std::size_t waiting() const { return usage_.notices; }  // and under way
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

    struct Usage {
        std::size_t notices = 0;
        std::size_t bytes = 0;

        bool has_room_for(std::size_t size_bytes, std::size_t notices_max,
                          std::size_t bytes_max) const
        {
            return notices < notices_max && bytes + size_bytes <= bytes_max;
        }
    };

    // Invariant: each of its queues has a lane that empties it or stands in `ready`.
    struct Origin {
        Usage usage;
        std::size_t lanes = 0;          // at work
        std::deque<std::string> ready;  // keys of queues that no lane empties yet
    };

    static std::string origin_of(const Notice& notice);
    bool has_room_for(const Notice& notice, const Origin& origin) const;
    reactor::Task<> run(std::string origin, std::string key, reactor::Deadline& closing);
    reactor::Task<> empty(const std::string& origin, const std::string& key,
                          reactor::Deadline& closing);
    void count(const std::string& origin, std::size_t size_bytes);
    reactor::Task<> tell(Notice& notice, reactor::Deadline& closing);
    reactor::Task<bool> attempt(Notice& notice, reactor::Deadline& closing);

    exchange::Exchanges& exchanges_;
    const CallbackLimits limits_;
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
