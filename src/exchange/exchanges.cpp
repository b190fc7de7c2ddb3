#include "exchange/exchanges.hpp"

#include "exchange/policy.hpp"

#include <utility>

namespace pivot::exchange {

Exchanges::Exchanges(std::shared_ptr<const Settings> given, reactor::Reactor& its_reactor)
    : settings(std::move(given)), reactor(its_reactor), destinations(settings->rules())
{
}

tl::expected<std::unique_ptr<Exchanges>, std::string> Exchanges::open(
    std::shared_ptr<const Settings> settings, reactor::Reactor& reactor)
{
    std::unique_ptr<Exchanges> exchanges(new Exchanges(std::move(settings), reactor));
    const EngineConfig& config = exchanges->config();
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
        reactor, *exchanges->resolver, *exchanges->tls, exchanges->settings->policy(),
        exchanges->sources, exchanges->settings->client());
    return exchanges;
}

std::unique_ptr<AnswerReader> Exchanges::make_answer_reader() const
{
    const twiml::Limits twiml_limits{.bytes_max = config().http.body_bytes_max,
                                     .is_strict = config().twiml.is_strict};
    return std::make_unique<AnswerReader>(flow_rules(config(), settings->policy()),
                                          config().callflow.depth_max, twiml_limits);
}

void Exchanges::close()
{
    client->close();
    resolver->close();
}

}  // namespace pivot::exchange
