// The server's end of a WebSocket, in a handler of HttpPeer.
#pragma once

#include "http/web_socket_codec.hpp"
#include "http/web_socket_handshake.hpp"
#include "peers/http_peer.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pivot::test {

// Accepts the upgrade that a peer has received, as a decent server does.
inline void accept_upgrade(HttpPeer::Exchange& exchange)
{
    std::string lines;
    for (const auto& [name, value] : exchange.request.headers)
        lines += name + ": " + value + "\r\n";
    const auto request = http::judge_upgrade_request(exchange.request.method, lines);
    if (!request) throw Over{};
    exchange.send(http::upgrade_response(*request, {}));
}

class ServedWebSocket {
public:
    explicit ServedWebSocket(HttpPeer::Exchange& exchange) : exchange_(exchange)
    {
        accept_upgrade(exchange);
    }

    void send(std::string_view text)
    {
        if (!codec_.send(http::WebSocketMessage::Kind::text, text)) throw Over{};
        flush();
    }

    void close(std::uint16_t status, std::string_view reason)
    {
        codec_.close(status, reason);
        flush();
    }

    // The next message; none once the client has closed.
    std::optional<std::string> receive()
    {
        while (true) {
            if (auto message = codec_.take_message()) return std::move(message->bytes);
            if (codec_.peer_close()) return std::nullopt;
            const std::string bytes = exchange_.receive();
            if (bytes.empty() || !codec_.feed(bytes)) return std::nullopt;
            flush();
        }
    }

    // Whether the client is still there. Answers its pings, and waits for them a moment.
    bool goes_on()
    {
        if (exchange_.has_arrived(std::chrono::milliseconds(1))) {
            const std::string bytes = exchange_.receive();
            if (bytes.empty() || !codec_.feed(bytes)) return false;
            flush();
        }
        return !codec_.peer_close();
    }

    // Answers pings until the client closes, and closes as well.
    void serve()
    {
        while (receive()) continue;
        exchange_.close();
    }

    const std::optional<http::WebSocketClose>& client_close() const { return codec_.peer_close(); }

private:
    void flush() { exchange_.send(codec_.take_outgoing()); }

    HttpPeer::Exchange& exchange_;
    http::WebSocketCodec codec_{http::WebSocketRole::server};
};

}  // namespace pivot::test
