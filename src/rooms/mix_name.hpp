// Names of mixes: `pivot-1`, `pivot-2`, … One is never given twice in the process, whose engines
// may share a switch.
#pragma once

#include <string>

namespace pivot::rooms {

// Any thread.
std::string next_mix_name();

}  // namespace pivot::rooms
