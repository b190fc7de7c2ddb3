#include "reactor/receiver.hpp"

#include "reactor/reactor.hpp"

#include <cassert>
#include <cerrno>
#include <utility>

namespace pivot::reactor {

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
    if (!receiver_.arrived_.empty()) {
        LentBuffer buffer = receiver_.arrived_.pop();
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
    } else if (result != -ENOBUFS) {
        has_ended_ = true;
        end_ = result;
    }
    if (is_stopping_) {
        if (!is_in_flight()) wake();
        return;
    }
    if (result == -ENOBUFS) {
        reactor_.starved(*this);
        return;
    }
    if (!is_in_flight() && !has_ended_) arm();
    if (waiting_) {
        Waiter::unlink();
        wake();
    } else if (listener_ != nullptr) {
        listener_->arrived_unasked();
    }
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
    if (waiting_) reactor_.resume_soon(std::exchange(waiting_, nullptr));
}

}  // namespace pivot::reactor
