// `pivot serve`: performs calls until it is told to stop (docs/serve.md).
#pragma once

#include "pivot/serve/settings/settings.hpp"

namespace pivot::tools {

// In addition to those of output.hpp: there, 1 is a failure at run time, and 2 one that a restart
// does not cure.
inline constexpr int exit_at_once = 3;  // a second signal came, and calls were dropped

struct ServeOptions {
    SettingsSources sources;
    bool only_checks = false;
    bool is_offline = false;   // with --check: no switch is asked
    bool only_prints = false;  // prints the configuration and exits
};

// Returns the exit status.
int serve(const ServeOptions& options);

}  // namespace pivot::tools
