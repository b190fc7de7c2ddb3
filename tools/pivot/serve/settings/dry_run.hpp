// What `pivot serve --check` tries beyond reading the configuration.
#pragma once

#include <pivot/engine.hpp>

#include <string>

namespace pivot::tools {

// Opens all that an engine with these settings opens, and changes nothing; another process may be
// running with them. Returns what is wrong as a sentence; empty: nothing.
std::string objection_to(const EngineConfig& config);

}  // namespace pivot::tools
