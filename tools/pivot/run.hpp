// `pivot run`: one call in, one outcome out (docs/command-line.md).
#pragma once

#include "pivot/engine_input.hpp"
#include "pivot/target.hpp"

#include <string>

namespace pivot::tools {

struct RunOptions {
    TargetOptions target;
    std::string call_file;  // empty: the default call
    EngineOptions engine;
    bool pretty = false;
};

// Returns the exit status.
int run(const RunOptions& options);

}  // namespace pivot::tools
