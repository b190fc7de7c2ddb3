// One accepted connection, as the handler of a peer uses it.
#pragma once

#include "peers/descriptor.hpp"
#include "peers/stop_signal.hpp"

#include <string>
#include <string_view>

namespace pivot::test {

// Thrown where nobody is left to talk to: the client has left, the connection was closed by its
// handler, or the peer is being destroyed. A handler lets it pass.
struct Over {};

class Stream {
public:
    Stream(Descriptor socket, const StopSignal& stop);
    virtual ~Stream() = default;

    // What has come, at least one byte; empty: the client has closed its side.
    virtual std::string receive();

    // Waits for what receive() would yield, at most until then.
    bool has_arrived(Clock::time_point until);

    virtual void send(std::string_view bytes);

    // Waits until then. Throws Over as soon as the client has left.
    void sleep_until(Clock::time_point until);

    // Ends our side with what belongs to it: a FIN, over TLS a close_notify before it.
    virtual void close() { cut(); }

    // Ends our side with a FIN and nothing else, which over TLS is a truncation.
    void cut();

    void reset();

    bool is_open() const { return is_open_; }

    // After close(): takes and forgets what the client still sends until it closes too. Closing
    // the descriptor with bytes unread would turn the FIN into a reset.
    void drain();

protected:
    // Waits for events of poll(2) on the socket. Throws Over.
    void wait_for(short events);

    int fd() const { return socket_.get(); }

private:
    Descriptor socket_;
    const StopSignal& stop_;
    bool is_open_ = true;
};

}  // namespace pivot::test
