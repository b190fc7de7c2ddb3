// Finds out what would happen to a request that `pivot serve` only watches.
//
//     check ─► the action ─► its host, and then its addresses, against the address policy
//     ask   ─► the action ─► an engine of its own asks the web server, and validates the answer
//
// It lives on the thread of the bus. Its engine is not the one for calls, so the requests are not
// counted as calls and leave no rows, records or CDRs.
#pragma once

#include "net/address_policy.hpp"
#include "net/resolver.hpp"
#include "pivot/serve/kazoo/shadow_list.hpp"
#include "reactor/reactor.hpp"
#include "switches/kazoo/shadow_desk.hpp"

#include <pivot/engine.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::tools {

// The engine's configuration for a shadow, whose calls do not count against limits.
EngineConfig shadow_config(EngineConfig config);

class ShadowTrial final : public switches::kazoo::ShadowJudge {
public:
    using Tell = std::function<void(const ShadowedCall& call, const ShadowVerdict& verdict)>;

    // `engine` outlives it. With `asks`, requests that name a URL are also asked. `tell` is called
    // once for each request, on the reactor's thread. The error is a sentence.
    static tl::expected<std::unique_ptr<ShadowTrial>, std::string> open(reactor::Reactor& reactor,
                                                                        Engine& engine,
                                                                        const EngineConfig& config,
                                                                        bool asks, Tell tell);

    reactor::Task<> judge(switches::kazoo::PivotRequest::Question question,
                          reactor::Deadline& deadline) override;
    void refuse(const switches::kazoo::PivotRequest& request, std::string_view why) override;
    void close() override { resolver_->close(); }
    bool is_closed() const override { return resolver_->is_idle(); }

    // For new requests.
    void reload(const EngineConfig& config);

    reactor::FramePool& frames() const { return reactor_.frames(); }

private:
    using Question = switches::kazoo::PivotRequest::Question;

    ShadowTrial(reactor::Reactor& reactor, Engine& engine, bool asks, Tell tell,
                std::unique_ptr<net::Resolver> resolver);

    reactor::Task<ShadowVerdict> check(Question question, reactor::Deadline& deadline);
    reactor::Task<ShadowVerdict> ask(Question question, reactor::Deadline& deadline);
    const net::AddressPolicy& policy_of(std::string_view account_id) const;

    reactor::Reactor& reactor_;
    Engine& engine_;
    const bool asks_;
    const Tell tell_;
    const std::unique_ptr<net::Resolver> resolver_;
    net::AddressPolicy policy_;
    std::map<std::string, net::AddressPolicy, std::less<>> policies_;  // accounts'
};

}  // namespace pivot::tools
