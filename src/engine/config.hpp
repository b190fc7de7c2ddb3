// Reads an engine's settings from JSON (docs/configuration.md has a row for each).
#pragma once

#include "base/json_breaches.hpp"
#include "base/json_reader.hpp"

#include <pivot/engine.hpp>

namespace pivot::engine {

// Reads the settings among the members of `root`, and reports each member that neither this nor the
// caller, who may have settings of their own, has asked for.
void read_settings(json::ObjectReader& root, EngineConfig& config, json::Breaches& breaches);

}  // namespace pivot::engine
