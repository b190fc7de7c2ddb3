// A place of the call table: who is in it, on which lane, and how often it has been used.
//
//   free ─► taken on a host's thread ─► posted to its lane ─► begun ─► left ─► free
//
// Tickets, cancelling, counting and draining know places alone, whatever kind of call is in one.
#pragma once

#include "base/list.hpp"
#include "engine/pending_pivot.hpp"
#include "reactor/inbox.hpp"

#include <pivot/engine.hpp>

#include <atomic>
#include <cstdint>
#include <memory>

namespace pivot::engine {

class Lane;
class LiveSession;

class Place final : public reactor::Message, public ListHook<Place> {
public:
    Place();
    ~Place();

    // A host's thread, before the place is posted.
    PendingPivot& seat_pivot(Lane& lane);
    void seat_session(Lane& lane, std::unique_ptr<LiveSession> session);

    // Any thread, even with a ticket of an earlier call.
    Lane& lane() const { return *lane_.load(std::memory_order_acquire); }
    Engine::Ticket ticket() { return {this, serial_.load(std::memory_order_relaxed)}; }
    bool is_of(std::uint64_t serial) const
    {
        return serial_.load(std::memory_order_relaxed) == serial;
    }

    bool is_beyond_limit() const { return is_beyond_limit_ != 0; }

    // The lane's thread, until leave(). Null: there is a pivot here.
    LiveSession* session() const { return session_.get(); }
    PendingPivot& pivot() const { return *pivot_; }

    // The lane's thread, until leave(). A pivot hears of nothing.
    void tell(Event event, reactor::Nanoseconds at);
    void cancel();
    void abandon();  // without waiting for the host
    void leave();

private:
    friend class CallTable;

    void arrived() override;
    void deliver() override;

    std::atomic<Lane*> lane_ = nullptr;

    // Grows when a call leaves, before the place is used again, so an old ticket names no call.
    std::atomic<std::uint64_t> serial_ = 0;

    // Made for the first pivot that comes here, and kept for the next one.
    std::unique_ptr<PendingPivot> pivot_;

    std::unique_ptr<LiveSession> session_;

    std::atomic<std::uint32_t> next_free_ = 0;
    std::uint32_t index_ : 31 = 0;
    std::uint32_t is_beyond_limit_ : 1 = 0;
};

}  // namespace pivot::engine
