// The frames of a WebSocket (RFC 6455), in either role, by wslay.
//
// Pure: the peer's bytes go in, cut anywhere, and messages come out; messages go in, and bytes for
// the peer come out. Pings are answered and a close is echoed by itself: after each call there may
// be bytes to send.
//
//   bytes ──► feed() ──► take_message()      send(), ping(), close() ──► take_outgoing() ──► bytes
//                └────── pongs, the echo of a close ─────────────────────────┘
//
// There are no extensions. Pongs go unseen, except by frames_heard().
#pragma once

#include <pivot/failure.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

struct wslay_event_context;
struct wslay_event_on_frame_recv_start_arg;
struct wslay_event_on_msg_recv_arg;

namespace pivot::http {

enum class WebSocketRole : std::uint8_t { client, server };

struct WebSocketLimits {
    std::size_t message_bytes_max = 1024 * 1024;      // of a message that arrives
    std::size_t waiting_bytes_max = 4 * 1024 * 1024;  // that wait to be sent
};

struct WebSocketMessage {
    enum class Kind : std::uint8_t { text, binary };

    Kind kind = Kind::text;
    std::string bytes;  // text is UTF-8
};

// Section 7.4. Others than these may come.
struct CloseStatus {
    static constexpr std::uint16_t normal = 1000;
    static constexpr std::uint16_t going_away = 1001;
    static constexpr std::uint16_t none = 1005;  // of a close without a status
};

struct WebSocketClose {
    std::uint16_t status = CloseStatus::none;
    std::string reason;  // UTF-8, at most 123 bytes
};

class WebSocketCodec {
public:
    explicit WebSocketCodec(WebSocketRole role, const WebSocketLimits& limits = {});
    WebSocketCodec(const WebSocketCodec&) = delete;
    WebSocketCodec& operator=(const WebSocketCodec&) = delete;

    // Reads the next bytes from the peer; those after its close are ignored. Fails with protocol,
    // too_large (a message over its limit) or overload (the peer asks for more pongs than it
    // takes). Then a close with the right status is among the outgoing bytes, and nothing more may
    // be fed.
    Result<void> feed(std::string_view bytes);

    // The next whole message, in the order in which they came.
    std::optional<WebSocketMessage> take_message();

    // Fails with overload if more than the limit would wait, and with closed after either side's
    // close. Text must be UTF-8.
    Result<void> send(WebSocketMessage::Kind kind, std::string_view bytes);

    // These do nothing after a close. A reason of more than 123 bytes is cut.
    void ping();
    void close(std::uint16_t status, std::string_view reason);

    // The bytes to send now.
    std::string take_outgoing() { return std::exchange(outgoing_, {}); }
    bool has_outgoing() const { return !outgoing_.empty(); }

    // The peer's close, once it has come.
    const std::optional<WebSocketClose>& peer_close() const { return peer_close_; }

    // The number of messages, pings and pongs that have come as a whole: signs of life.
    std::uint64_t frames_heard() const { return frames_heard_; }

private:
    struct Free {
        void operator()(wslay_event_context* native) const;
    };
    struct Callbacks;

    void begin_frame(const wslay_event_on_frame_recv_start_arg& frame);
    void take_chunk(std::string_view bytes);
    void end_message(const wslay_event_on_msg_recv_arg& message);
    void open_native();
    void flush();
    void refuse(std::uint16_t status);
    Failure explain_end() const;

    const WebSocketRole role_;
    const WebSocketLimits limits_;
    std::unique_ptr<wslay_event_context, Free> native_;
    std::string_view incoming_;  // what is left of the bytes that are fed
    std::string outgoing_;
    std::deque<WebSocketMessage> messages_;
    std::string message_;            // the one that is arriving
    bool is_data_frame_ = false;     // so is its current frame, rather than a ping between frames
    bool is_message_large_ = false;  // it is over its limit
    std::optional<WebSocketClose> peer_close_;
    std::uint64_t frames_heard_ = 0;
};

}  // namespace pivot::http
