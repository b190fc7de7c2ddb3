// One call in flight, from start() to the end of its teardown.
#pragma once

#include "base/list.hpp"
#include "exchange/packed_request.hpp"
#include "exchange/shown_document.hpp"
#include "reactor/deadline.hpp"
#include "reactor/inbox.hpp"

#include <pivot/engine.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>

namespace pivot::exchange {
class Attempts;
}

namespace pivot::engine {

class Lane;

// Calls `done`, which a host may have left empty. Exceptions are dropped: the other calls go on.
void hand_over(const Engine::Done& done, const OutcomeView& outcome) noexcept;

// Its deadline counts from start(). It is armed in the turn that first sees the call, even before
// calls that came earlier begin.
class PendingCall final : public reactor::Message, public ListHook<PendingCall> {
public:
    // Host's thread, before it is posted.
    void prepare(Lane& lane, const Request& given, const ActionLimits& limits, Engine::Done done,
                 reactor::Nanoseconds now);

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

    // Any thread, even with a ticket of an earlier call.
    Lane& lane() const { return *lane_.load(std::memory_order_acquire); }

    exchange::PackedRequest request;
    reactor::Nanoseconds started = 0;
    exchange::Attempts* attempts = nullptr;  // while the call runs

    // Grows when the call ends, before its place is used again, so an old ticket names no call.
    std::atomic<std::uint64_t> serial = 0;

private:
    friend class CallTable;

    class Limit final : public reactor::Deadline {
    public:
        Limit(reactor::Reactor& reactor, PendingCall& call);

    private:
        void notify_expired() override;

        PendingCall& call_;
    };

    void arrived() override;  // as a Message: arms the deadline
    void deliver() override;  // likewise: begins
    OutcomeView outcome(OutcomeKind kind) const;
    void deliver(OutcomeView& outcome);

    std::atomic<Lane*> lane_ = nullptr;
    std::optional<Limit> deadline_;
    Engine::Done done_;
    bool is_delivered_ = false;
    std::atomic<std::uint32_t> next_free_ = 0;
    std::uint32_t index_ = 0;
};

}  // namespace pivot::engine
