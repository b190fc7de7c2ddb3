#include "reactor/receiver.hpp"

#include "reactor/reactor.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <utility>

namespace pivot::reactor {

namespace {

// A connection that nobody listens to keeps this part of the slices at most: 8 of 512.
constexpr unsigned slices_share = 64;

}  // namespace

bool Receiver::Wait::await_ready() const noexcept
{
    return receiver_.has_arrived() || deadline_.has_expired();
}

void Receiver::Wait::await_suspend(std::coroutine_handle<> waiting)
{
    assert(!receiver_.waiting_);
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
    slot_ = slot;
    arm();
}

void Receiver::arm()
{
    io_uring_sqe request{};
    io_uring_prep_recv_multishot(&request, static_cast<int>(slot_), nullptr, 0, 0);
    request.flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
    request.buf_group = BufferRing::group;
    reactor_.ring().submit(*this, request);
}

void Receiver::completed(int result, std::uint32_t flags)
{
    if (result > 0) {
        assert(flags & IORING_CQE_F_BUFFER);
        arrived_.push(static_cast<std::uint16_t>(flags >> IORING_CQE_BUFFER_SHIFT),
                      static_cast<std::uint32_t>(result));
    } else if (result != -ENOBUFS && !(is_paused_ && result == -ECANCELED)) {
        has_ended_ = true;
        end_ = result;
    }
    if (is_stopping_) {
        if (!is_in_flight()) wake();
        return;
    }
    if (is_paused_ && result < 0 && !has_ended_) {  // the cancelled receive has ended
        if (arrived_.empty()) go_on();              // or the last slice was taken before it did
        return;
    }
    if (result == -ENOBUFS) {
        reactor_.starved(*this);
        return;
    }
    if (waiting_) {
        Waiter::unlink();
        wake();
    } else if (!is_resuming_) {
        pause_if_full();
    }
    // The kernel ends a multishot receive now and then, with bytes as with an error.
    if (!is_in_flight() && !has_ended_ && !is_paused_) arm();
    if (!is_resuming_ && listener_ != nullptr) listener_->arrived_unasked();
}

// Nobody takes the slices for the moment: the rest is to stay in the kernel.
void Receiver::pause_if_full()
{
    const unsigned slices_max = std::max(reactor_.buffers().count() / slices_share, 1U);
    if (is_paused_ || has_ended_ || arrived_.size() < slices_max) return;
    is_paused_ = true;
    if (is_in_flight()) reactor_.ring().cancel(*this);
}

// The last slice has been taken. A receive whose cancellation is not complete goes on with that.
void Receiver::go_on()
{
    if (!is_paused_ || is_in_flight()) return;
    is_paused_ = false;
    if (!has_ended_ && !is_stopping_) arm();
}

void Receiver::interrupt(const Deadline&)
{
    wake();  // the receive itself stays armed: whoever owns the connection stops it
}

bool Receiver::begin_stop()
{
    assert(!waiting_);
    is_stopping_ = true;
    ListHook<Receiver>::unlink();
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
