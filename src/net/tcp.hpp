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

class TcpStream {
public:
    explicit TcpStream(reactor::Reactor& reactor) : reactor_(reactor), receiver_(reactor) {}
    TcpStream(const TcpStream&) = delete;
    TcpStream& operator=(const TcpStream&) = delete;
    ~TcpStream();  // closed, or never opened

    // To be called once. Fails with connect, overload (the table of descriptors is full), timeout
    // or cancelled.
    reactor::Task<Result<void>> connect(SocketAddress address, SourceAddresses& sources,
                                        reactor::Deadline& deadline);

    // In place of connect(): takes over a connected stream socket, which may be a Unix socket.
    // Closes `descriptor` in any case. Fails with overload (the table of descriptors is full) or
    // connect.
    Result<void> adopt(int descriptor);

    // Ends the sending direction. The peer can still send.
    reactor::Task<> end_sending();

    // Sends `bytes` after the unsent rest of earlier ones. Returns early, and keeps the rest, as
    // soon as something arrives: the peer may answer early, or may read nothing before it is heard.
    // It also returns early if the peer has closed, since what the peer said before may still
    // arrive. Fails with connect, timeout or cancelled.
    reactor::Task<Result<void>> send(std::string_view bytes, reactor::Deadline& deadline);

    // False if send() has left a rest, which send({}, …) sends if the peer is still there.
    bool has_sent_all() const { return unsent_ == nullptr; }

    // Why the peer does not have all of it, once the peer is known to be gone: connect if it got
    // nothing, else closed.
    std::optional<Failure> send_failure() const;

    // Sends all of `bytes`, whatever arrives in the meantime, so another coroutine may receive at
    // the same time. Only one coroutine may send at a time, and not after a send() that was
    // incomplete. Fails with closed, timeout or cancelled; then only close() makes sense.
    reactor::Task<Result<void>> send_all(std::string_view bytes, reactor::Deadline& deadline);

    // Sends as much as fits into the kernel's buffer, and forgets the rest.
    reactor::Task<> send_at_once(std::string_view bytes);

    // Yields a Receiver::Arrival.
    reactor::Receiver::Wait receive(reactor::Deadline& deadline)
    {
        return receiver_.receive(deadline);
    }

    reactor::Receiver& receiver() { return receiver_; }

    // Where the frames of its coroutines come from.
    reactor::FramePool& frames() const { return reactor_.frames(); }

    void reset_on_close() { resets_on_close_ = true; }

    // The exchange is complete, and the peer has not closed.
    bool can_close_in_good_order() const
    {
        return !resets_on_close_ && !receiver_.has_ended() && has_sent_all();
    }

    // Ends what is pending and closes: with a reset if the exchange was cut off, so that the kernel
    // does not go on delivering, otherwise in good order. Afterwards the stream may be destroyed;
    // the kernel's last work for it goes on in the background.
    reactor::Task<> close();

private:
    // What a send has left. It is rare, so most connections do without the memory.
    struct Unsent {
        std::string bytes;
        std::size_t sent_bytes = 0;  // the number of bytes sent before these
        int error = 0;               // why the rest will never be sent, or 0
    };

    void keep_unsent(std::string_view bytes, std::size_t sent_bytes, int error);

    reactor::Reactor& reactor_;
    reactor::Receiver receiver_;
    reactor::Slot slot_ = reactor::no_slot;
    bool resets_on_close_ = true;  // not connected, or cut off
    std::unique_ptr<Unsent> unsent_;
};

}  // namespace pivot::net
