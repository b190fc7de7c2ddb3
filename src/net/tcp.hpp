// A TCP connection whose socket lives in the reactor's table of direct descriptors.
#pragma once

#include "net/address.hpp"
#include "net/source_addresses.hpp"
#include "reactor/reactor.hpp"
#include "reactor/task.hpp"

#include <pivot/failure.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pivot::net {

using reactor::Deadline;
using reactor::Reactor;
using reactor::Receiver;
using reactor::Task;

class TcpStream {
public:
    explicit TcpStream(Reactor& reactor) : reactor_(reactor), receiver_(reactor) {}
    TcpStream(const TcpStream&) = delete;
    TcpStream& operator=(const TcpStream&) = delete;
    ~TcpStream();  // closed, or never opened

    // Once. Fails with connect, overload (the table of descriptors is full), timeout or cancelled.
    Task<Result<void>> connect(SocketAddress address, SourceAddresses& sources, Deadline& deadline);

    // Sends `bytes` after what is left of earlier ones. Returns early, and keeps what is left, as
    // soon as something has arrived: the peer may answer early, or take nothing before it is
    // heard. So it does where the peer has closed, since what it said before may still arrive.
    // Fails with connect, timeout or cancelled.
    Task<Result<void>> send(std::string_view bytes, Deadline& deadline);

    // False: send() left something, which send({}, …) sends if the peer is still there.
    bool has_sent_all() const { return unsent_ == nullptr; }

    // Why the peer does not have all of it, once it is known to be gone: connect (it has no byte)
    // or closed.
    std::optional<Failure> send_failure() const;

    // Sends what fits into the kernel's buffer, and forgets the rest.
    Task<> send_at_once(std::string_view bytes, Reactor& reactor);

    // Yields a Receiver::Arrival.
    Receiver::Wait receive(Deadline& deadline) { return receiver_.receive(deadline); }

    Receiver& receiver() { return receiver_; }

    void reset_on_close() { resets_on_close_ = true; }

    // The exchange is complete, and the peer has not closed.
    bool can_close_in_good_order() const
    {
        return !resets_on_close_ && !receiver_.has_ended() && has_sent_all();
    }

    // Ends what is pending and closes: with a reset where the exchange was cut off, so that the
    // kernel does not go on delivering, else in good order. The stream is gone when this returns;
    // the kernel's last work for it goes on in the background.
    Task<> close(Reactor& reactor);

private:
    // What a send has left behind. Rare, so that most connections do without the memory.
    struct Unsent {
        std::string bytes;
        std::size_t sent_bytes = 0;  // of these and those before them
        int error = 0;               // the peer has closed: why the rest will never be sent
    };

    void keep_unsent(std::string_view bytes, std::size_t sent_bytes, int error);

    Reactor& reactor_;
    Receiver receiver_;
    reactor::Slot slot_ = reactor::no_slot;
    bool resets_on_close_ = true;  // not connected, or cut off
    std::unique_ptr<Unsent> unsent_;
};

}  // namespace pivot::net
