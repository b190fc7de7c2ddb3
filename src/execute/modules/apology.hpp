// What a caller hears where the flow has nothing else for them.
#pragma once

#include "execute/modules/module.hpp"

namespace pivot::execute::modules {

// Says the operator's sentence, else a stock prompt, and ends the call: an unanswered one hears it
// as early media, and gets a 480.
Task<ModuleEnd> apologize(Work work, Deadline& deadline);

}  // namespace pivot::execute::modules
