// `pivot check`: finds mistakes in actions, callflows, callflow documents and TwiML
// (docs/command-line.md).
#pragma once

#include "pivot/engine_input.hpp"

#include <string>
#include <vector>

namespace pivot::tools {

struct CheckOptions {
    std::vector<std::string> files;
    std::string as;          // `action`, `kazoo` or `twiml`; empty: the content decides
    EngineOptions engine;    // those of the commands that ask
    bool is_strict = false;  // warnings are errors
};

// Returns the exit status.
int check(const CheckOptions& options);

}  // namespace pivot::tools
