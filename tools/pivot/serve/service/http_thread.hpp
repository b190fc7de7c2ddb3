// HTTP listeners for one purpose, on a thread and a reactor of their own.
#pragma once

#include "http/server.hpp"
#include "net/listen_address.hpp"
#include "net/listener.hpp"
#include "pivot/serve/service/log.hpp"
#include "reactor/pulse.hpp"
#include "reactor/reactor.hpp"

#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

struct HttpPurpose {
    std::string thread;   // the thread's name
    std::string setting;  // the setting with the addresses, for messages
    std::string headers;  // in all responses: `Name: value` and CRLF each
    net::TlsFiles tls;    // for TCP listeners
    bool is_tls_on_loopback = true;
    reactor::ReactorConfig reactor;
    http::ServerLimits limits;

    bool has_tls(const net::ListenAddress& address) const;
};

// For the log: `192.0.2.7:8080 with TLS`.
std::string name_of(const net::Listener& listener);

class HttpThread {
public:
    using Listeners = std::vector<std::unique_ptr<net::Listener>>;

    // Makes the handler for an address, on the thread's reactor.
    using MakeHandler = std::function<std::shared_ptr<http::ServerHandler>(
        const net::ListenAddress& address, reactor::Reactor& reactor)>;

    // Binds the addresses. The error is a sentence.
    static tl::expected<std::unique_ptr<HttpThread>, std::string> open(
        HttpPurpose purpose, const std::vector<net::ListenAddress>& addresses, Log& log);

    HttpThread(const HttpThread&) = delete;
    HttpThread& operator=(const HttpThread&) = delete;
    ~HttpThread();  // ends requests in flight

    const Listeners& listeners() const { return listeners_; }

    // Its TCP addresses, for EngineConfig::own_listeners.
    std::vector<std::string> own_listeners() const;

    // Begins to answer. The error is a sentence.
    tl::expected<void, std::string> start(MakeHandler make_handler);

    // As in Engine::is_turning().
    bool is_turning() { return pulse_.beats(); }

private:
    // Ends the thread.
    class Stop final : public reactor::Message {
    public:
        explicit Stop(HttpThread& owner) : owner_(owner) {}

    private:
        void deliver() override;

        HttpThread& owner_;
    };

    explicit HttpThread(HttpPurpose purpose) : purpose_(std::move(purpose)) {}

    void run(std::string& error);
    void serve();

    const HttpPurpose purpose_;
    Listeners listeners_;
    MakeHandler make_handler_;
    reactor::Pulse pulse_;
    std::unique_ptr<reactor::Reactor> reactor_;                   // the thread's
    std::vector<std::shared_ptr<http::ServerHandler>> handlers_;  // likewise
    std::vector<std::unique_ptr<http::Server>> servers_;          // likewise
    Stop stop_{*this};
    bool is_stopping_ = false;
    std::latch is_open_{1};
    std::latch stop_is_posted_{1};
    std::thread thread_;  // uses all members above
};

}  // namespace pivot::tools
