#include "exchange/settings.hpp"

#include "exchange/policy.hpp"
#include "http/url.hpp"

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

tl::expected<std::shared_ptr<const Settings>, std::string> Settings::make(EngineConfig config)
{
    auto policy = address_policy(config);
    if (!policy) return tl::unexpected(std::move(policy.error()));
    return std::shared_ptr<const Settings>(new Settings(std::move(config), std::move(*policy)));
}

Settings::Settings(EngineConfig config, net::AddressPolicy policy)
    : config_(std::move(config)),
      policy_(std::move(policy)),
      client_(client_config_of(config_)),
      rules_{policy_},
      other_accounts_{config_.signing.key}
{
    if (const auto typed = http::Url::parse(config_.typed.url)) {
        rules_.origin = typed->origin();
        rules_.headers = config_.typed.headers;
    }
    for (const auto& [account_id, key] : config_.signing.keys) {
        accounts_.emplace(account_id, AccountProfile{key});
    }
}

const AccountProfile& Settings::profile_of(std::string_view account_id) const
{
    const auto known = accounts_.find(account_id);
    return known == accounts_.end() ? other_accounts_ : known->second;
}

}  // namespace pivot::exchange
