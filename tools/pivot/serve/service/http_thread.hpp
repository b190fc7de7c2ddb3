// HTTP listeners of one purpose, on a reactor and a thread of their own.
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
    std::string thread;   // its name
    std::string setting;  // that has the addresses, for messages
    std::string headers;  // of all responses: `Name: value` and CRLF each
    net::TlsFiles tls;    // of TCP listeners
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

    // What answers at an address; its reactor is that of the thread.
    using MakeHandler = std::function<std::shared_ptr<http::ServerHandler>(
        const net::ListenAddress& address, reactor::Reactor& reactor)>;

    // Binds the addresses. The error is a sentence.
    static tl::expected<std::unique_ptr<HttpThread>, std::string> open(
        HttpPurpose purpose, const std::vector<net::ListenAddress>& addresses, Log& log);

    HttpThread(const HttpThread&) = delete;
    HttpThread& operator=(const HttpThread&) = delete;
    ~HttpThread();  // ends the requests under way

    const Listeners& listeners() const { return listeners_; }

    // Where it can be reached over TCP, for EngineConfig::own_listeners.
    std::vector<std::string> own_listeners() const;

    // Answers from now on. The error is a sentence.
    tl::expected<void, std::string> start(MakeHandler make_handler);

    // As Engine::is_turning().
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
    std::thread thread_;  // uses all of the above
};

}  // namespace pivot::tools
