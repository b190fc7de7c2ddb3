// Ten thousand callers on one reactor: sessions under a TwiML action that ask a crowd_server, each
// with a scripted channel in real time.
#pragma once

#include "reactor/clock.hpp"
#include "switches/scripted/scripted_channel.hpp"

#include <pivot/session.hpp>
#include <pivot/sinks.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <poll.h>

namespace pivot::test {

using switches::scripted::ScriptedChannel;

inline constexpr std::size_t callers_at_a_time = 100;  // who call in

// A call as carriers have it.
inline constexpr std::string_view call_text = R"({"Call-ID":"a1b2c3d4e5f6-7788@10.26.0.158",
    "Account-ID":"4642d64460dfba89f0938fa7736c6d1b","From":"user_ann@acme.sip.example.com",
    "To":"4155550199@acme.sip.example.com","Request":"+14155550199@acme.sip.example.com",
    "Caller-ID-Name":"Ann Lee","Caller-ID-Number":"+14155550100","Language":"en-us",
    "Owner-ID":"9afa4973c3b4440f522955fc026c33a9","Custom-SIP-Headers":{"X-Tag":"a b"}})";

// The host's side of a call.
struct Caller {
    Caller(Engine& engine, reactor::Clock& clock)
        : channel(
              clock, [this, &engine](Event event) { engine.tell(ticket, std::move(event)); },
              nullptr)
    {
    }

    Engine::Ticket ticket;
    ScriptedChannel channel;
};

class Reception final : private Sinks {
public:
    explicit Reception(const std::string& url)
    {
        EngineConfig config;
        config.reactors = 0;
        config.policy.allow = {"127.0.0.0/8"};
        config.action.timeout_max = std::chrono::seconds(60);
        config.sinks = this;
        auto engine = Engine::create(config);
        if (!engine) throw std::runtime_error(engine.error());
        engine_ = std::move(*engine);
        const std::string action = fmt::format(
            R"({{"voice_url":"{}","cdr_url":"{}","req_format":"twiml","method":"post",
                "req_timeout_ms":60000}})",
            url, url);
        auto node = ActionNode::from_json(action, config.action);
        auto call = Call::from_json(call_text);
        if (!call || !node || !node->action) throw std::runtime_error("the call is not valid");
        request_.request.call = std::move(*call);
        request_.request.node = std::move(*node);
    }
    ~Reception() override { engine_.reset(); }

    // Until each of them waits for digits.
    void take(std::size_t calls)
    {
        for (std::size_t i = 0; i < calls; ++i) {
            Caller& caller = callers_.emplace_back(*engine_, clock_);
            const auto started = engine_->start(request_, caller.channel, caller.ticket);
            if (!started) throw std::runtime_error(started.error().message);
            const bool is_last = i + 1 == calls;
            if (!is_last && callers_.size() % callers_at_a_time != 0) continue;
            while (!has_been_answered(callers_.back())) turn();
        }
        while (!std::ranges::all_of(callers_, has_been_answered)) turn();
        turn();  // who was answered last
    }

    Engine& engine() { return *engine_; }
    std::deque<Caller>& callers() { return callers_; }
    std::size_t cdrs() const { return cdrs_; }

    // Until all calls are over.
    void close()
    {
        while (engine_->calls_in_flight() > 0) turn();
    }

private:
    static bool has_been_answered(const Caller& caller)
    {
        const bool is_answered = caller.channel.is_answered();
        if (!is_answered && caller.channel.is_over()) throw std::runtime_error("a call has failed");
        return is_answered;
    }

    void turn()
    {
        constexpr int patience_ms = 100;
        pollfd ready{.fd = engine_->descriptor(), .events = POLLIN, .revents = 0};
        ::poll(&ready, 1, is_busy_ ? 0 : patience_ms);
        clock_.read();
        clock_.fire();
        is_busy_ = engine_->run() == std::chrono::nanoseconds(0);
    }

    bool takes_cdrs() const override { return true; }
    bool cdr(const CdrView&) override
    {
        ++cdrs_;
        return true;
    }

    reactor::Clock clock_;
    std::unique_ptr<Engine> engine_;
    SessionRequest request_;
    std::deque<Caller> callers_;
    std::size_t cdrs_ = 0;
    bool is_busy_ = true;
};

}  // namespace pivot::test
