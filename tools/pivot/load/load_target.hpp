// Where a load goes.
#pragma once

#include "net/addresses.hpp"

#include <pivot/engine.hpp>

#include <string>

namespace pivot::tools {

// The addresses that an engine with this configuration would find for the host of `url`; none where
// it would find none.
net::Addresses resolve_target(const std::string& url, const EngineConfig& config);

}  // namespace pivot::tools
