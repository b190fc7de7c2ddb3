// A fake Asterisk that connects to us, as with `outbound_websocket`, on the test's reactor.
#pragma once

#include "base/json.hpp"
#include "http/web_socket_client.hpp"
#include "reactor/scope.hpp"
#include "switches/asterisk/ari_client.hpp"
#include "switches/asterisk/targets.hpp"
#include "switches/fake_asterisk.hpp"

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace pivot::test {

class OutboundAsterisk final : private switches::asterisk::AriListener {
public:
    explicit OutboundAsterisk(reactor::Reactor& reactor)
        : reactor_(reactor), life_(reactor, reactor::never), running_(reactor)
    {
        asterisk.listen(*this);
    }

    // Connects, and says `first`.
    void connect(std::uint16_t port, std::string first, const std::string& password = "door",
                 std::string protocol = "ari")
    {
        switches::asterisk::AriConfig config;
        config.url = fmt::format("http://127.0.0.1:{}", port);
        config.user = "pivot";
        config.password = password;
        auto opened = switches::asterisk::AriClient::open(reactor_, config);
        if (!opened) throw std::runtime_error(opened.error());
        client_ = std::move(*opened);
        wish_.protocol = std::move(protocol);
        running_.spawn(run(std::move(first)));
    }

    // Registers this application.
    void connect_for(std::uint16_t port, std::string_view application)
    {
        connect(port, fmt::format(R"({{"type":"ApplicationRegistered","application":"{}"}})",
                                  application));
    }

    // Ends the WebSocket.
    void drop() { life_.expire(Reason::cancelled); }
    bool is_connected() const { return socket_ != nullptr; }
    bool is_over() const { return running_.running() == 0; }

    // Leaves no timer and no lookup.
    void close()
    {
        drop();
        if (client_) client_->close();
    }

    reactor::FramePool& frames() const { return reactor_.frames(); }

    std::string refusal;  // of the handshake
    FakeAsterisk asterisk;

private:
    reactor::Task<> run(std::string first)
    {
        const auto destination = client_->destination("events");
        const http::WebSocketConfig config;
        auto opened =
            co_await http::open_web_socket(client_->opener(), *destination, wish_, config, life_);
        if (!opened) {
            refusal = opened.error().message;
            co_return;
        }
        socket_ = opened->get();
        tell(first);
        co_await converse();
        socket_ = nullptr;
        reactor::Deadline closing(reactor_, reactor::never);
        const std::string_view reason;
        co_await (*opened)->close(http::CloseStatus::going_away, reason, closing);
    }

    reactor::Task<> converse()
    {
        while (true) {
            auto message = co_await socket_->receive(life_);
            if (!message) co_return;
            co_await perform(message->bytes);
        }
    }

    reactor::Task<> perform(const std::string& message)
    {
        json::Document document;
        const auto frame = document.read(message);
        switches::asterisk::AriRequest request;
        const std::string method(frame->find("method")->text());
        request.method = method;
        request.target = frame->find("uri")->text();
        const auto body = frame->find("message_body");
        if (body) request.body = body->text();
        const std::string id(frame->find("request_id")->text());
        auto answer = co_await asterisk.ask(request, life_);
        if (!answer) co_return;
        switches::Body response;
        response.add("type", "RESTResponse").add("request_id", id);
        response.add("status_code", std::int64_t{answer->status});
        if (!answer->body.empty()) response.add("message_body", answer->body);
        tell(response.take());
    }

    void tell(std::string_view json)
    {
        if (socket_ != nullptr) (void)socket_->send(http::WebSocketMessage::Kind::text, json);
    }

    void connected() override {}
    void heard(std::string_view json) override { tell(json); }
    void lost(std::string_view) override {}

    reactor::Reactor& reactor_;
    std::unique_ptr<switches::asterisk::AriClient> client_;
    http::UpgradeWish wish_;
    http::WebSocket* socket_ = nullptr;
    reactor::Deadline life_;
    reactor::Scope running_;
};

}  // namespace pivot::test
