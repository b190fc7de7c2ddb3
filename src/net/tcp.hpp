// A TCP connection whose socket lives in the reactor's table of direct descriptors.
#pragma once

#include "net/address.hpp"
#include "net/source_addresses.hpp"
#include "reactor/reactor.hpp"
#include "reactor/task.hpp"

#include <pivot/failure.hpp>

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

    // Sends all of it. Fails with connect (no byte was sent), closed (some were), timeout,
    // cancelled.
    Task<Result<void>> send(std::string_view bytes, Deadline& deadline);

    // Yields a Receiver::Arrival.
    Receiver::Wait receive(Deadline& deadline) { return receiver_.receive(deadline); }

    Receiver& receiver() { return receiver_; }

    void reset_on_close() { resets_on_close_ = true; }

    // Ends what is pending and closes: with a reset where the exchange was cut off, so that the
    // kernel does not go on delivering, else in good order. The stream is gone when this returns;
    // the kernel's last work for it goes on in the background.
    Task<> close(Reactor& reactor);

private:
    Reactor& reactor_;
    Receiver receiver_;
    reactor::Slot slot_ = reactor::no_slot;
    bool resets_on_close_ = true;  // not connected, or cut off
};

}  // namespace pivot::net
