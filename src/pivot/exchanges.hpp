// One reactor, and what all exchanges with web servers on it share: nothing of it is shared with
// another.
#pragma once

#include "http/client.hpp"
#include "net/address_policy.hpp"
#include "net/resolver.hpp"
#include "net/source_addresses.hpp"
#include "net/tls.hpp"
#include "pivot/answer.hpp"
#include "pivot/parameters.hpp"
#include "reactor/reactor.hpp"

#include <pivot/engine.hpp>

#include <memory>
#include <string>

#include <tl/expected.hpp>

namespace pivot {

class Exchanges {
public:
    // On the thread that will turn the reactor, and only that one.
    static tl::expected<std::unique_ptr<Exchanges>, std::string> open(const EngineConfig& config);

    // No exchange is under way.
    ~Exchanges();

    const EngineConfig& config() const { return config_; }
    reactor::Reactor& reactor() { return *reactor_; }
    http::Client& client() { return *client_; }
    http::DestinationCache& destinations() { return destinations_; }
    const net::AddressPolicy& policy() const { return policy_; }
    Parameters& parameters() { return parameters_; }
    AnswerReader& answers() { return *answers_; }

private:
    explicit Exchanges(const EngineConfig& config) : config_(config) {}

    const EngineConfig config_;
    http::ClientConfig client_config_;
    net::AddressPolicy policy_;
    http::DestinationCache destinations_{policy_};
    net::SourceAddresses sources_;
    Parameters parameters_;
    std::unique_ptr<AnswerReader> answers_;
    std::unique_ptr<reactor::Reactor> reactor_;
    std::unique_ptr<net::Resolver> resolver_;
    std::unique_ptr<net::TlsContext> tls_;
    std::unique_ptr<http::Client> client_;
};

}  // namespace pivot
