// Tries the settings of an Asterisk on that Asterisk, for `pivot serve --check`.
#pragma once

#include "pivot/serve/settings/asterisk_settings.hpp"

#include <string>

namespace pivot::tools {

// Each is a sentence, or empty.
struct AsteriskVerdict {
    std::string objection;  // why no call could be performed
    std::string doubt;      // what could not be found out, and why
};

// Asks Asterisk whether the user may perform calls, and has it play a file in `media_path`, unless
// that is empty. Takes at most ten seconds. No call is affected, not even one of a running `pivot
// serve`: the trial has an ARI application of its own and plays the file into an empty bridge.
AsteriskVerdict try_asterisk(const AsteriskSettings& settings, const std::string& media_path);

}  // namespace pivot::tools
