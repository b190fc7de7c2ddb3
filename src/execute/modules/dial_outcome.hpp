// How a flow goes on after a dial: with the talk, or with the branch for the cause.
#pragma once

#include "execute/jobs/ringing.hpp"
#include "execute/modules/module.hpp"

#include <optional>
#include <string_view>

namespace pivot::execute::modules {

// Stands for a cause without a name.
inline constexpr std::string_view unspecified = "UNSPECIFIED";

// The child for the name of the cause, as `USER_BUSY`, else the one for its code, as `sip:486`.
// Returns nothing if there is neither. Warns if the switch has told why nobody was reached.
std::optional<ModuleEnd> branch_for(const Work& work, const jobs::RingResult& failed);

// Connects the caller with a leg that has answered. The flow stops after the talk.
Task<ModuleEnd> talk_to(Work work, LegId leg, Deadline& deadline);

}  // namespace pivot::execute::modules
