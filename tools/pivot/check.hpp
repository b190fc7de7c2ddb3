// `pivot check`: what is wrong in actions, callflows and callflow documents (docs/command-line.md).
#pragma once

#include <string>
#include <vector>

namespace pivot::tools {

struct CheckOptions {
    std::vector<std::string> files;
    std::string as;  // `action`, `kazoo` or `twiml`; empty: the content decides
};

// Returns the exit status.
int check(const CheckOptions& options);

}  // namespace pivot::tools
