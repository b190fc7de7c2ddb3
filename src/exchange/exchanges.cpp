#include "exchange/exchanges.hpp"

#include "base/pass_on.hpp"

#include <utility>

namespace pivot::exchange {

Exchanges::Exchanges(std::shared_ptr<Accounts> given, reactor::Reactor& its_reactor)
    : reactor(its_reactor), accounts(std::move(given))
{
}

tl::expected<std::unique_ptr<Exchanges>, std::string> Exchanges::open(
    std::shared_ptr<const Settings> settings, reactor::Reactor& reactor)
{
    auto accounts = Accounts::open(std::move(settings));
    if (!accounts) return pass_on(accounts);
    std::unique_ptr<Exchanges> exchanges(new Exchanges(std::move(*accounts), reactor));
    const EngineConfig& config = exchanges->config();
    auto sources = net::SourceAddresses::parse(config.source_addresses);
    if (!sources) return tl::unexpected(std::move(sources.error()));
    exchanges->sources = std::move(*sources);

    exchanges->answer_reader = exchanges->make_answer_reader();

    auto resolver = net::Resolver::open(
        reactor, {.servers = config.dns.servers, .hosts_file = config.dns.hosts_file});
    if (!resolver) return tl::unexpected(std::move(resolver.error()));
    exchanges->resolver = std::move(*resolver);

    exchanges->client = std::make_unique<http::Client>(
        reactor, *exchanges->resolver, exchanges->sources, exchanges->settings().client());
    return exchanges;
}

// Connections that are idle now belong to settings that nobody asks under any more.
void Exchanges::take(std::shared_ptr<Accounts> next)
{
    accounts = std::move(next);
    answer_reader = make_answer_reader();
    resolver->set_servers(config().dns.servers);
    client->configure(settings().client());
    client->close();
}

std::unique_ptr<AnswerReader> Exchanges::make_answer_reader() const
{
    return std::make_unique<AnswerReader>(config());
}

void Exchanges::close()
{
    client->close();
    resolver->close();
}

}  // namespace pivot::exchange
