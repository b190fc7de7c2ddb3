// What is set for the life of an engine.
#pragma once

#include <pivot/engine.hpp>

#include <string>

namespace pivot::engine {

// The settings that differ and cannot change, as JSON pointers; empty if there are none.
std::string fixed_changes(const EngineConfig& before, const EngineConfig& after);

}  // namespace pivot::engine
