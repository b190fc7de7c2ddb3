// Tries the parts of a configuration that reading does not prove, for `pivot serve --check`.
#pragma once

#include <pivot/engine.hpp>

#include <string>

namespace pivot::tools {

// Opens all files that an engine with these settings would open, and changes nothing; another
// process may be running with them. Returns what is wrong, as a sentence; empty if nothing is.
std::string objection_to(const EngineConfig& config);

}  // namespace pivot::tools
