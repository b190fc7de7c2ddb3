// The settings in force on one reactor, and the accounts that have their own.
//
// Other settings are other Accounts. Whoever asks under one keeps it until the exchange is over.
#pragma once

#include "exchange/account.hpp"
#include "exchange/settings.hpp"
#include "net/tls.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace pivot::exchange {

class Accounts {
public:
    // Any thread, before the reactor has it. The error is a sentence that names the file.
    static tl::expected<std::shared_ptr<Accounts>, std::string> open(
        std::shared_ptr<const Settings> settings);

    Accounts(const Accounts&) = delete;
    Accounts& operator=(const Accounts&) = delete;

    const Settings& settings() const { return *settings_; }

    // That of the engine's own settings.
    net::TlsContext& tls() { return *tls_; }

    // That of all others where the account has no settings of its own.
    Account& find(std::string_view account_id);

private:
    explicit Accounts(std::shared_ptr<const Settings> settings) : settings_(std::move(settings)) {}

    const std::shared_ptr<const Settings> settings_;
    std::shared_ptr<net::TlsContext> tls_;  // of most accounts
    std::unique_ptr<Account> others_;
    std::map<std::string, std::unique_ptr<Account>, std::less<>> accounts_;
};

}  // namespace pivot::exchange
