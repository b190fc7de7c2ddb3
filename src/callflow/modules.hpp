// All modules of KAZOO 5.0 and what their `data` may hold.
#pragma once

#include "callflow/rule.hpp"

#include <span>
#include <string_view>

namespace pivot::callflow {

// By name. `action` and `audio_macro.say`, `.prompt` and `.tone`, which are schemas without a
// module, are not among them: KAZOO would skip such a node without a word.
std::span<const Module> all_modules();

// Null: there is no such module.
const Module* find_module(std::string_view name);

}  // namespace pivot::callflow
