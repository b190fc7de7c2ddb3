// What the operator has set: one snapshot that never changes.
//
// It is shared, never copied. Changed settings are another snapshot, so a call that began under one
// snapshot ends under it.
#pragma once

#include "exchange/call_quota.hpp"
#include "exchange/dial_rules.hpp"
#include "exchange/leg_quota.hpp"
#include "exchange/number_quota.hpp"
#include "http/client.hpp"
#include "http/destination.hpp"
#include "net/address_policy.hpp"

#include <pivot/engine.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::exchange {

// The quotas that one account's calls share, over all reactors of an engine.
struct AccountQuotas {
    CallQuota calls;
    NumberQuota numbers;
    LegQuota legs;
};

// What is set for one account, or for all that have no settings of their own.
struct AccountProfile {
    std::string id;                            // empty: of all others
    std::string signing_key;                   // empty: its requests are not signed
    std::vector<std::string> headers;          // `Name: value`, for the origin of the action's URL
    std::optional<EngineConfig::Tls> tls;      // nothing: the engine's
    std::optional<net::AddressPolicy> policy;  // likewise
    AccountQuotas* quotas = nullptr;           // null: it has no limits of its own
    std::size_t calls_max = 0;                 // each of these: 0 for any number
    std::size_t calls_per_number_max = 0;
    std::chrono::seconds call_duration_max{0};
    LegLimits legs;
    DialRules dial;
};

class Settings {
public:
    // The error is a sentence that says which setting is wrong. `before` are those that an engine
    // has now; null: it has none.
    static tl::expected<std::shared_ptr<const Settings>, std::string> make(
        EngineConfig config, const Settings* before = nullptr);

    Settings(const Settings&) = delete;
    Settings& operator=(const Settings&) = delete;

    const AccountProfile& other_accounts() const { return other_accounts_; }
    const std::map<std::string, AccountProfile, std::less<>>& accounts() const { return accounts_; }

    // That of all others where the account has no settings of its own.
    const AccountProfile& profile_of(std::string_view account_id) const
    {
        const auto found = accounts_.find(account_id);
        return found == accounts_.end() ? other_accounts_ : found->second;
    }

    // Those of an account whose connections have this TLS context.
    http::DestinationRules rules_of(const AccountProfile& profile, net::TlsContext& tls) const;

    const EngineConfig& config() const { return config_; }
    const net::AddressPolicy& policy() const { return policy_; }
    const http::ClientConfig& client() const { return client_; }

private:
    // For each account that has limits, or had some.
    using Quotas = std::map<std::string, std::shared_ptr<AccountQuotas>, std::less<>>;

    Settings(EngineConfig config, net::AddressPolicy policy, const Settings* before);
    tl::expected<void, std::string> add_accounts();
    tl::expected<void, std::string> add_limits(AccountProfile& profile,
                                               const EngineConfig::Account::Limits& limits);

    const EngineConfig config_;
    const net::AddressPolicy policy_;
    const http::ClientConfig client_;
    const unsigned generation_;  // connections made under one serve no other
    Quotas quotas_;
    AccountProfile other_accounts_;
    std::map<std::string, AccountProfile, std::less<>> accounts_;
};

}  // namespace pivot::exchange
