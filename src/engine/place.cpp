#include "engine/place.hpp"

#include "engine/lane.hpp"
#include "engine/live_session.hpp"

#include <utility>

namespace pivot::engine {

Place::Place() = default;
Place::~Place() = default;

PendingPivot& Place::seat_pivot(Lane& lane)
{
    lane_.store(&lane, std::memory_order_release);
    if (!pivot_) pivot_ = std::make_unique<PendingPivot>();
    return *pivot_;
}

void Place::seat_session(Lane& lane, std::unique_ptr<LiveSession> session)
{
    lane_.store(&lane, std::memory_order_release);
    session_ = std::move(session);
}

void Place::tell(Event event, reactor::Nanoseconds at)
{
    if (session_) session_->tell(std::move(event), at);
}

void Place::cancel()
{
    if (session_) return session_->cancel();
    pivot_->deadline().expire(Reason::cancelled);
}

void Place::abandon()
{
    if (session_) return session_->abandon();
    cancel();
}

void Place::leave()
{
    unlink();
    session_ ? session_.reset() : pivot_->end();
    serial_.fetch_add(1, std::memory_order_relaxed);
}

// A pivot's deadline counts already, even if calls that came earlier have yet to begin.
void Place::arrived()
{
    if (!session_) pivot_->arm(lane().reactor(), lane().tally());
}

void Place::deliver()
{
    lane().begin(*this);
}

}  // namespace pivot::engine
