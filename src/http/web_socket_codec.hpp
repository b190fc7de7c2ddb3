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
    std::size_t message_bytes_max = 1024 * 1024;      // an incoming message
    std::size_t waiting_bytes_max = 4 * 1024 * 1024;  // waiting to be sent
};

struct WebSocketMessage {
    enum class Kind : std::uint8_t { text, binary };

    Kind kind = Kind::text;
    std::string bytes;  // text is UTF-8
};

// Section 7.4. Others may arrive, too.
struct CloseStatus {
    static constexpr std::uint16_t normal = 1000;
    static constexpr std::uint16_t going_away = 1001;
    static constexpr std::uint16_t none = 1005;  // for a close without a status
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

    // Reads the peer's next bytes, and ignores any after its close. Fails with protocol, too_large
    // (a message over its limit) or overload (the peer asks for pongs but does not read them). Then
    // the outgoing bytes include a close with the right status, and feed() must not be called
    // again.
    Result<void> feed(std::string_view bytes);

    // The next complete message, in order of arrival.
    std::optional<WebSocketMessage> take_message();

    // Fails with overload if more than the limit would be waiting, and with closed after either
    // side's close. Text must be UTF-8.
    Result<void> send(WebSocketMessage::Kind kind, std::string_view bytes);

    // These do nothing after a close. A reason of more than 123 bytes is cut.
    void ping();
    void close(std::uint16_t status, std::string_view reason);

    // The bytes to send now.
    std::string take_outgoing() { return std::exchange(outgoing_, {}); }
    bool has_outgoing() const { return !outgoing_.empty(); }

    // The peer's close, once it has arrived.
    const std::optional<WebSocketClose>& peer_close() const { return peer_close_; }

    // How many complete messages, pings and pongs have arrived, which are signs of life.
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
    std::string_view incoming_;  // the rest of the bytes being fed
    std::string outgoing_;
    std::deque<WebSocketMessage> messages_;
    std::string message_;            // the one that is arriving
    bool is_data_frame_ = false;     // its current frame is data, not a ping between frames
    bool is_message_large_ = false;  // it is over the limit
    std::optional<WebSocketClose> peer_close_;
    std::uint64_t frames_heard_ = 0;
};

}  // namespace pivot::http
