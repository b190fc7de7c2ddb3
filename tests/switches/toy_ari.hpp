// An Asterisk's ARI for tests, over loopback: the requests are answered by the test, and so are the
// events told.
//
//     ToyAri asterisk([](HttpPeer::Exchange& exchange) { exchange.reply(204, …); });
//     asterisk.tell(R"({"type":"StasisStart",…})");
//
// GET of /ari/events is answered here, and a PUT of the event filter if the test says so. A test's
// answers are given on threads of the connections.
#pragma once

#include "http/served_web_socket.hpp"
#include "peers/eventually.hpp"
#include "peers/http_peer.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace pivot::test {

class ToyAri {
public:
    using Answer = std::function<void(HttpPeer::Exchange&)>;

    explicit ToyAri(Answer answer) : answer_(std::move(answer)) {}

    std::string url() const { return peer_.url(""); }
    const HttpPeer& peer() const { return peer_; }

    // Tells an event to the client that is connected, or to the next one.
    void tell(std::string event)
    {
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(event));
    }

    // Ends the WebSocket, without a goodbye.
    void drop()
    {
        const std::lock_guard lock(mutex_);
        drops_ = true;
    }

    // No WebSocket is opened until an empty text takes it back; this is the answer instead.
    void refuse(std::string answer)
    {
        const std::lock_guard lock(mutex_);
        refusal_ = std::move(answer);
    }

    // How often a WebSocket has been opened, and whether there is one now.
    std::size_t registrations() const
    {
        const std::lock_guard lock(mutex_);
        return registrations_;
    }
    bool is_registered() const
    {
        const std::lock_guard lock(mutex_);
        return is_registered_;
    }

    // The close with which the last client left.
    std::optional<http::WebSocketClose> client_close() const
    {
        const std::lock_guard lock(mutex_);
        return client_close_;
    }

private:
    void serve(HttpPeer::Exchange& exchange)
    {
        if (!exchange.request.target.starts_with("/ari/events?")) return answer_(exchange);
        const std::string refusal = this->refusal();
        if (!refusal.empty()) return exchange.send(refusal);
        ServedWebSocket socket(exchange);
        set_registered(true);
        try {
            while (socket.goes_on() && !takes_drop()) {
                for (const std::string& event : take_events()) socket.send(event);
            }
        } catch (const Over&) {
            set_registered(false);
            throw;
        }
        set_registered(false);
        {
            const std::lock_guard lock(mutex_);
            client_close_ = socket.client_close();
        }
        exchange.close();
    }

    std::string refusal() const
    {
        const std::lock_guard lock(mutex_);
        return refusal_;
    }

    void set_registered(bool is_registered)
    {
        const std::lock_guard lock(mutex_);
        is_registered_ = is_registered;
        if (is_registered) ++registrations_;
    }

    bool takes_drop()
    {
        const std::lock_guard lock(mutex_);
        return std::exchange(drops_, false);
    }

    std::vector<std::string> take_events()
    {
        const std::lock_guard lock(mutex_);
        return std::exchange(events_, {});
    }

    const Answer answer_;
    mutable std::mutex mutex_;  // guards what follows
    std::vector<std::string> events_;
    std::string refusal_;
    std::size_t registrations_ = 0;
    bool is_registered_ = false;
    bool drops_ = false;
    std::optional<http::WebSocketClose> client_close_;

    HttpPeer peer_{[this](HttpPeer::Exchange& exchange) { serve(exchange); }};
};

}  // namespace pivot::test
