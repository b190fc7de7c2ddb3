// The addresses of the web server that a load goes to.
#pragma once

#include "net/addresses.hpp"

#include <pivot/engine.hpp>

#include <string>

namespace pivot::tools {

// The addresses that an engine with this configuration would find for the host of `url`, if any.
net::Addresses resolve_target(const std::string& url, const EngineConfig& config);

}  // namespace pivot::tools
