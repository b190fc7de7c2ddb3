#include "exchange/exchanges.hpp"

#include "base/pass_on.hpp"
#include "exchange/policy.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::exchange {

Exchanges::Exchanges(std::shared_ptr<const Settings> given, reactor::Reactor& its_reactor)
    : settings(std::move(given)), reactor(its_reactor)
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

    if (auto opened = exchanges->open_accounts(); !opened) return pass_on(opened);

    auto resolver = net::Resolver::open(
        reactor, {.servers = config.dns.servers, .hosts_file = config.dns.hosts_file});
    if (!resolver) return tl::unexpected(std::move(resolver.error()));
    exchanges->resolver = std::move(*resolver);

    exchanges->client = std::make_unique<http::Client>(
        reactor, *exchanges->resolver, exchanges->sources, exchanges->settings->client());
    return exchanges;
}

tl::expected<void, std::string> Exchanges::open_accounts()
{
    auto shared = open_tls(config().tls);
    if (!shared) return pass_on(shared);
    tls = std::move(*shared);
    auto others = Account::open(*settings, settings->other_accounts(), *tls);
    if (!others) return pass_on(others);
    other_accounts_ = std::move(*others);
    for (const auto& [id, profile] : settings->accounts()) {
        auto account = Account::open(*settings, profile, *tls);
        if (!account) return tl::unexpected(fmt::format("account {}: {}", id, account.error()));
        accounts_.emplace(id, std::move(*account));
    }
    return {};
}

Account& Exchanges::account_of(std::string_view account_id)
{
    const auto known = accounts_.find(account_id);
    return known == accounts_.end() ? *other_accounts_ : *known->second;
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
