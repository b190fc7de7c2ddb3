// One reactor and the calls on it.
#pragma once

#include "base/list.hpp"
#include "engine/call_table.hpp"
#include "exchange/attempts.hpp"
#include "exchange/exchanges.hpp"
#include "reactor/reactor.hpp"
#include "reactor/scope.hpp"

#include <memory>
#include <string>

#include <tl/expected.hpp>

namespace pivot::engine {

class Lane {
public:
    // On the thread that will turn the reactor, and only that one. `calls` outlives the lane.
    static tl::expected<std::unique_ptr<Lane>, std::string> open(
        std::shared_ptr<const exchange::Settings> settings, CallTable& calls);

    ~Lane();  // cancels the calls in flight, and turns until all is torn down

    reactor::Reactor& reactor() { return *reactor_; }

    // On the lane's thread.
    void begin(PendingCall& call);
    void cancel(PendingCall& call, std::uint64_t serial);
    void cancel_all();

private:
    explicit Lane(CallTable& calls) : calls_(calls) {}

    void cancel(PendingCall& call);
    reactor::Task<> run(PendingCall& call, reactor::Reactor& reactor);
    exchange::AttemptsPlan plan_of(const PendingCall& call) const;
    static bool may_ask(PendingCall& call);
    reactor::Task<bool> conclude(PendingCall& call, exchange::Attempts& attempts,
                                 Result<http::LentResponse>& response, reactor::Deadline& deadline);
    Result<void> read(PendingCall& call, const http::Response& response);
    reactor::Task<Result<void>> read_long(PendingCall& call, exchange::Attempts& attempts,
                                          http::Response& response, reactor::Deadline& deadline);
    static Result<void> deliver(PendingCall& call, Result<exchange::AnswerView> answer);

    CallTable& calls_;
    std::unique_ptr<reactor::Reactor> reactor_;
    std::unique_ptr<exchange::Exchanges> exchanges_;
    std::unique_ptr<reactor::Scope> running_;
    List<PendingCall> in_flight_;
};

}  // namespace pivot::engine
