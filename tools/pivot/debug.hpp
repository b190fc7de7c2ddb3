// `pivot debug`: what calls have asked, and what web servers have answered (docs/debug-records.md).
#pragma once

#include "pivot/call_source.hpp"

#include <string>

namespace pivot::tools {

struct DebugOptions {
    CallSource source;
    std::string call;  // an id of it, or the beginning of one; empty: all calls
    bool follows = false;
    bool as_json = false;
};

// Returns the exit status: 0; 1: no call is known by that, or it has no records; 2: it cannot be
// asked, or several calls are known by that, which are listed. While it follows it does not return.
int debug(const DebugOptions& options);

}  // namespace pivot::tools
