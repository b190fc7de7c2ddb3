// What Asterisk itself says to its settings, for `pivot serve --check`.
#pragma once

#include "pivot/serve/settings/asterisk_settings.hpp"

#include <string>

namespace pivot::tools {

// Each is a sentence, or empty.
struct AsteriskVerdict {
    std::string objection;  // no call could be performed
    std::string doubt;      // why something could not be found out
};

// Asks Asterisk whether the user may perform calls, and has it play a file in `media_path`, if that
// is not empty. It takes ten seconds at most. No call notices, not even of a `pivot serve` that
// runs: this is an application of its own, and what is played is heard in an empty bridge.
AsteriskVerdict try_asterisk(const AsteriskSettings& settings, const std::string& media_path);

}  // namespace pivot::tools
