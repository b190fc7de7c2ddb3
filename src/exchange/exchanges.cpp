#include "exchange/exchanges.hpp"

#include "exchange/policy.hpp"

#include <chrono>
#include <utility>

namespace pivot::exchange {

namespace {

http::ClientConfig client_config_of(const EngineConfig& config)
{
    return {.pool = {.idle_max = config.http.idle_connections_max,
                     .idle_per_origin_max = config.http.idle_connections_per_origin_max,
                     .idle_ns_max = std::chrono::nanoseconds(config.http.idle_timeout).count()},
            .response = {.head_bytes_max = config.http.head_bytes_max,
                         .body_bytes_max = config.http.body_bytes_max},
            .retries_stale = config.http.retries_stale};
}

}  // namespace

Exchanges::Exchanges(const EngineConfig& engine_config, reactor::Reactor& its_reactor)
    : config(engine_config), reactor(its_reactor), client_config(client_config_of(config))
{
}

tl::expected<std::unique_ptr<Exchanges>, std::string> Exchanges::open(const EngineConfig& config,
                                                                      reactor::Reactor& reactor)
{
    std::unique_ptr<Exchanges> exchanges(new Exchanges(config, reactor));
    auto policy = address_policy(config);
    if (!policy) return tl::unexpected(std::move(policy.error()));
    exchanges->policy = std::move(*policy);
    if (const auto typed = http::Url::parse(config.typed.url)) {
        exchanges->rules.origin = typed->origin();
        exchanges->rules.headers = config.typed.headers;
    }
    auto sources = net::SourceAddresses::parse(config.source_addresses);
    if (!sources) return tl::unexpected(std::move(sources.error()));
    exchanges->sources = std::move(*sources);

    exchanges->answer_reader = exchanges->make_answer_reader();

    auto tls = net::TlsContext::open({.ca_file = config.tls.ca_file,
                                      .ca_directory = config.tls.ca_directory,
                                      .certificate_file = config.tls.certificate_file,
                                      .private_key_file = config.tls.private_key_file,
                                      .verify = config.tls.verify});
    if (!tls) return tl::unexpected(std::move(tls.error()));
    exchanges->tls = std::move(*tls);

    auto resolver = net::Resolver::open(
        reactor, {.servers = config.dns.servers, .hosts_file = config.dns.hosts_file});
    if (!resolver) return tl::unexpected(std::move(resolver.error()));
    exchanges->resolver = std::move(*resolver);

    exchanges->client = std::make_unique<http::Client>(
        reactor, *exchanges->resolver, *exchanges->tls, exchanges->policy, exchanges->sources,
        exchanges->client_config);
    return exchanges;
}

std::unique_ptr<AnswerReader> Exchanges::make_answer_reader() const
{
    const twiml::Limits twiml_limits{.bytes_max = config.http.body_bytes_max,
                                     .is_strict = config.twiml.is_strict};
    return std::make_unique<AnswerReader>(flow_rules(config, policy), config.callflow.depth_max,
                                          twiml_limits);
}

void Exchanges::close()
{
    client->close();
    resolver->close();
}

}  // namespace pivot::exchange
