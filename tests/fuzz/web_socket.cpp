// A WebSocket's messages are the same wherever its bytes are cut, they keep the limits, and each
// side understands the other, whatever has come before.
#include "base/utf8.hpp"
#include "fuzz.hpp"
#include "http/web_socket_codec.hpp"

#include <optional>
#include <vector>

namespace pivot::fuzz {
namespace {

using http::WebSocketCodec;
using http::WebSocketMessage;
using http::WebSocketRole;
using Kind = WebSocketMessage::Kind;

constexpr std::size_t message_bytes_max = 1000;

struct Heard {
    std::vector<WebSocketMessage> messages;
    std::optional<Reason> reason;  // none: no failure
    std::optional<http::WebSocketClose> close;
    std::uint64_t frames = 0;
};

WebSocketRole other(WebSocketRole role)
{
    return role == WebSocketRole::client ? WebSocketRole::server : WebSocketRole::client;
}

Heard hear(WebSocketRole role, std::string_view bytes, std::size_t piece_bytes)
{
    WebSocketCodec codec(role, {message_bytes_max, 1'000'000});
    WebSocketCodec far(other(role));
    Heard heard;
    in_pieces(bytes, piece_bytes, [&](std::string_view piece) {
        const auto fed = codec.feed(piece);
        if (!fed) heard.reason = fed.error().reason;
        return fed.has_value();
    });
    while (auto message = codec.take_message()) {
        require(message->bytes.size() <= message_bytes_max, "a message within the limit");
        require(message->kind == Kind::binary || is_valid_utf8(message->bytes), "text is UTF-8");
        heard.messages.push_back(std::move(*message));
    }
    heard.close = codec.peer_close();
    heard.frames = codec.frames_heard();
    require(far.feed(codec.take_outgoing()).has_value(), "the far end understands the answers");
    if (heard.close || heard.reason) require(!codec.send(Kind::text, "x"), "closed for good");
    return heard;
}

// wslay checks the reason of a close piece by piece, and takes the first two bytes of each for the
// status. So it may refuse one that is UTF-8, or one that is not before it is complete.
bool may_differ(const Heard& whole, const Heard& pieces)
{
    const auto is_close = [](const Heard& heard) {
        return !heard.reason || heard.reason == Reason::protocol;
    };
    return is_close(whole) && is_close(pieces);
}

void compare(const Heard& whole, const Heard& pieces)
{
    const bool is_same = whole.reason == pieces.reason;
    require(is_same || may_differ(whole, pieces), "the same failure wherever the bytes are cut");
    require(whole.messages.size() == pieces.messages.size(), "as many messages");
    for (std::size_t i = 0; i < whole.messages.size(); ++i) {
        require(whole.messages[i].bytes == pieces.messages[i].bytes, "the same messages");
        require(whole.messages[i].kind == pieces.messages[i].kind, "of the same kind");
    }
    require(whole.frames == pieces.frames, "the same signs of life");
    if (!is_same) return;
    require(whole.close.has_value() == pieces.close.has_value(), "closed wherever they are cut");
    if (!whole.close) return;
    require(whole.close->status == pieces.close->status, "the same status");
    require(whole.close->reason == pieces.close->reason, "the same reason");
    require(is_valid_utf8(whole.close->reason), "a reason is UTF-8");
}

void say(WebSocketRole role, std::string_view bytes, std::size_t piece_bytes)
{
    WebSocketCodec near(role);
    WebSocketCodec far(other(role));
    require(near.send(Kind::binary, bytes).has_value(), "it is sent");
    in_pieces(near.take_outgoing(), piece_bytes, [&](std::string_view piece) {
        require(far.feed(piece).has_value(), "what is sent is understood");
        return true;
    });
    const auto message = far.take_message();
    require(message && message->bytes == bytes, "what is sent arrives");
}

}  // namespace
}  // namespace pivot::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes)
{
    using namespace pivot::fuzz;
    Input input(data, size_bytes);
    const auto role = input.byte() % 2 == 0 ? WebSocketRole::client : WebSocketRole::server;
    const std::size_t piece_bytes = 1 + input.byte();
    const Heard whole = hear(role, input.rest(), input.rest().size() + 1);
    for (const std::size_t size : {piece_bytes, std::size_t{1}}) {
        compare(whole, hear(role, input.rest(), size));
    }
    say(role, input.rest(), piece_bytes);
    return 0;
}
