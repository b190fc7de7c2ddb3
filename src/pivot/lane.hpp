// One reactor and all that its calls share: nothing of it is shared with another.
#pragma once

#include "base/list.hpp"
#include "http/client.hpp"
#include "net/address_policy.hpp"
#include "net/resolver.hpp"
#include "net/source_addresses.hpp"
#include "net/tls.hpp"
#include "pivot/answer.hpp"
#include "pivot/call_table.hpp"
#include "pivot/parameters.hpp"
#include "pivot/question.hpp"
#include "reactor/reactor.hpp"
#include "reactor/scope.hpp"

#include <pivot/engine.hpp>

#include <memory>
#include <string>

#include <tl/expected.hpp>

namespace pivot {

class Lane {
public:
    // On the thread that will turn the reactor, and only that one. `calls` outlives the lane.
    static tl::expected<std::unique_ptr<Lane>, std::string> open(const EngineConfig& config,
                                                                 CallTable& calls);

    ~Lane();  // ends what is in flight as cancelled, and turns until all is torn down

    reactor::Reactor& reactor() { return *reactor_; }

    // On the lane's thread.
    void begin(PendingCall& call);
    void cancel(PendingCall& call, std::uint64_t serial);
    void cancel_all();

private:
    Lane(const EngineConfig& config, CallTable& calls) : config_(config), calls_(calls) {}

    void cancel(PendingCall& call);
    reactor::Task<> run(PendingCall& call, reactor::Reactor& reactor);
    bool begin(PendingCall& call, Question& question);
    bool conclude(PendingCall& call, Question& question, const Failure* failure);

    const EngineConfig config_;
    CallTable& calls_;
    http::ClientConfig client_config_;
    net::AddressPolicy policy_;
    http::DestinationCache destinations_{policy_};
    net::SourceAddresses sources_;
    Parameters parameters_;
    std::unique_ptr<AnswerReader> answer_reader_;
    std::unique_ptr<reactor::Reactor> reactor_;
    std::unique_ptr<net::Resolver> resolver_;
    std::unique_ptr<net::TlsContext> tls_;
    std::unique_ptr<http::Client> client_;
    std::unique_ptr<reactor::Scope> running_;
    List<PendingCall> in_flight_;
};

}  // namespace pivot
