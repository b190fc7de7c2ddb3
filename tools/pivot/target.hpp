// The target of the commands: an action file, or a URL with its options.
#pragma once

#include <pivot/engine.hpp>

#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace pivot::tools {

struct TargetOptions {
    std::string action;  // a file, `-` or a URL
    // Only with a URL. Empty if not given.
    std::string method;
    std::string format;
    std::vector<std::string> data;     // `name=value`
    std::vector<std::string> headers;  // `Name: value`
};

// Whether this is a URL, valid or not, and not a file.
bool looks_like_url(const std::string& text);

// Reads a file, or takes the URL, into the request's node and parameters, and notes in `config` the
// host that was typed. The error is a sentence.
tl::expected<void, std::string> read_target(const TargetOptions& options, EngineConfig& config,
                                            Request& request);

// The same for a URL alone. `more` are members of the action's JSON, each with a comma before it.
tl::expected<void, std::string> take_url(const TargetOptions& options, const std::string& more,
                                         EngineConfig& config, Request& request);

}  // namespace pivot::tools
