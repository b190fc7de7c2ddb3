// Ten thousand callers on one reactor: sessions under a TwiML action that ask a crowd_server, each
// with a scripted channel in real time.
#pragma once

#include "exchange/exchanges.hpp"
#include "execute/run_session.hpp"
#include "reactor/scope.hpp"
#include "session/call_session.hpp"
#include "session/callbacks.hpp"
#include "session/memory_spool.hpp"
#include "switches/scripted/scripted_channel.hpp"

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

namespace pivot::test {

using switches::scripted::ScriptedChannel;

inline constexpr std::size_t callers_at_a_time = 100;  // who call in

// A call as carriers have it.
inline constexpr std::string_view call_text = R"({"Call-ID":"a1b2c3d4e5f6-7788@10.26.0.158",
    "Account-ID":"4642d64460dfba89f0938fa7736c6d1b","From":"user_ann@acme.sip.example.com",
    "To":"4155550199@acme.sip.example.com","Request":"+14155550199@acme.sip.example.com",
    "Caller-ID-Name":"Ann Lee","Caller-ID-Number":"+14155550100","Language":"en-us",
    "Owner-ID":"9afa4973c3b4440f522955fc026c33a9","Custom-SIP-Headers":{"X-Tag":"a b"}})";

// A session whose exchange fails ends, too, but not as it should.
class Failures final : public execute::Journal {
public:
    void warn(std::string_view, std::string_view) override {}
    void take_branch(std::string_view, std::string_view why) override
    {
        if (first.empty()) first = why;
    }

    std::string first;
};

struct Caller {
    Caller(reactor::Clock& clock, reactor::Deadline& host, exchange::Exchanges& exchanges,
           session::Callbacks& callbacks, const session::Sinks& config,
           const pivot::Request& request)
        : events(clock, host),
          channel(events, nullptr),
          session(exchanges, callbacks, config, request)
    {
    }

    execute::EventQueue events;
    ScriptedChannel channel;
    session::Session session;
};

class Reception {
public:
    explicit Reception(const std::string& url) : opened_(reactor::Reactor::open())
    {
        if (!opened_) throw std::runtime_error(opened_.error());
        EngineConfig config;
        config.policy.allow = {"127.0.0.0/8"};
        config.action.timeout_max = std::chrono::seconds(60);
        auto exchanges =
            exchange::Exchanges::open(exchange::Settings::make(config).value(), reactor());
        if (!exchanges) throw std::runtime_error(exchanges.error());
        exchanges_ = std::move(*exchanges);
        callbacks_ = std::make_unique<session::Callbacks>(*exchanges_);
        host_ = std::make_unique<reactor::Deadline>(reactor(), never);
        calls_ = std::make_unique<reactor::Scope>(reactor());
        const std::string action = fmt::format(
            R"({{"voice_url":"{}","cdr_url":"{}","req_format":"twiml","method":"post",
                "req_timeout_ms":60000}})",
            url, url);
        auto node = ActionNode::from_json(action, config.action);
        auto call = Call::from_json(call_text);
        if (!call || !node || !node->action) throw std::runtime_error("the call is not valid");
        request_ =
            std::make_unique<pivot::Request>(pivot::Request{std::move(*call), std::move(*node)});
        executor_.journal = &failures_;
        cdrs_ = std::make_unique<MemorySpool>(reactor());
        config_.cdrs = cdrs_.get();
        reactor().turn(0);
    }

    ~Reception()
    {
        calls_.reset();
        callers_.clear();
        callbacks_->close();
        callbacks_.reset();
        exchanges_->close();
        while (!reactor().is_idle()) reactor().turn(never);
    }

    // Until each of them waits for digits.
    void take(std::size_t calls)
    {
        for (std::size_t i = 0; i < calls; ++i) {
            Caller& caller = callers_.emplace_back(reactor().clock(), *host_, *exchanges_,
                                                   *callbacks_, config_, *request_);
            calls_->spawn(execute::run_session(caller.session, caller.channel, caller.events, "",
                                               AtEnd::hang_up, executor_, *host_));
            const bool is_last = i + 1 == calls;
            if (!is_last && callers_.size() % callers_at_a_time != 0) continue;
            while (!callers_.back().channel.is_answered()) turn();
        }
        while (!std::ranges::all_of(
            callers_, [](const Caller& caller) { return caller.channel.is_answered(); })) {
            turn();
        }
        turn();  // who was answered last
    }

    std::deque<Caller>& callers() { return callers_; }
    const MemorySpool& cdrs() const { return *cdrs_; }

    // Until all calls are over.
    void close()
    {
        while (calls_->running() > 0) turn();
    }

private:
    reactor::Reactor& reactor() { return **opened_; }
    void turn()
    {
        reactor().turn(reactor().now() + 100'000'000);
        if (!failures_.first.empty()) throw std::runtime_error(failures_.first);
    }

    tl::expected<std::unique_ptr<reactor::Reactor>, std::string> opened_;
    std::unique_ptr<exchange::Exchanges> exchanges_;
    std::unique_ptr<session::Callbacks> callbacks_;
    std::unique_ptr<reactor::Deadline> host_;
    std::unique_ptr<reactor::Scope> calls_;
    std::unique_ptr<pivot::Request> request_;
    std::unique_ptr<MemorySpool> cdrs_;
    session::Sinks config_;
    Failures failures_;
    execute::ExecutorConfig executor_;
    std::deque<Caller> callers_;
};

}  // namespace pivot::test
