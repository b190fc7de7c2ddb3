// What the operator has set: one snapshot that never changes.
//
// It is shared, never copied. Changed settings are another snapshot, so a call that began under one
// snapshot ends under it.
#pragma once

#include "http/client.hpp"
#include "http/destination.hpp"
#include "net/address_policy.hpp"

#include <pivot/engine.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::exchange {

// What is set for one account. TLS, policy and limits are the engine's for all of them.
struct AccountProfile {
    std::string signing_key;  // empty: its requests are not signed
};

class Settings {
public:
    // The error is a sentence that says which setting is wrong.
    static tl::expected<std::shared_ptr<const Settings>, std::string> make(EngineConfig config);

    Settings(const Settings&) = delete;
    Settings& operator=(const Settings&) = delete;

    const AccountProfile& profile_of(std::string_view account_id) const;

    const EngineConfig& config() const { return config_; }
    const net::AddressPolicy& policy() const { return policy_; }
    const http::DestinationRules& rules() const { return rules_; }
    const http::ClientConfig& client() const { return client_; }

private:
    Settings(EngineConfig config, net::AddressPolicy policy);

    const EngineConfig config_;
    const net::AddressPolicy policy_;
    const http::ClientConfig client_;
    http::DestinationRules rules_;
    AccountProfile other_accounts_;
    std::map<std::string, AccountProfile, std::less<>> accounts_;
};

}  // namespace pivot::exchange
