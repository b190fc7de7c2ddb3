#include "exchange/policy.hpp"

#include "base/pass_on.hpp"
#include "base/text.hpp"
#include "net/host.hpp"

#include <cassert>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace pivot::exchange {

namespace {

// Returns false if the text is not a host and a port.
bool deny_own(std::string_view listener, net::AddressPolicy& policy)
{
    if (const auto address = net::SocketAddress::parse(listener)) {
        policy.deny_own(*address);
        return true;
    }
    const auto port = parse_number<std::uint16_t>(listener.substr(listener.find(':') + 1));
    auto host = net::canonical_host(listener.substr(0, listener.find(':')));
    if (!port || !host) return false;
    policy.deny_own(std::move(*host), *port);
    return true;
}

}  // namespace

tl::expected<net::AddressPolicy, std::string> address_policy(const EngineConfig& config,
                                                             const EngineConfig::Policy& account)
{
    net::AddressPolicy policy;
    for (const auto* rules : {&config.policy, &account}) {
        for (const std::string& rule : rules->deny) {
            if (auto added = policy.deny(rule); !added) return pass_on(added);
        }
        for (const std::string& rule : rules->allow) {
            if (auto added = policy.allow(rule); !added) return pass_on(added);
        }
    }
    for (const std::string& listener : config.own_listeners) {
        if (deny_own(listener, policy)) continue;
        return tl::unexpected(fmt::format(
            "own_listeners: \"{}\" is not a host and a port, such as 127.0.0.1:9090", listener));
    }
    if (const auto typed = http::Url::parse(config.typed.url)) {
        policy.allow_typed(typed->host, typed->port);
    }
    return policy;
}

std::string objection_to(const http::Url& url, const net::AddressPolicy& policy)
{
    if (auto admitted = policy.admit_host(url.host, url.port); !admitted) {
        return std::move(admitted.error().message);
    }
    const auto ip = net::IpAddress::parse(url.host);
    if (!ip) return {};
    std::vector<net::SocketAddress> addresses;
    addresses.emplace_back(*ip, url.port);
    auto admitted = policy.admit(url.host, addresses);
    return admitted ? std::string() : std::move(admitted.error().message);
}

bool may_be_named(std::string_view text, const net::AddressPolicy& policy)
{
    const auto url = http::Url::parse(text);
    return url && objection_to(*url, policy).empty();
}

std::shared_ptr<const callflow::OwnModules> own_modules(const EngineConfig& config)
{
    if (config.callflow.modules.empty()) return nullptr;
    auto own = callflow::OwnModules::read(config.callflow.modules);
    assert(own);  // Settings::make() has read them
    return own ? std::move(*own) : nullptr;
}

callflow::FlowRules flow_rules(const EngineConfig& config, const net::AddressPolicy& policy)
{
    callflow::FlowRules rules;
    rules.coerce_types = config.callflow.coerce_types;
    rules.own_modules = own_modules(config);
    rules.admits = [&policy](std::string_view url) { return may_be_named(url, policy); };
    return rules;
}

}  // namespace pivot::exchange
