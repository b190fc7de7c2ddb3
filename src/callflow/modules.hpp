// KAZOO's modules, up to KAZOO 5, and the schemas of their `data`.
#pragma once

#include "callflow/rule.hpp"

#include <span>
#include <string_view>

namespace pivot::callflow {

// Sorted by name. `action` and `audio_macro.say`, `.prompt` and `.tone` are not modules, although
// they have schemas: KAZOO silently skips such a node.
std::span<const Module> all_modules();

// Returns null if there is no such module.
const Module* find_module(std::string_view name);

}  // namespace pivot::callflow
