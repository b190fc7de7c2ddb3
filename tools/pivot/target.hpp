// What the commands ask: an action file, or a URL in its place and what the options say of it.
#pragma once

#include <pivot/engine.hpp>

#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

struct TargetOptions {
    std::string action;  // a file, `-` or a URL
    // With a URL only. Empty: not given.
    std::string method;
    std::string format;
    std::vector<std::string> data;     // `name=value`
    std::vector<std::string> headers;  // `Name: value`
};

// Whether this is a URL, right or wrong, in the place of a file.
bool looks_like_url(const std::string& text);

// Reads a file, or takes the URL: as the request's node and parameters, and in `config` as what was
// typed. The error is a sentence.
tl::expected<void, std::string> read_target(const TargetOptions& options, EngineConfig& config,
                                            Request& request);

// The same for a URL alone. `more` are members of the action's JSON, each with a comma before it.
tl::expected<void, std::string> take_url(const TargetOptions& options, const std::string& more,
                                         EngineConfig& config, Request& request);

}  // namespace pivot::tools
