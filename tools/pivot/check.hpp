// `pivot check`: what is wrong in actions, callflows, callflow documents and TwiML
// (docs/command-line.md).
#pragma once

#include <string>
#include <vector>

namespace pivot::tools {

struct CheckOptions {
    std::vector<std::string> files;
    std::string as;          // `action`, `kazoo` or `twiml`; empty: the content decides
    bool is_strict = false;  // in TwiML, what else is a warning is an error
};

// Returns the exit status.
int check(const CheckOptions& options);

}  // namespace pivot::tools
