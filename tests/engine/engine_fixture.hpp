// An engine that may connect to loopback, and what tests of outcomes have in common.
#pragma once

#include "exchange/exchange_fixture.hpp"
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

// What becomes of a call to a peer with this handler.
inline Outcome ask(HttpPeer::Handler handler, const EngineConfig& config = loopback(),
                   std::string_view more = "")
{
    HttpPeer peer{std::move(handler)};
    Pivots pivots{config};
    return pivots.run(request_of(node(peer.url("/flow"), more), some_call(), config));
}

}  // namespace pivot::test
