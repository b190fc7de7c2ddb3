// `pivot run`: one call in, one outcome out (docs/command-line.md).
#pragma once

#include <string>
#include <vector>

namespace pivot::tools {

struct RunOptions {
    std::string action_file;
    std::string call_file;    // empty: a call of our own
    std::string config_file;  // empty: the defaults
    std::vector<std::string> allow;
    std::vector<std::string> deny;
    std::vector<std::string> dns;
    bool pretty = false;
};

// Returns the exit status.
int run(const RunOptions& options);

}  // namespace pivot::tools
