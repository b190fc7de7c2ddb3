#include "exchange/settings.hpp"

#include "base/pass_on.hpp"
#include "base/text.hpp"
#include "callflow/own_modules.hpp"
#include "exchange/policy.hpp"
#include "http/url.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

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

// What needs a folder of sounds has one.
tl::expected<void, std::string> check_media(const EngineConfig& config)
{
    const EngineConfig::Session& session = config.session;
    if (!config.media.recordings_url.empty() && config.media.recordings_key.empty()) {
        return tl::unexpected(
            std::string("media.recordings_url needs a key that its links are "
                        "signed with: set media.recordings_key"));
    }
    if (auto checked = http::check_url(config.media.speech_url); !checked) {
        return tl::unexpected("media.speech_url: " + checked.error());
    }
    if (!config.media.path.empty()) return {};
    for (const auto& [is_set, name] : {std::pair{session.fetches_media, "fetches_media"},
                                       std::pair{session.renders_speech, "renders_speech"},
                                       std::pair{session.keeps_recordings, "keeps_recordings"}}) {
        if (!is_set) continue;
        return tl::unexpected(
            fmt::format("session.{} needs a folder: set media.path to one", name));
    }
    return {};
}

bool has_settings(const EngineConfig::Tls& tls)
{
    return !tls.ca_file.empty() || !tls.ca_directory.empty() || !tls.certificate_file.empty() ||
           !tls.verify;
}

// The account's TLS settings, with the engine's where it has none.
EngineConfig::Tls merged(EngineConfig::Tls account, const EngineConfig::Tls& engine)
{
    if (account.ca_file.empty() && account.ca_directory.empty()) {
        account.ca_file = engine.ca_file;
        account.ca_directory = engine.ca_directory;
    }
    if (account.certificate_file.empty()) {
        account.certificate_file = engine.certificate_file;
        account.private_key_file = engine.private_key_file;
    }
    account.verify = account.verify && engine.verify;
    return account;
}

}  // namespace

tl::expected<std::shared_ptr<const Settings>, std::string> Settings::make(EngineConfig config,
                                                                          const Settings* before)
{
    if (auto possible = check_media(config); !possible) return pass_on(possible);
    auto own_modules = callflow::OwnModules::read(config.callflow.modules);
    if (!own_modules) return pass_on(own_modules);
    auto policy = address_policy(config);
    if (!policy) return tl::unexpected(std::move(policy.error()));
    std::shared_ptr<Settings> settings(new Settings(std::move(config), std::move(*policy), before));
    if (auto added = settings->add_accounts(); !added) return pass_on(added);
    return settings;
}

Settings::Settings(EngineConfig config, net::AddressPolicy policy, const Settings* before)
    : config_(std::move(config)),
      policy_(std::move(policy)),
      client_(client_config_of(config_)),
      generation_(before == nullptr ? 0 : before->generation_ + 1),
      quotas_(before == nullptr ? Quotas() : before->quotas_)
{
    other_accounts_.signing_key = config_.signing.key;
}

tl::expected<void, std::string> Settings::add_accounts()
{
    for (const auto& [id, key] : config_.signing.keys) {
        AccountProfile& profile = accounts_[id];
        profile.id = id;
        profile.signing_key = key;
    }
    for (const auto& [id, account] : config_.accounts) {
        AccountProfile& profile = accounts_[id];
        if (profile.id.empty()) profile.signing_key = config_.signing.key;
        profile.id = id;
        if (account.signing_key) profile.signing_key = *account.signing_key;
        for (const auto& [name, value] : account.headers) {
            profile.headers.push_back(fmt::format("{}: {}", name, value));
        }
        if (auto added = add_limits(profile, account.limits); !added) return added;
        if (has_settings(account.tls)) profile.tls = merged(account.tls, config_.tls);
        if (account.policy.allow.empty() && account.policy.deny.empty()) continue;
        auto policy = address_policy(config_, account.policy);
        if (!policy) {
            return tl::unexpected(fmt::format("account {}: {}", id, policy.error()));
        }
        profile.policy = std::move(*policy);
    }
    return {};
}

tl::expected<void, std::string> Settings::add_limits(AccountProfile& profile,
                                                     const EngineConfig::Account::Limits& limits)
{
    const bool is_counted = limits.calls_max != 0 || limits.calls_per_number_max != 0 ||
                            limits.legs_max != 0 || limits.legs_per_minute_max != 0;
    if (is_counted) {
        auto& quotas = quotas_[profile.id];
        if (!quotas) quotas = std::make_shared<AccountQuotas>();
        profile.quotas = quotas.get();
    }
    profile.calls_max = limits.calls_max;
    profile.calls_per_number_max = limits.calls_per_number_max;
    profile.call_duration_max = limits.call_duration_max;
    profile.legs = {limits.legs_max, limits.legs_per_minute_max};
    const auto add = [&](const std::vector<std::string>& texts, NumberPatterns& patterns) {
        for (const std::string& text : texts) {
            auto pattern = NumberPattern::parse(text);
            if (!pattern) return text;
            patterns.push_back(std::move(*pattern));
        }
        return std::string();
    };
    std::string wrong = add(limits.numbers, profile.dial.numbers);
    if (wrong.empty()) wrong = add(limits.caller_ids, profile.dial.caller_ids);
    if (wrong.empty()) return {};
    return tl::unexpected(fmt::format("account {}: limits: \"{}\" {}", profile.id, printable(wrong),
                                      no_number_pattern));
}

http::DestinationRules Settings::rules_of(const AccountProfile& profile, net::TlsContext& tls) const
{
    http::DestinationRules rules{profile.policy ? *profile.policy : policy_};
    rules.tls = &tls;
    if (profile.tls || profile.policy) rules.partition = profile.id;
    if (generation_ > 0) rules.partition += fmt::format(" under settings {}", generation_);
    if (const auto typed = http::Url::parse(config_.typed.url)) {
        rules.origin = typed->origin();
        rules.headers = config_.typed.headers;
    }
    return rules;
}

}  // namespace pivot::exchange
