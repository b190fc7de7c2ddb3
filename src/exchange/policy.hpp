// What the operator's settings let the engine ask, and a flow name.
#pragma once

#include "callflow/checker.hpp"
#include "http/url.hpp"
#include "net/address_policy.hpp"

#include <pivot/engine.hpp>

#include <string>

#include <tl/expected.hpp>

namespace pivot::exchange {

// The error says how to mend the rule that is none.
tl::expected<net::AddressPolicy, std::string> address_policy(const EngineConfig& config);

// Why `url` may not be asked, as far as its spelling tells: names are not resolved. Empty: nothing
// is in the way.
std::string objection_to(const http::Url& url, const net::AddressPolicy& policy);

// What the operator lets the engine ask, a flow may name: one that a web server answers with, and
// one of the operator's own. `policy` outlives the rules.
callflow::FlowRules flow_rules(const EngineConfig& config, const net::AddressPolicy& policy);

}  // namespace pivot::exchange
