// An HTTP/1.1 server on loopback that does, byte for byte, what a test tells it.
//
//     HttpPeer peer{[](HttpPeer::Exchange& exchange) {
//         exchange.reply(200, "application/json", flow);
//     }};
//
// The handler runs on a thread of the connection, once per request; when it returns the connection
// is kept for the next one. What it uses is declared before the peer.
//
// A peer serves a few hundred connections at a time; thousands are for Crowd.
#pragma once

#include "peers/http_request.hpp"
#include "peers/stream.hpp"
#include "peers/tls_stream.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace pivot::test {

class HttpPeer {
public:
    class Exchange;
    using Handler = std::function<void(Exchange&)>;

    struct Options {
        // Runs before a connection's first request is read, which may be never: hold() here
        // accepts without reading, close() closes at once, send() speaks first.
        Handler on_connect = nullptr;
        std::optional<TlsOptions> tls = std::nullopt;  // the handshake comes before on_connect
        std::string address = "127.0.0.1";             // or "::1"
        std::uint16_t port = 0;                        // 0: a free one
    };

    explicit HttpPeer(Handler handler);
    HttpPeer(Handler handler, Options options);
    ~HttpPeer();

    std::uint16_t port() const { return port_of_listener_; }
    std::string url(std::string_view target) const;  // "https://[::1]:8443/flow"

    // In the order in which they were read, all of them or without the first ones. A request counts
    // before its handler runs.
    std::vector<Request> requests() const;
    std::vector<Request> requests_after(std::size_t first_count) const;
    std::size_t requests_read() const;

    std::size_t connections_accepted() const;

    // Those that have not been closed by both sides.
    std::size_t connections_open() const;

    // In the order in which they ended. A client may see the end of one before it is here.
    std::vector<Handshake> handshakes() const;

private:
    struct Connection {
        std::atomic<bool> is_over = false;
        std::jthread thread;
    };

    void accept_connections();
    void serve(Descriptor socket, std::size_t connection);
    std::unique_ptr<Stream> open_stream(Descriptor socket);
    void converse(Stream& stream, std::size_t connection);

    const Handler handler_;
    const Options options_;
    const std::unique_ptr<const TlsServer> tls_;  // null: plain HTTP
    const Descriptor listener_;
    const std::uint16_t port_of_listener_;
    StopSignal stop_;

    mutable std::mutex mutex_;  // guards the four below
    std::vector<Request> requests_;
    std::vector<Handshake> handshakes_;
    std::size_t connections_accepted_ = 0;
    std::size_t connections_open_ = 0;

    std::list<Connection> connections_;  // the acceptor's
    std::jthread acceptor_;
};

// One request and what happens after it. Each call ends early, by throwing Over through the
// handler, when the client has left or the peer is being destroyed.
class HttpPeer::Exchange {
public:
    Exchange(Request received, Stream& stream) : request(std::move(received)), stream_(stream) {}

    const Request request;  // empty in on_connect

    void send(std::string_view bytes) { stream_.send(bytes); }

    // What has come after the request, where it is not HTTP any more: at least one byte; empty: the
    // client has closed its side.
    std::string receive() { return stream_.receive(); }

    // Whether there is something to receive, now or soon. Over TLS it does not tell.
    bool has_arrived(std::chrono::nanoseconds soon)
    {
        return stream_.has_arrived(Clock::now() + soon);
    }

    // Byte by byte, with `interval` before each but the first.
    void drip(std::string_view bytes, std::chrono::nanoseconds interval);

    // An ordinary answer. `headers` are more lines of the head, each with its CRLF.
    void reply(int status, std::string_view content_type, std::string_view body,
               std::string_view headers = "");

    void sleep(std::chrono::nanoseconds duration) { stream_.sleep_until(Clock::now() + duration); }

    [[noreturn]] void hold();  // until the client leaves

    // These end the connection, and with it what the handler can do.
    void close() { stream_.close(); }  // FIN; over TLS after a close_notify
    void cut() { stream_.cut(); }      // FIN; over TLS that truncates
    void reset() { stream_.reset(); }  // RST

private:
    Stream& stream_;
};

// The bytes of reply(), for those who want to cut, drip or spoil them.
std::string ordinary_answer(int status, std::string_view content_type, std::string_view body,
                            std::string_view headers = "");

}  // namespace pivot::test
