// An open WebSocket over a connection, in either role.
//
// One coroutine receives, and does so all the time, because pings go out and are answered
// meanwhile. Any coroutine may send. A writer of its own sends what waits, so that neither a slow
// peer nor a large message holds up what arrives.
//
//   peer ──► receive() ──► codec ──► messages
//                            │ pongs, pings, the echo of a close
//            send() ──► codec ──► what waits ──► writer ──► peer
//
// A peer that has been silent for `ping_ns` is sent a ping, and is dead if nothing comes within
// `pong_ns` after that. A part of a message is not a sign of life.
#pragma once

#include "base/clock.hpp"
#include "http/web_socket_codec.hpp"
#include "net/connection.hpp"
#include "reactor/deadline.hpp"
#include "reactor/reactor.hpp"
#include "reactor/scope.hpp"
#include "reactor/task.hpp"
#include "reactor/wait.hpp"

#include <pivot/failure.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace pivot::http {

struct WebSocketConfig {
    WebSocketLimits limits;
    Nanoseconds ping_ns = 30 * second_ns;  // `never` turns pings off
    Nanoseconds pong_ns = 10 * second_ns;
    Nanoseconds close_ns = 5 * second_ns;  // how long close() waits for the peer
};

class WebSocket {
public:
    // After the handshake. `surplus` are bytes that arrived with it.
    WebSocket(reactor::Reactor& reactor, std::unique_ptr<net::Connection> connection,
              WebSocketRole role, const WebSocketConfig& config, std::string_view surplus);
    WebSocket(const WebSocket&) = delete;
    WebSocket& operator=(const WebSocket&) = delete;
    ~WebSocket();  // after close()

    // Yields the next message. Fails with closed (with the status and reason of a peer that closed
    // cleanly), protocol, too_large, overload, tls, timeout (of the deadline, or because the peer
    // is dead) or cancelled. After any failure but the deadline's, only close() is allowed.
    reactor::Task<Result<WebSocketMessage>> receive(reactor::Deadline& deadline);

    // Hands a message to the writer. Fails with overload if too much is waiting, and with closed.
    Result<void> send(WebSocketMessage::Kind kind, std::string_view bytes);

    // Call it once, when nobody receives. Closes cleanly: waits for the peer's close until the
    // deadline, and for at most `close_ns`. Other messages of the peer are dropped.
    reactor::Task<> close(std::uint16_t status, std::string_view reason,
                          reactor::Deadline& deadline);

    // The peer's close, once it has arrived.
    const std::optional<WebSocketClose>& peer_close() const { return codec_.peer_close(); }

    const net::SocketAddress& address() const { return connection_->address(); }
    reactor::FramePool& frames() const { return reactor_.frames(); }

private:
    reactor::Task<Result<void>> read(reactor::Deadline& deadline);
    Result<void> feed(std::string_view bytes);
    void check_after(Nanoseconds ns);
    Result<void> check_peer();
    reactor::Task<> write(reactor::Deadline& deadline);
    void wake_writer();
    bool is_writing() const;
    reactor::Task<> say_goodbye(reactor::Deadline& deadline);
    bool can_close_in_good_order() const;

    reactor::Reactor& reactor_;
    const std::unique_ptr<net::Connection> connection_;
    const WebSocketConfig config_;
    WebSocketCodec codec_;
    std::optional<Failure> failure_;  // why nothing more can be received
    bool has_lost_writer_ = false;    // nothing more can be sent
    bool is_writing_ = false;         // the writer has taken bytes
    std::uint64_t frames_heard_ = 0;
    Nanoseconds check_at_ = never;  // when to look after the peer
    bool awaits_pong_ = false;      // or another sign of life
    reactor::Deadline writing_;
    reactor::Event has_outgoing_;
    reactor::Event has_written_all_;
    reactor::Scope writer_;
};

}  // namespace pivot::http
