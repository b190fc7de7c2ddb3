// An engine that may speak to loopback, and what the tests of outcomes have in common.
#pragma once

#include "peers/dns_server.hpp"
#include "peers/eventually.hpp"
#include "peers/http_peer.hpp"
#include "peers/loopback.hpp"

#include <pivot/engine.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace pivot::test {

using namespace std::chrono_literals;

// A valid flow, and the child that calls go on with after a failure.
inline constexpr std::string_view hello = R"({"module":"play","data":{"id":"hello"}})";
inline constexpr std::string_view sorry = R"({"module":"play","data":{"id":"sorry"}})";

inline EngineConfig loopback()
{
    EngineConfig config;
    config.policy.allow = {"127.0.0.0/8", "::1/128"};
    config.action.timeout_max = 60s;
    return config;
}

inline EngineConfig loopback(const DnsServer& dns)
{
    auto config = loopback();
    config.dns.servers = {"127.0.0.1:" + std::to_string(dns.port())};
    return config;
}

// The text of a pivot node with `sorry` as its `_` child. `more` are members of its data, each with
// a comma before it; without `req_timeout_ms` among them the call has half a minute.
inline std::string node(std::string_view voice_url, std::string_view more = "")
{
    auto text = R"({"module":"pivot","data":{"voice_url":")" + std::string(voice_url) + '"';
    if (more.find("req_timeout_ms") == more.npos) text += R"(,"req_timeout_ms":30000)";
    text += more;
    return text + R"(},"children":{"_":)" + std::string(sorry) + "}}";
}

inline constexpr std::string_view brief = R"(,"req_timeout_ms":250)";
inline constexpr auto brief_timeout = 250ms;

inline Call some_call()
{
    Call call;
    call.call_id = "c1";
    return call;
}

// Reads `text` as an engine at loopback() would.
inline pivot::Request request_of(std::string_view text, Call call = some_call(),
                                 const EngineConfig& config = loopback())
{
    auto node = ActionNode::from_json(text, config.action);
    if (!node) throw std::invalid_argument(node.error().message);
    return pivot::Request{std::move(call), std::move(*node)};
}

// An engine, and calls whose outcome is waited for. A second outcome of one call ends the program.
class Pivots {
public:
    explicit Pivots(const EngineConfig& config = loopback())
    {
        auto engine = Engine::create(config);
        if (!engine) throw std::runtime_error(engine.error());
        engine_ = std::move(*engine);
    }

    std::future<Outcome> start(pivot::Request request)
    {
        return start_with_ticket(std::move(request)).first;
    }
    std::future<Outcome> start(std::string_view text) { return start(request_of(text)); }

    std::pair<std::future<Outcome>, Engine::Ticket> start_with_ticket(pivot::Request request)
    {
        auto promise = std::make_shared<std::promise<Outcome>>();
        auto outcome = promise->get_future();
        const auto ticket = engine_->start(std::move(request), [promise](Outcome outcome) {
            promise->set_value(std::move(outcome));
        });
        return {std::move(outcome), ticket};
    }

    Outcome run(pivot::Request request) { return start(std::move(request)).get(); }
    Outcome run(std::string_view text) { return start(text).get(); }

    Engine& engine() { return *engine_; }
    void destroy() { engine_.reset(); }

private:
    std::unique_ptr<Engine> engine_;
};

inline testing::AssertionResult is_processed(const Outcome& outcome)
{
    const bool is_whole = outcome.kind == OutcomeKind::processed && !outcome.failure &&
                          outcome.branch().empty() && outcome.next.empty() &&
                          !outcome.flow.empty() && outcome.exchange && outcome.elapsed > 0ns;
    return (is_whole ? testing::AssertionSuccess() : testing::AssertionFailure())
           << outcome.to_json();
}

// With `sorry` to go on with, as node() has it.
inline testing::AssertionResult has_failed(const Outcome& outcome, Reason reason,
                                           std::optional<Phase> phase = std::nullopt)
{
    const bool is_whole = outcome.kind == OutcomeKind::failed && outcome.failure &&
                          outcome.branch() == "_" && outcome.next == sorry &&
                          outcome.flow.empty() && !outcome.failure->message.empty();
    const bool is_expected = is_whole && outcome.failure->reason == reason &&
                             (!phase || outcome.failure->phase == *phase);
    return (is_expected ? testing::AssertionSuccess() : testing::AssertionFailure())
           << outcome.to_json();
}

inline bool says(const Outcome& outcome, std::string_view words)
{
    return outcome.failure && outcome.failure->message.find(words) != std::string::npos;
}

// Answers every request with `body`.
inline HttpPeer::Handler answer(std::string_view body = hello,
                                std::string_view content_type = "application/json",
                                int status = 200, std::string_view headers = "")
{
    return [body = std::string(body), content_type = std::string(content_type), status,
            headers = std::string(headers)](HttpPeer::Exchange& exchange) {
        exchange.reply(status, content_type, body, headers);
    };
}

// Answers every request with these bytes and closes.
inline HttpPeer::Handler say_and_close(std::string_view bytes)
{
    return [bytes = std::string(bytes)](HttpPeer::Exchange& exchange) {
        exchange.send(bytes);
        exchange.close();
    };
}

// What becomes of a call to a peer with this handler.
inline Outcome ask(HttpPeer::Handler handler, const EngineConfig& config = loopback(),
                   std::string_view more = "")
{
    HttpPeer peer{std::move(handler)};
    Pivots pivots{config};
    return pivots.run(request_of(node(peer.url("/flow"), more), some_call(), config));
}

}  // namespace pivot::test
