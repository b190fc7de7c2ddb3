// What follows a dial: the talk, or the branch for its cause.
#pragma once

#include "execute/modules/module.hpp"

#include <optional>
#include <string_view>

namespace pivot::execute::modules {

// What a cause without a name is.
inline constexpr std::string_view unspecified = "UNSPECIFIED";

// The child for the cause's name, else the one for its code: `USER_BUSY`, `sip:486`.
std::optional<ModuleEnd> branch_for(const Work& work, const Cause& cause);

// The flow stops behind it.
Task<ModuleEnd> talk_to(Work work, LegId leg, Deadline& deadline);

}  // namespace pivot::execute::modules
