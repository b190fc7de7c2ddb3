// A whole call in its place, from start() to its channel's `ended`.
#pragma once

#include "exchange/call_permit.hpp"
#include "exchange/call_quota.hpp"
#include "exchange/number_quota.hpp"
#include "execute/event_queue.hpp"
#include "execute/live_call.hpp"
#include "reactor/deadline.hpp"
#include "reactor/task.hpp"
#include "session/call_session.hpp"

#include <pivot/session.hpp>

#include <memory>
#include <optional>

namespace pivot::engine {

struct SessionParts;

class LiveSession {
public:
    // A host's thread. `is_too_many`: its first answer is overload.
    LiveSession(SessionRequest request, Channel& channel, reactor::Nanoseconds now,
                bool is_too_many);

    // The lane's thread. First begin(), then run(), which is called once.
    void begin(SessionParts& parts);
    reactor::Task<> run(const SessionParts& parts);

    // The lane's thread, after begin(). `at`: when it was told.
    void tell(Event event, reactor::Nanoseconds at);

    // The lane's thread: whether whatever is told comes too late.
    bool is_over() const { return session_ && session_->has_ended(); }

    // The host gives the call up: what runs on its channel is stopped first, and waited for.
    void cancel();
    // The same without waiting.
    void abandon();

private:
    void set_times(const reactor::Clock& clock);
    reactor::Nanoseconds on_clock(reactor::Nanoseconds at);
    void take_seat(exchange::Exchanges& exchanges);
    Result<void> take_seat(const exchange::AccountProfile& profile);

    // What is needed until run().
    struct Opening {
        SessionRequest request;
        reactor::Nanoseconds started;
        bool is_too_many;
    };

    Channel& channel_;
    std::unique_ptr<Opening> opening_;
    std::optional<reactor::Deadline> host_;
    std::optional<execute::EventQueue> events_;
    std::optional<session::Session> session_;
    std::shared_ptr<const execute::ExecutorConfig> config_;
    exchange::CallQuota::Seat seat_;                            // null: it is not counted
    std::unique_ptr<exchange::NumberQuota::Seat> number_seat_;  // likewise
    std::shared_ptr<const exchange::CallPermit> permit_;        // has them; null: it came without
};

}  // namespace pivot::engine
