// Links to recordings for an operator who has not set where they are offered: they lead to the API,
// as programs on this machine reach it.
#pragma once

#include <pivot/engine.hpp>

#include <string>
#include <vector>

namespace pivot::tools {

class LocalLinks {
public:
    // `api` are the addresses at which the API listens, such as `0.0.0.0:8080`.
    LocalLinks(const std::vector<std::string>& api, bool has_tls);

    // Sets the URL, and a key, in settings that keep recordings and name no URL for them. The key
    // is the same for as long as this lives. Returns a warning that says what the operator should
    // set; empty if nothing is missing.
    std::string complete(EngineConfig& config) const;

private:
    std::string url_;  // empty if there is no API
    const std::string key_;
};

}  // namespace pivot::tools
