#include "reactor/receiver.hpp"

#include "reactor/reactor.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <utility>

namespace pivot::reactor {

namespace {

// A connection that nobody reads from holds at most this fraction of the slices: 8 of 512.
constexpr unsigned slices_share = 64;

}  // namespace

bool Receiver::Wait::await_ready() const noexcept
{
    return receiver_.has_arrived() || deadline_.has_expired();
}

void Receiver::Wait::await_suspend(std::coroutine_handle<> waiting)
{
    assert(!receiver_.waiting_ && !receiver_.has_arrived());
    receiver_.waiting_ = waiting;
    deadline_.add(receiver_);
}

Receiver::Arrival Receiver::Wait::await_resume()
{
    receiver_.is_resuming_ = false;
    if (!receiver_.arrived_.empty()) {
        LentBuffer buffer = receiver_.arrived_.pop();
        if (receiver_.arrived_.empty()) receiver_.go_on();
        const int result = static_cast<int>(buffer.bytes().size());
        return {result, std::move(buffer)};
    }
    if (receiver_.has_ended_) return {receiver_.end_, LentBuffer()};
    assert(deadline_.has_expired());
    return {-ECANCELED, LentBuffer()};
}

Receiver::Receiver(Reactor& reactor) : reactor_(reactor), arrived_(reactor.buffers()) {}

Receiver::~Receiver()
{
    assert(!waiting_);
}

void Receiver::start(Slot slot)
{
    assert(slot_ == no_slot && slot != no_slot);
    slot_ = slot;
    arm();
}

void Receiver::arm()
{
    assert(!is_in_flight() && !is_paused_ && !is_stopping_ && !has_ended_);
    io_uring_sqe request{};
    io_uring_prep_recv_multishot(&request, static_cast<int>(slot_), nullptr, 0, 0);
    request.flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
    request.buf_group = BufferRing::group;
    reactor_.ring().submit(*this, request);
}

void Receiver::completed(int result, std::uint32_t flags)
{
    if (result > 0) {
        // Queued in any case, while stopping too: the slice is lent, and the queue gives it back.
        assert(flags & IORING_CQE_F_BUFFER);
        arrived_.push(static_cast<std::uint16_t>(flags >> IORING_CQE_BUFFER_SHIFT),
                      static_cast<std::uint32_t>(result));
    } else if (result != -ENOBUFS && !(is_paused_ && result == -ECANCELED)) {
        // Two errors say nothing of the connection: no slice was free, or the receive was cancelled
        // for a pause. Any other result is its end.
        assert(!is_in_flight());
        has_ended_ = true;
        end_ = result;
    }
    if (is_stopping_) {
        // Completions that were under way may come before the one that answers the cancel request.
        // Only after the last one may the owner close the slot.
        if (!is_in_flight()) wake();
        return;
    }
    if (is_paused_ && result < 0 && !has_ended_) {
        // The cancelled receive has ended. If the last slice was taken before that, go_on() could
        // not arm it then, so it is called again.
        if (arrived_.empty()) go_on();
        return;
    }
    if (result == -ENOBUFS) {
        // The bytes are still in the kernel. To arm it now would fail again at once.
        reactor_.rearm_later(*this);
        return;
    }
    if (waiting_) {
        // The arrival wins against the deadline, which must not interrupt this wait any more.
        Waiter::unlink();
        wake();
    } else if (!is_resuming_) {
        // Between wake() and its resumption a coroutine no longer waits, but it will take slices in
        // this turn: a burst of completions is not a reason to pause.
        pause_if_full();
    }
    // The kernel ends a multishot receive now and then, with bytes as well as with an error.
    if (!is_in_flight() && !has_ended_ && !is_paused_) arm();
    if (!is_resuming_ && listener_ != nullptr) listener_->arrived_unasked();
}

// While nobody takes slices, the rest stays in the kernel, where TCP slows the peer down.
void Receiver::pause_if_full()
{
    const unsigned slices_max = std::max(reactor_.buffers().count() / slices_share, 1U);
    if (is_paused_ || has_ended_ || arrived_.size() < slices_max) return;
    is_paused_ = true;
    if (is_in_flight()) reactor_.ring().cancel(*this);
}

// Ends a pause when the last slice has been taken. If the cancelled receive has not ended yet, its
// completion calls this again.
void Receiver::go_on()
{
    assert(arrived_.empty());
    if (!is_paused_ || is_in_flight()) return;
    is_paused_ = false;
    if (!has_ended_ && !is_stopping_) arm();
}

void Receiver::interrupt(const Deadline&)
{
    wake();  // the receive itself stays armed: the owner of the connection stops it
}

bool Receiver::begin_stop()
{
    assert(!waiting_ && !is_stopping_);
    is_stopping_ = true;
    ListHook<Receiver>::unlink();  // a starved receiver is not armed again
    if (!is_in_flight()) return false;
    reactor_.ring().cancel(*this);
    return true;
}

void Receiver::wake()
{
    if (!waiting_) return;
    is_resuming_ = true;
    reactor_.resume_soon(std::exchange(waiting_, nullptr));
}

}  // namespace pivot::reactor
