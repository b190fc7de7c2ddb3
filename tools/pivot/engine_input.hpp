// What the commands that ask web servers have in common: the engine's settings, and the call.
#pragma once

#include <pivot/call.hpp>
#include <pivot/engine.hpp>

#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

struct EngineOptions {
    std::string config_file;  // empty: the defaults
    std::vector<std::string> allow;
    std::vector<std::string> deny;
    std::vector<std::string> dns;
};

// The settings of the file, then those of the command line, with one reactor. The error names the
// file or the option.
tl::expected<EngineConfig, std::string> read_config(const EngineOptions& options);

// The error names the file.
tl::expected<Call, std::string> read_call(const std::string& file);

}  // namespace pivot::tools
