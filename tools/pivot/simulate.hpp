// `pivot simulate`: a whole session against the real web server, with a scripted caller.
#pragma once

#include "pivot/engine_input.hpp"
#include "pivot/target.hpp"

#include <string>

namespace pivot::tools {

struct SimulateOptions {
    EngineOptions engine;
    std::string call_file;
    std::string script_file;     // empty: the caller listens to everything and presses nothing
    std::string directory_file;  // empty: no ids are known
    TargetOptions target;
    double max_time_s = 3'600;  // of the call's clock
    bool as_json = false;
};

// Returns the exit status: 1 if an expectation is not met, or if the pivot failed and the script
// does not expect it.
int simulate(const SimulateOptions& options);

}  // namespace pivot::tools
