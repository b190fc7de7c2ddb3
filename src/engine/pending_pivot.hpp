// A pivot in flight, from start() to the end of its teardown.
#pragma once

#include "exchange/call_quota.hpp"
#include "exchange/packed_request.hpp"
#include "exchange/shown_document.hpp"
#include "reactor/deadline.hpp"

#include <pivot/engine.hpp>

#include <optional>
#include <span>

namespace pivot::exchange {
class Attempts;
class Tally;
}  // namespace pivot::exchange

namespace pivot::engine {

// Calls `done`, which a host may have left empty. Exceptions are dropped: the other calls go on.
void hand_over(const Engine::Done& done, const OutcomeView& outcome) noexcept;

class PendingPivot {
public:
    // A host's thread, before its place is posted.
    void prepare(const Request& given, const ActionLimits& limits, Engine::Done done,
                 reactor::Nanoseconds now);

    // The lane's thread, in the turn that first sees the call. The deadline counts from start().
    // `tally` counts what becomes of it.
    void arm(reactor::Reactor& reactor, exchange::Tally& tally)
    {
        deadline_.emplace(reactor, *this);
        tally_ = &tally;
    }

    // The lane's thread, until end(). It delivers the outcome the moment it expires, while the
    // exchange is still being torn down.
    reactor::Deadline& deadline() { return *deadline_; }

    // The lane's thread. Nothing waits for the deadline any more.
    void end();

    // The lane's thread. Each hands over the outcome, unless one has been handed over already.
    void deliver_processed(std::string_view flow, std::span<const Breach> warnings);
    void deliver_processed(const exchange::ShownDocument& document);
    void deliver_failed(const Failure& failure);
    void deliver_skipped();

    exchange::PackedRequest request;
    reactor::Nanoseconds started = 0;
    exchange::Attempts* attempts = nullptr;  // while the call runs
    exchange::CallQuota::Seat seat;          // null: it is not counted

private:
    class Limit final : public reactor::Deadline {
    public:
        Limit(reactor::Reactor& reactor, PendingPivot& pivot);

        bool is_delivered = false;  // the outcome; here it takes no room

    private:
        void notify_expired() override;

        PendingPivot& pivot_;
    };

    OutcomeView outcome(OutcomeKind kind) const;
    void deliver(OutcomeView& outcome);
    void count(const OutcomeView& outcome);

    std::optional<Limit> deadline_;
    exchange::Tally* tally_ = nullptr;
    Engine::Done done_;
};

}  // namespace pivot::engine
