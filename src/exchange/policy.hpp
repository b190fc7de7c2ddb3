// Which URLs the operator's settings let the engine ask, and a flow name.
#pragma once

#include "callflow/checker.hpp"
#include "http/url.hpp"
#include "net/address_policy.hpp"

#include <pivot/engine.hpp>

#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace pivot::exchange {

// `account` has rules in addition to those of the engine. The error says how to fix an invalid
// rule.
tl::expected<net::AddressPolicy, std::string> address_policy(
    const EngineConfig& config, const EngineConfig::Policy& account = {});

// Why `url` may not be asked, as far as its spelling tells: names are not resolved. Empty if it
// may.
std::string objection_to(const http::Url& url, const net::AddressPolicy& policy);

// Whether a flow may name `url`: whatever may be asked.
bool may_be_named(std::string_view url, const net::AddressPolicy& policy);

// The operator's, which have been validated; null if there are none.
std::shared_ptr<const callflow::OwnModules> own_modules(const EngineConfig& config);

// For the flow of a web server, and the operator's own. `policy` outlives the rules.
callflow::FlowRules flow_rules(const EngineConfig& config, const net::AddressPolicy& policy);

}  // namespace pivot::exchange
