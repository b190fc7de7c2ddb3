#include "http/web_socket_codec.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>

#include <fmt/format.h>
#include <openssl/rand.h>
#include <wslay/wslay.h>

namespace pivot::http {

namespace {

// A control frame has at most 125 bytes, and the status takes two (section 5.5).
constexpr std::size_t reason_bytes_max = 123;

const std::uint8_t* as_octets(std::string_view bytes)
{
    return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

std::string_view as_text(const std::uint8_t* octets, std::size_t size)
{
    return {reinterpret_cast<const char*>(octets), size};
}

WebSocketCodec& codec_of(void* user_data)
{
    return *static_cast<WebSocketCodec*>(user_data);
}

}  // namespace

// Called by wslay, always from within one of its functions.
struct WebSocketCodec::Callbacks {
    static ssize_t receive(wslay_event_context* native, std::uint8_t* buffer, std::size_t size, int,
                           void* user_data)
    {
        std::string_view& incoming = codec_of(user_data).incoming_;
        if (incoming.empty()) {
            wslay_event_set_error(native, WSLAY_ERR_WOULDBLOCK);
            return -1;
        }
        const std::size_t taken = std::min(incoming.size(), size);
        std::memcpy(buffer, incoming.data(), taken);
        incoming.remove_prefix(taken);
        return static_cast<ssize_t>(taken);
    }

    static ssize_t send(wslay_event_context*, const std::uint8_t* octets, std::size_t size, int,
                        void* user_data)
    {
        codec_of(user_data).outgoing_ += as_text(octets, size);
        return static_cast<ssize_t>(size);
    }

    static int make_mask(wslay_event_context*, std::uint8_t* mask, std::size_t size, void*)
    {
        return RAND_bytes(mask, static_cast<int>(size)) == 1 ? 0 : -1;
    }

    static void begin_frame(wslay_event_context*, const wslay_event_on_frame_recv_start_arg* frame,
                            void* user_data)
    {
        codec_of(user_data).begin_frame(*frame);
    }

    static void take_chunk(wslay_event_context*, const wslay_event_on_frame_recv_chunk_arg* chunk,
                           void* user_data)
    {
        codec_of(user_data).take_chunk(as_text(chunk->data, chunk->data_length));
    }

    static void end_message(wslay_event_context*, const wslay_event_on_msg_recv_arg* message,
                            void* user_data)
    {
        codec_of(user_data).end_message(*message);
    }
};

void WebSocketCodec::Free::operator()(wslay_event_context* native) const
{
    wslay_event_context_free(native);
}

WebSocketCodec::WebSocketCodec(WebSocketRole role, const WebSocketLimits& limits)
    : role_(role), limits_(limits)
{
    open_native();
}

void WebSocketCodec::open_native()
{
    static constexpr wslay_event_callbacks callbacks = {
        &Callbacks::receive,    &Callbacks::send, &Callbacks::make_mask,  &Callbacks::begin_frame,
        &Callbacks::take_chunk, nullptr,          &Callbacks::end_message};
    wslay_event_context* native = nullptr;
    const int error = role_ == WebSocketRole::server
                          ? wslay_event_context_server_init(&native, &callbacks, this)
                          : wslay_event_context_client_init(&native, &callbacks, this);
    if (error != 0) throw std::bad_alloc();
    native_.reset(native);
    // wslay's own buffering allocates a block for each fragment, however small.
    wslay_event_config_set_no_buffering(native, 1);
}

Result<void> WebSocketCodec::feed(std::string_view bytes)
{
    if (peer_close_) return {};
    incoming_ = bytes;
    const int error = wslay_event_recv(native_.get());
    incoming_ = {};
    if (error != 0) refuse(WSLAY_CODE_PROTOCOL_ERROR);
    if (peer_close_ && !is_valid_utf8(peer_close_->reason)) {
        peer_close_.reset();
        refuse(WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA);
    }
    flush();
    if (peer_close_) return {};
    if (wslay_event_get_read_enabled(native_.get()) == 0) return tl::unexpected(explain_end());
    if (outgoing_.size() <= limits_.waiting_bytes_max) return {};
    return fail(Reason::overload, Phase::read, "the peer sends more pings than it reads pongs");
}

// Closes in place of wslay, whose close has no status, or echoes a reason that is not UTF-8: wslay
// only notices that if the close arrives in one piece.
void WebSocketCodec::refuse(std::uint16_t status)
{
    if (wslay_event_get_close_sent(native_.get()) == 0) open_native();
    wslay_event_queue_close(native_.get(), status, nullptr, 0);
    wslay_event_shutdown_read(native_.get());
}

Failure WebSocketCodec::explain_end() const
{
    const int status = wslay_event_get_status_code_sent(native_.get());
    if (is_message_large_ || status == WSLAY_CODE_MESSAGE_TOO_BIG) {
        return {Reason::too_large,
                Phase::read,
                fmt::format("a message is over the limit of {} bytes", limits_.message_bytes_max),
                {}};
    }
    const bool is_text = status == WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA;
    return {Reason::protocol,
            Phase::read,
            is_text ? "a text is not UTF-8"
                    : "not a WebSocket: a frame is invalid, out of order or wrongly masked",
            {}};
}

std::optional<WebSocketMessage> WebSocketCodec::take_message()
{
    if (messages_.empty()) return std::nullopt;
    WebSocketMessage message = std::move(messages_.front());
    messages_.pop_front();
    return message;
}

Result<void> WebSocketCodec::send(WebSocketMessage::Kind kind, std::string_view bytes)
{
    const bool is_text = kind == WebSocketMessage::Kind::text;
    assert(!is_text || is_valid_utf8(bytes));
    if (outgoing_.size() + bytes.size() > limits_.waiting_bytes_max) {
        return fail(Reason::overload, Phase::send,
                    fmt::format("more than {} bytes are waiting for a peer that does not read",
                                limits_.waiting_bytes_max));
    }
    const std::uint8_t opcode = is_text ? WSLAY_TEXT_FRAME : WSLAY_BINARY_FRAME;
    const wslay_event_msg message = {opcode, as_octets(bytes), bytes.size()};
    const int error = wslay_event_queue_msg(native_.get(), &message);
    if (error == WSLAY_ERR_NOMEM) throw std::bad_alloc();
    if (error != 0) return fail(Reason::closed, Phase::send, "the WebSocket has been closed");
    flush();
    return {};
}

void WebSocketCodec::ping()
{
    const wslay_event_msg message = {WSLAY_PING, nullptr, 0};
    wslay_event_queue_msg(native_.get(), &message);
    flush();
}

void WebSocketCodec::close(std::uint16_t status, std::string_view reason)
{
    const std::string_view cut = cut_utf8(reason, reason_bytes_max);
    wslay_event_queue_close(native_.get(), status, as_octets(cut), cut.size());
    flush();
}

void WebSocketCodec::flush()
{
    wslay_event_send(native_.get());
}

void WebSocketCodec::begin_frame(const wslay_event_on_frame_recv_start_arg& frame)
{
    is_data_frame_ = !wslay_is_ctrl_frame(frame.opcode);
    if (!is_data_frame_ || frame.payload_length <= limits_.message_bytes_max - message_.size()) {
        return;
    }
    is_message_large_ = true;
    wslay_event_queue_close(native_.get(), WSLAY_CODE_MESSAGE_TOO_BIG, nullptr, 0);
    wslay_event_shutdown_read(native_.get());
}

void WebSocketCodec::take_chunk(std::string_view bytes)
{
    if (is_data_frame_ && !is_message_large_) message_ += bytes;
}

void WebSocketCodec::end_message(const wslay_event_on_msg_recv_arg& message)
{
    if (is_message_large_) return;
    if (message.opcode == WSLAY_CONNECTION_CLOSE) {
        peer_close_.emplace();
        if (message.status_code == 0) return;
        peer_close_->status = message.status_code;
        peer_close_->reason = as_text(message.msg, message.msg_length).substr(2);
        return;
    }
    ++frames_heard_;
    if (is_data_frame_) {
        const bool is_text = message.opcode == WSLAY_TEXT_FRAME;
        messages_.push_back(
            {is_text ? WebSocketMessage::Kind::text : WebSocketMessage::Kind::binary,
             std::exchange(message_, {})});
    }
}

}  // namespace pivot::http
