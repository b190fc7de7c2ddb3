// `pivot load`: load-tests a voice web server with full pivots (docs/command-line.md).
#pragma once

#include "pivot/engine_input.hpp"
#include "pivot/target.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace pivot::tools {

struct LoadOptions {
    TargetOptions target;
    std::size_t concurrency = 64;
    double duration_s = 10;
    std::uint64_t count = 0;  // pivots; 0: for the duration
    double rate = 0;          // pivots a second; 0: a closed loop
    std::string body = "form";
    unsigned timeout_ms = 5000;
    unsigned reactors = 0;  // 0: as many as are needed
    std::string call_file;  // empty: a typical call
    EngineOptions engine;
    bool as_json = false;
};

// Returns the exit status.
int load(const LoadOptions& options);

}  // namespace pivot::tools
