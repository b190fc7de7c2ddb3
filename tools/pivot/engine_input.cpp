#include "pivot/engine_input.hpp"

#include "pivot/input.hpp"

#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

tl::expected<EngineConfig, std::string> read_config(const EngineOptions& options)
{
    EngineConfig config;
    if (!options.config_file.empty()) {
        const auto text = read_input(options.config_file);
        if (!text) return tl::unexpected(text.error());
        auto read = EngineConfig::from_json(*text);
        if (!read)
            return tl::unexpected(
                fmt::format("{}: {}", input_name(options.config_file), read.error()));
        config = std::move(*read);
    }
    config.reactors = 1;
    config.cpus.clear();
    config.store = {};
    config.policy.allow.insert(config.policy.allow.end(), options.allow.begin(),
                               options.allow.end());
    config.policy.deny.insert(config.policy.deny.end(), options.deny.begin(), options.deny.end());
    if (!options.dns.empty()) config.dns.servers = options.dns;
    return config;
}

tl::expected<Call, std::string> read_call(const std::string& file)
{
    const auto text = read_input(file);
    if (!text) return tl::unexpected(text.error());
    auto call = Call::from_json(*text);
    if (!call) return tl::unexpected(fmt::format("{}: {}", input_name(file), call.error().message));
    return std::move(*call);
}

}  // namespace pivot::tools
