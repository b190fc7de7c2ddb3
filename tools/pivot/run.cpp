#include "pivot/run.hpp"

#include "base/json.hpp"
#include "pivot/input.hpp"

#include <pivot/engine.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <future>
#include <utility>

#include <fmt/format.h>

namespace pivot::tools {

namespace {

constexpr std::string_view command = "pivot run";

tl::expected<EngineConfig, std::string> read_config(const RunOptions& options)
{
    EngineConfig config;
    if (!options.config_file.empty()) {
        const auto text = read_input(options.config_file);
        if (!text) return tl::unexpected(text.error());
        auto read = EngineConfig::from_json(*text);
        if (!read) return tl::unexpected(fmt::format("{}: {}", options.config_file, read.error()));
        config = std::move(*read);
    }
    config.reactors = 1;
    config.policy.allow.insert(config.policy.allow.end(), options.allow.begin(),
                               options.allow.end());
    config.policy.deny.insert(config.policy.deny.end(), options.deny.begin(), options.deny.end());
    if (!options.dns.empty()) config.dns.servers = options.dns;
    return config;
}

tl::expected<Call, std::string> read_call(const std::string& file)
{
    if (file.empty()) {
        Call call;
        call.call_id = "pivot-run";
        return call;
    }
    const auto text = read_input(file);
    if (!text) return tl::unexpected(text.error());
    auto call = Call::from_json(*text);
    if (!call) return tl::unexpected(fmt::format("{}: {}", file, call.error().message));
    return std::move(*call);
}

tl::expected<ActionNode, std::string> read_action(const std::string& file,
                                                  const ActionLimits& limits)
{
    const auto text = read_input(file);
    if (!text) return tl::unexpected(text.error());
    auto node = ActionNode::from_json(*text, limits);
    if (!node) return tl::unexpected(fmt::format("{}: {}", file, node.error().message));
    return std::move(*node);
}

}  // namespace

int run(const RunOptions& options)
{
    const auto config = read_config(options);
    if (!config) return refuse(command, config.error());
    auto call = read_call(options.call_file);
    if (!call) return refuse(command, call.error());
    auto node = read_action(options.action_file, config->action);
    if (!node) return refuse(command, node.error());
    std::promise<Outcome> promise;  // outlives the engine, whose thread sets it
    const auto engine = Engine::create(*config);
    if (!engine) return refuse(command, engine.error());

    (*engine)->start({.call = std::move(*call), .node = std::move(*node)},
                     [&promise](Outcome outcome) { promise.set_value(std::move(outcome)); });
    const Outcome outcome = promise.get_future().get();
    const std::string json = outcome.to_json();
    const std::string text = (options.pretty ? json::pretty(json) : json) + '\n';
    if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0) {
        return refuse(command, fmt::format("standard output: {}", std::strerror(errno)));
    }
    return outcome.kind == OutcomeKind::failed ? exit_bad : exit_good;
}

}  // namespace pivot::tools
