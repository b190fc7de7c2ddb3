// `pivot serve`: performs calls until it is told to stop (docs/serve.md).
#pragma once

#include "pivot/serve/settings/settings.hpp"

namespace pivot::tools {

// Beside those of output.hpp, where 1 is a failure while it runs, and 2 one that a restart does not
// mend.
inline constexpr int exit_at_once = 3;  // a second signal came, and calls were dropped

struct ServeOptions {
    SettingsSources sources;
    bool only_checks = false;
    bool is_offline = false;   // while it checks: no switch is asked
    bool only_prints = false;  // the configuration
};

// Returns the exit status.
int serve(const ServeOptions& options);

}  // namespace pivot::tools
