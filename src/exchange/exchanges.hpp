// What the exchanges of one reactor share. Only the settings are shared with other reactors.
#pragma once

#include "exchange/accounts.hpp"
#include "exchange/answer.hpp"
#include "exchange/idempotency.hpp"
#include "exchange/long_answers.hpp"
#include "exchange/parameters.hpp"
#include "exchange/settings.hpp"
#include "exchange/tally.hpp"
#include "http/client.hpp"
#include "net/resolver.hpp"
#include "net/source_addresses.hpp"
#include "net/tls.hpp"
#include "reactor/reactor.hpp"

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::exchange {

struct Exchanges {
    // On the reactor's thread. The error is a sentence.
    static tl::expected<std::unique_ptr<Exchanges>, std::string> open(
        std::shared_ptr<const Settings> settings, reactor::Reactor& reactor);

    Exchanges(const Exchanges&) = delete;
    Exchanges& operator=(const Exchanges&) = delete;

    // Another one, for an answer that is read in steps.
    std::unique_ptr<AnswerReader> make_answer_reader() const;

    // Keeps the settings in force now.
    std::shared_ptr<Account> account_of(std::string_view account_id)
    {
        return {accounts, &accounts->find(account_id)};
    }

    // Other settings, for whatever is asked from now on. `next` is this reactor's alone.
    void take(std::shared_ptr<Accounts> next);

    // Before it dies, when nothing is asked any more. Then the reactor turns until it is idle.
    void close();

    const Settings& settings() const { return accounts->settings(); }
    const EngineConfig& config() const { return settings().config(); }

    reactor::Reactor& reactor;
    std::shared_ptr<Accounts> accounts;
    net::SourceAddresses sources;
    Parameters parameters;
    json::Document texts;  // for those that are read at once
    IdempotencyTokens tokens;
    Tally tally;
    std::minstd_rand random{std::random_device()()};  // for pauses
    std::unique_ptr<AnswerReader> answer_reader;
    LongAnswers long_answers;
    std::unique_ptr<net::Resolver> resolver;
    std::unique_ptr<http::Client> client;

private:
    Exchanges(std::shared_ptr<Accounts> accounts, reactor::Reactor& reactor);
};

}  // namespace pivot::exchange
