#include "reactor/inbox.hpp"

#include "reactor/descriptor_limit.hpp"
#include "reactor/ring.hpp"

#include <cassert>
#include <cerrno>
#include <limits>
#include <utility>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace pivot::reactor {

Inbox::~Inbox()
{
    assert(empty());
    if (wake_up_ >= 0) ::close(wake_up_);
}

tl::expected<void, std::string> Inbox::open(Ring& ring)
{
    // A polled ring's own eventfd is written directly. A read of a second eventfd would complete
    // promptly, but its poller would learn of it only milliseconds later: the kernel does not write
    // to one eventfd from inside the wake-up of another.
    ring_ = &ring;
    const bool is_polled = ring.descriptor() >= 0;
    wake_up_ =
        is_polled ? ::fcntl(ring.descriptor(), F_DUPFD_CLOEXEC, 0) : ::eventfd(0, EFD_CLOEXEC);
    if (wake_up_ < 0) return tl::unexpected("no eventfd: " + explain_no_descriptor(errno));
    if (!is_polled) read_again();
    return {};
}

void Inbox::post(Message& message)
{
    Message* newest = newest_.load(std::memory_order_relaxed);
    do {
        message.next_ = newest;
    } while (!newest_.compare_exchange_weak(newest, &message, std::memory_order_release,
                                            std::memory_order_relaxed));
    if (newest != nullptr) return;  // the first message of this burst has woken the reactor
    if (is_turning_here()) return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_up_, &one, sizeof one);
    assert(written == sizeof one);
}

void Inbox::close()
{
    is_closing_ = true;
    if (is_in_flight()) ring_->cancel(*this);
    while (is_in_flight()) ring_->wait(never);
    while (!empty()) deliver(std::numeric_limits<unsigned>::max());
}

void Inbox::completed(int, std::uint32_t)
{
    if (is_closing_) return;
    read_again();
}

void Inbox::read_again()
{
    io_uring_sqe request{};
    io_uring_prep_read(&request, wake_up_, &wake_ups_, sizeof wake_ups_, 0);
    ring_->submit(*this, request);
}

void Inbox::deliver(unsigned messages_max)
{
    take_posted();
    for (; oldest_ != nullptr && messages_max > 0; --messages_max) {
        Message& message = *oldest_;
        oldest_ = message.next_;  // before deliver(), which may destroy or post the message
        message.deliver();
    }
}

// Appends the stack to the queue, reversed into the order of posting.
void Inbox::take_posted()
{
    Message* const newest = newest_.exchange(nullptr, std::memory_order_acquire);
    if (newest == nullptr) return;
    Message* first = nullptr;
    for (Message* message = newest; message != nullptr;) {
        message->arrived();
        Message* const older = std::exchange(message->next_, first);
        first = std::exchange(message, older);
    }
    (oldest_ == nullptr ? oldest_ : last_->next_) = first;
    last_ = newest;
}

}  // namespace pivot::reactor
