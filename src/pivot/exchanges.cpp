#include "pivot/exchanges.hpp"

#include <utility>

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

// What the operator lets the engine ask, a flow may name.
callflow::FlowRules flow_rules(const EngineConfig& config, const net::AddressPolicy& policy)
{
    callflow::FlowRules rules;
    rules.coerce_types = config.callflow.coerce_types;
    std::erase_if(rules.hosts_denied,
                  [&policy](const std::string& host) { return admits(policy, host); });
    return rules;
}

}  // namespace

tl::expected<std::unique_ptr<Exchanges>, std::string> Exchanges::open(const EngineConfig& config)
{
    std::unique_ptr<Exchanges> exchanges(new Exchanges(config));
    exchanges->client_config_ = {
        .pool = {.idle_max = config.http.idle_connections_max,
                 .idle_per_origin_max = config.http.idle_connections_per_origin_max,
                 .idle_ns_max = std::chrono::nanoseconds(config.http.idle_timeout).count()},
        .response = {.head_bytes_max = config.http.head_bytes_max,
                     .body_bytes_max = config.http.body_bytes_max}};
    for (const std::string& rule : config.policy.deny) {
        if (auto added = exchanges->policy_.deny(rule); !added)
            return tl::unexpected(added.error());
    }
    for (const std::string& rule : config.policy.allow) {
        if (auto added = exchanges->policy_.allow(rule); !added)
            return tl::unexpected(added.error());
    }
    auto sources = net::SourceAddresses::parse(config.source_addresses);
    if (!sources) return tl::unexpected(std::move(sources.error()));
    exchanges->sources_ = std::move(*sources);

    const twiml::Limits twiml_limits{.bytes_max = config.http.body_bytes_max,
                                     .is_strict = config.twiml.strict};
    exchanges->answers_ = std::make_unique<AnswerReader>(flow_rules(config, exchanges->policy_),
                                                         config.callflow.depth_max, twiml_limits);

    auto tls = net::TlsContext::open({.ca_file = config.tls.ca_file,
                                      .ca_directory = config.tls.ca_directory,
                                      .certificate_file = config.tls.certificate_file,
                                      .private_key_file = config.tls.private_key_file,
                                      .verify = config.tls.verify});
    if (!tls) return tl::unexpected(std::move(tls.error()));
    exchanges->tls_ = std::move(*tls);

    reactor::ReactorConfig reactor_config;
    reactor_config.ring.descriptors = config.connections_max;
    reactor_config.ring.is_polled = config.reactors == 0;
    auto reactor = reactor::Reactor::open(reactor_config);
    if (!reactor) return tl::unexpected(std::move(reactor.error()));
    exchanges->reactor_ = std::move(*reactor);

    auto resolver = net::Resolver::open(
        *exchanges->reactor_, {.servers = config.dns.servers, .hosts_file = config.dns.hosts_file});
    if (!resolver) return tl::unexpected(std::move(resolver.error()));
    exchanges->resolver_ = std::move(*resolver);

    exchanges->client_ = std::make_unique<http::Client>(
        *exchanges->reactor_, *exchanges->resolver_, *exchanges->tls_, exchanges->policy_,
        exchanges->sources_, exchanges->client_config_);
    return exchanges;
}

Exchanges::~Exchanges()
{
    if (!client_) return;  // open() failed half way
    client_->close();
    resolver_->close();
    while (!reactor_->is_idle()) reactor_->turn(reactor::never);
}

}  // namespace pivot
