// What callers hear when the flow has nothing else for them.
#pragma once

#include "execute/modules/module.hpp"

namespace pivot::execute::modules {

// Says the operator's sentence, or else a stock prompt, and ends the call. An unanswered call hears
// it as early media, and is refused with 480.
Task<ModuleEnd> apologize(Work work, Deadline& deadline);

}  // namespace pivot::execute::modules
