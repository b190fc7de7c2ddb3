#include "pivot/policy.hpp"

#include <utility>
#include <vector>

namespace pivot {

namespace {

bool admits(const net::AddressPolicy& policy, const std::string& host)
{
    if (!policy.admit_host(host)) return false;
    const auto ip = net::IpAddress::parse(host);
    std::vector<net::SocketAddress> addresses;
    if (ip) addresses.emplace_back(*ip, 0);
    return !ip || policy.admit(host, addresses);
}

}  // namespace

tl::expected<net::AddressPolicy, std::string> address_policy(const EngineConfig& config)
{
    net::AddressPolicy policy;
    for (const std::string& rule : config.policy.deny) {
        if (auto added = policy.deny(rule); !added) {
            return tl::unexpected(std::move(added.error()));
        }
    }
    for (const std::string& rule : config.policy.allow) {
        if (auto added = policy.allow(rule); !added) {
            return tl::unexpected(std::move(added.error()));
        }
    }
    return policy;
}

callflow::FlowRules flow_rules(const EngineConfig& config, const net::AddressPolicy& policy)
{
    callflow::FlowRules rules;
    rules.coerce_types = config.callflow.coerce_types;
    std::erase_if(rules.hosts_denied,
                  [&policy](const std::string& host) { return admits(policy, host); });
    return rules;
}

}  // namespace pivot
