// What the operator's settings let the engine ask, and a flow name.
#pragma once

#include "callflow/checker.hpp"
#include "net/address_policy.hpp"

#include <pivot/engine.hpp>

#include <string>

#include <tl/expected.hpp>

namespace pivot {

// The error says how to mend the rule that is none.
tl::expected<net::AddressPolicy, std::string> address_policy(const EngineConfig& config);

// What the operator lets the engine ask, a flow may name: one that a web server answers with, and
// one of the operator's own.
callflow::FlowRules flow_rules(const EngineConfig& config, const net::AddressPolicy& policy);

}  // namespace pivot
