// An account, as the exchanges of one reactor ask on its behalf.
//
// Accounts without a TLS identity, an authority or a policy of their own share connections.
#pragma once

#include "exchange/settings.hpp"
#include "http/destination.hpp"
#include "net/tls.hpp"

#include <memory>
#include <string>

#include <tl/expected.hpp>

namespace pivot::exchange {

class Account {
public:
    // `profile` is one of `settings`, which outlive the account, and so does `shared`. The error is
    // a sentence that names the file.
    static tl::expected<std::unique_ptr<Account>, std::string> open(const Settings& settings,
                                                                    const AccountProfile& profile,
                                                                    net::TlsContext& shared);

    Account(const Account&) = delete;
    Account& operator=(const Account&) = delete;

    const Settings& settings() const { return settings_; }
    const AccountProfile& profile() const { return profile_; }
    const http::DestinationRules& rules() const { return rules_; }
    http::DestinationCache& destinations() { return destinations_; }

private:
    Account(const Settings& settings, const AccountProfile& profile,
            std::shared_ptr<net::TlsContext> tls, http::DestinationRules rules);

    const Settings& settings_;
    const AccountProfile& profile_;
    const std::shared_ptr<net::TlsContext> tls_;  // null: it has none of its own
    const http::DestinationRules rules_;
    http::DestinationCache destinations_;
};

// The TLS context of these settings.
tl::expected<std::shared_ptr<net::TlsContext>, std::string> open_tls(const EngineConfig::Tls& tls);

}  // namespace pivot::exchange
