// Whole calls: an engine, the web server that it asks, and the switch that it commands.
#pragma once

#include "engine/instruments.hpp"
#include "engine/session_host.hpp"
#include "session/session_fixture.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>

namespace pivot::test {

class SessionTest : public testing::Test {
protected:
    ~SessionTest() override
    {
        board.close();
        engine_.reset();
    }

    // With threads of its own unless `config` says otherwise.
    Engine& engine()
    {
        if (engine_) return *engine_;
        config.sinks = &kept;
        auto created = instruments ? instruments->create_engine(config) : Engine::create(config);
        if (!created) throw std::runtime_error(created.error());
        engine_ = std::move(*created);
        if (config.reactors != 0) board.open();
        return *engine_;
    }
    void destroy()
    {
        board.close();  // nobody may tell an engine something while it is destroyed
        engine_.reset();
    }

    void page(const std::string& path, std::string_view verbs)
    {
        const std::scoped_lock lock(mutex_);
        pages_[path] = fmt::format("<Response>{}</Response>", verbs);
    }
    std::string url(std::string_view path) const { return peer_.url(path); }

    // Under an action that asks for TwiML. Its `_` child plays `sorry`.
    SessionRequest request(std::string_view path = "/first", std::string_view more = "") const
    {
        SessionRequest request;
        request.request = request_of(
            node(url(path), fmt::format(R"(,"req_format":"twiml","method":"post","cdr_url":"{}"{})",
                                        url("/cdr"), more)),
            some_call(), config);
        return request;
    }

    Phone& phone() { return phones_.emplace_back(engine(), board); }

    Phone& start(Phone& phone) { return start(phone, request()); }
    Phone& start(Phone& phone, const SessionRequest& request)
    {
        const auto started = engine().start(request, phone, phone.ticket);
        EXPECT_TRUE(started) << started.error().message;
        return phone;
    }

    // Whether `condition` becomes true within a minute. Meanwhile the host of an engine without
    // threads runs it, and does what it is commanded.
    bool wait_until(const std::function<bool()>& condition)
    {
        if (config.reactors != 0) return eventually(condition);
        const auto end = Clock::now() + 1min;
        while (!condition() && Clock::now() < end) {
            const auto wait = engine_->run();
            board.run_posted();
            const bool is_busy = wait >= 0ns && wait < 1ms;
            pollfd ready{.fd = engine_->descriptor(), .events = POLLIN, .revents = 0};
            ::poll(&ready, 1, is_busy ? 0 : 1);
        }
        return condition();
    }
    bool wait_for_end(const Phone& phone)
    {
        return wait_until([&] { return phone.ends() > 0 && engine_->calls_in_flight() == 0; });
    }

    // What was told with the one request to this path.
    Told told(std::string_view path) const
    {
        for (const Request& request : peer_.requests()) {
            if (request.target == path) return Told(request);
        }
        return Told(Request());
    }
    // A header of that request.
    std::string asked_with(std::string_view path, std::string_view header) const
    {
        for (const Request& request : peer_.requests()) {
            if (request.target == path) return std::string(request.header(header));
        }
        return {};
    }
    std::size_t count(std::string_view path) const
    {
        const auto requests = peer_.requests();
        return static_cast<std::size_t>(std::ranges::count(
            requests, path,
            [](const Request& request) -> std::string_view { return request.target; }));
    }
    std::string cdr(std::string_view name) const
    {
        Request request;
        const auto forms = kept.forms();
        if (!forms.empty()) request.body = forms.front();
        return Told(request)[name];
    }

    EngineConfig config = loopback();
    std::optional<engine::Instruments> instruments;  // none: the calls are real
    KeptRecords kept;
    Switchboard board;

private:
    std::string document(const std::string& path)
    {
        const std::scoped_lock lock(mutex_);
        return pages_[path];
    }

    std::mutex mutex_;  // guards the pages
    std::map<std::string, std::string, std::less<>> pages_;
    HttpPeer peer_{[this](HttpPeer::Exchange& exchange) {
        const std::string& path = exchange.request.target;
        if (path == "/silent") exchange.hold();
        const std::string document = this->document(path);
        exchange.reply(document.empty() ? 404 : 200, "text/xml", document);
    }};
    std::deque<Phone> phones_;
    std::unique_ptr<Engine> engine_;
};

}  // namespace pivot::test
